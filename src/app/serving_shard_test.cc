// Worlds on their way: from the control thread to the shards that read them and back to be freed.
#include "app/serving_shard.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "base/limits.h"
#include "world/compiler.h"
#include "world/test_model.h"

namespace fairway::app {
namespace {

using namespace world::testing;  // NOLINT: builders

constexpr std::uint64_t kWorlds = 1'000'000;
constexpr std::uint64_t kAhead = 512;  // of the slowest shard
constexpr unsigned kShards = 2;

// One policy that answers with the endpoints of one Service: two in odd Worlds, one in even ones.
class Worlds {
  public:
    explicit Worlds(io::Shard& control) : control_(control) {
        model::Model model;
        put(model, service("web"));
        put(model, slice("web-1", "web", {"192.0.2.1", "192.0.2.2"}));
        put(model, policy("shop", {service_leaf("a", "web")}));
        world::Compiler compiler;
        first_ = compiler.update(model, model.take_changes());
        next_ = *first_.world;
        policy_ = next_.policy_ids->at("default/shop").front();
        while (!next_.services.at(service_.value)) ++service_.value;
        two_ = *next_.services.at(service_.value);
    }

    // Only the control thread may free one.
    world::WorldChange make(std::uint64_t generation) {
        world::WorldChange change;
        if (generation == 1) change = first_;
        auto part = std::make_shared<world::ServicePart>(two_);
        if (generation % 2 == 0) part->endpoints.resize(1);
        next_.generation = generation;
        next_.services.set(service_.value, std::move(part));
        change.services = {service_};
        change.world = {new world::World(next_), [this](const world::World* old) {
                            ++(control_.here() ? freed : freed_elsewhere);
                            delete old;
                        }};
        return change;
    }
    // On a shard: does it decide by that World, whole?
    bool reads(const steer::State& state, std::uint64_t generation, Rng& rng) const {
        if (state.world().generation != generation) return false;
        const Cidr client = Cidr::of(IpAddr::v4(0u), 0);
        steer::Decision decision;
        decide(state, policy_, steer::locate(state.world(), client, 1), rng, decision);
        return decision.size == (generation % 2 == 0 ? 1u : 2u);
    }

    std::atomic<std::uint64_t> freed{0}, freed_elsewhere{0};

  private:
    io::Shard& control_;
    world::WorldChange first_;
    world::World next_;
    world::PolicyId policy_;
    world::ServiceId service_{0};
    world::ServicePart two_;
};

TEST(ServingShard, AMillionWorldsSwappedUnderReaders) {
    io::Shard control({.name = "control", .may_wait = true});
    Worlds worlds(control);
    std::atomic<std::uint64_t> wrong{0};
    {
        std::vector<std::unique_ptr<ServingShard>> shards;
        std::vector<std::uint64_t> newest(kShards, 0);  // each its shard's
        std::vector<Rng> rng;
        std::uint64_t published = 0;  // control's
        std::promise<void> all_serve_the_last;
        // As fast as they follow, many at a time.
        const auto publish_more = [&] {
            std::uint64_t slowest = kWorlds;
            for (const auto& shard : shards) slowest = std::min(slowest, shard->generation());
            if (published < kWorlds && published > slowest + kAhead / 2) return;
            while (published < std::min(kWorlds, slowest + kAhead)) {
                auto publication = std::make_shared<Publication>();
                publication->change = worlds.make(++published);
                for (const auto& shard : shards) shard->publish(publication);
            }
            if (slowest == kWorlds) all_serve_the_last.set_value();
        };
        for (unsigned i = 0; i < kShards; ++i) {
            rng.emplace_back(i);
            shards.push_back(std::make_unique<ServingShard>(
                io::Shard::Options{.index = i, .name = "serving"}, control));
            shards[i]->on_world([&, i] {
                if (!worlds.reads(shards[i]->state(), ++newest[i], rng[i])) ++wrong;
            });
            shards[i]->on_applied(publish_more);
        }
        for (const auto& shard : shards) shard->shard().start();
        control.start();
        control.post_or_wait(publish_more);
        auto done = all_serve_the_last.get_future();
        EXPECT_EQ(done.wait_for(std::chrono::minutes(10)), std::future_status::ready);
        for (const auto& shard : shards) {
            shard->shard().stop();
            shard->shard().join();
        }
        control.stop();
        control.join();
    }
    EXPECT_EQ(wrong, 0u);
    EXPECT_EQ(worlds.freed, kWorlds);
    EXPECT_EQ(worlds.freed_elsewhere, 0u);
}

}  // namespace
}  // namespace fairway::app
