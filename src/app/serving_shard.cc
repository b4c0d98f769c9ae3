#include "app/serving_shard.h"

namespace fairway::app {

ServingShard::ServingShard(io::Shard::Options options, io::Shard& control)
    : control_(control), shard_(std::move(options)) {}

void ServingShard::publish(std::shared_ptr<const Publication> publication) {
    shard_.post_or_wait([this, publication = std::move(publication)]() mutable {
        apply(*publication);
        release(std::move(publication));
    });
}

void ServingShard::apply(const Publication& publication) {
    // Facts first: a World's new checks must not be taken as up for the time between.
    for (const auto& flip : publication.flips) state_.flip(flip);
    for (const auto& choice : publication.currents) state_.set_current(choice);
    if (!publication.change.world) return;
    state_.publish(publication.change);
    auto old = std::exchange(world_, publication.change.world);
    if (on_world_) on_world_();
    if (old) release(std::move(old));
}

void ServingShard::release(std::shared_ptr<const void> last) {
    // The control thread frees what was the last of its kind: big frees do not stall a shard. When
    // its queue is full, freeing here is the lesser evil than waiting.
    (void)control_.post([last = std::move(last)] {});
}

}  // namespace fairway::app
