#include "app/serving_shard.h"

namespace fairway::app {

ServingShard::ServingShard(io::Shard::Options options, io::Shard& control)
    : control_(control), shard_(std::move(options)) {}

void ServingShard::publish(std::shared_ptr<const Publication> publication) {
    shard_.post_or_wait([this, publication = std::move(publication)]() mutable {
        auto old = world_;
        apply(*publication);
        // Flips alone are a small thing to free: not worth waking the control thread.
        if (publication->change.world) release(std::move(publication), std::move(old));
    });
}

void ServingShard::apply(const Publication& publication) {
    // Facts first: a World's new checks must not be taken as up for the time between.
    for (const auto& flip : publication.flips) state_.flip(flip);
    for (const auto& choice : publication.currents) state_.set_current(choice);
    if (!publication.change.world) return;
    state_.publish(publication.change);
    world_ = publication.change.world;
    if (on_world_) on_world_();
}

// The control thread frees what was the last of its kind, so that big frees do not stall a shard.
// When its queue is full, freeing here is the lesser evil than waiting.
void ServingShard::release(std::shared_ptr<const Publication> publication,
                           std::shared_ptr<const world::World> old) {
    const std::uint64_t generation = world_->generation;
    struct Dropped {
        std::shared_ptr<const Publication> publication;
        std::shared_ptr<const world::World> old;
    };
    auto dropped = std::make_unique<Dropped>(Dropped{std::move(publication), std::move(old)});
    (void)control_.post([this, generation, dropped = std::move(dropped)]() mutable {
        dropped.reset();
        generation_ = generation;
        if (on_applied_) on_applied_();
    });
}

}  // namespace fairway::app
