#include "io/timer_wheel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "base/hash.h"

namespace fairway::io {
namespace {

struct Probe : TimerWheel::Node {
    std::vector<int>* log = nullptr;
    int id = 0;
    Probe(std::vector<int>* to, int number) : log(to), id(number) {
        fire = [](Node* node) {
            auto* self = static_cast<Probe*>(node);
            self->log->push_back(self->id);
        };
    }
};

TEST(TimerWheel, FiresAtItsMillisecondAcrossLevels) {
    for (const std::uint64_t start : {0ull, 63ull, 4'095ull, 1'000'003ull}) {
        for (const std::uint64_t delay :
             {1ull, 63ull, 64ull, 65ull, 4'096ull, 300'000ull, 90'000'000ull}) {
            TimerWheel wheel(start);
            std::vector<int> log;
            Probe probe(&log, 1);
            wheel.add(&probe, start + delay);
            wheel.advance(start + delay - 1);
            EXPECT_TRUE(log.empty()) << start << " " << delay;
            wheel.advance(start + delay);
            EXPECT_EQ(log.size(), 1u) << start << " " << delay;
            EXPECT_FALSE(probe.linked());
        }
    }
}

TEST(TimerWheel, AgreesWithASortedMap) {
    Rng rng(7);
    TimerWheel wheel(12'345);
    std::uint64_t now = 12'345;
    std::vector<int> log;
    std::vector<std::unique_ptr<Probe>> probes;
    for (int i = 0; i < 200; ++i) probes.push_back(std::make_unique<Probe>(&log, i));
    std::map<int, std::uint64_t> due;
    for (int step = 0; step < 20'000; ++step) {
        const int id = static_cast<int>(rng.below(200));
        switch (rng.below(3)) {
            case 0: {
                wheel.remove(probes[static_cast<std::size_t>(id)].get());
                due[id] = now + 1 + rng.below(1ull << rng.below(20));
                wheel.add(probes[static_cast<std::size_t>(id)].get(), due[id]);
                break;
            }
            case 1:
                wheel.remove(probes[static_cast<std::size_t>(id)].get());
                due.erase(id);
                break;
            default: {
                std::uint64_t earliest = ~0ull;
                for (const auto& [other, when] : due) earliest = std::min(earliest, when);
                const auto next = wheel.next_ms();
                ASSERT_EQ(next.has_value(), !due.empty());
                if (next) {
                    ASSERT_LE(*next, earliest);
                }
                now += rng.below(1ull << rng.below(16));
                log.clear();
                wheel.advance(now);
                std::vector<int> expected;
                for (const auto& [other, when] : due) {
                    if (when <= now) expected.push_back(other);
                }
                for (const int other : expected) due.erase(other);
                std::sort(log.begin(), log.end());
                ASSERT_EQ(log, expected);
            }
        }
    }
}

TEST(TimerWheel, ATimerMayCancelAndRearmOthersWhileFiring) {
    TimerWheel wheel(0);
    std::vector<int> log;
    struct Pair : TimerWheel::Node {
        TimerWheel* wheel = nullptr;
        Pair* other = nullptr;
        int fired = 0;
    } a, b;
    a.wheel = b.wheel = &wheel;
    a.other = &b;
    b.other = &a;
    a.fire = b.fire = [](TimerWheel::Node* node) {
        auto* self = static_cast<Pair*>(node);
        ++self->fired;
        self->wheel->remove(self->other);
        self->wheel->add(self, self->when_ms);  // past: the next millisecond
    };
    wheel.add(&a, 5);
    wheel.add(&b, 5);
    wheel.advance(6);
    EXPECT_EQ(a.fired, 2);
    EXPECT_EQ(b.fired, 0);
    wheel.remove(&a);
    EXPECT_FALSE(wheel.next_ms());
}

}  // namespace
}  // namespace fairway::io
