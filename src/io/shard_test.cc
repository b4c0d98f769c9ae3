#include "io/shard.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <future>
#include <thread>

#include "io/cores.h"
#include "io/gate.h"
#include "io/signals.h"

namespace fairway::io {
namespace {

template <class F>
void on_shard(Shard& shard, F function) {
    std::promise<void> done;
    auto future = done.get_future();
    shard.post_or_wait([&] {
        function();
        done.set_value();
    });
    future.get();
}

TEST(Shard, RunsEveryTaskOfManyThreadsInEachThreadsOrder) {
    constexpr int kThreads = 4, kEach = 50'000;
    Shard shard({});
    shard.start();
    int last[kThreads] = {};
    bool ordered = true;
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 1; i <= kEach; ++i) {
                shard.post_or_wait([&, t, i] {
                    ordered = ordered && last[t] == i - 1;
                    last[t] = i;
                });
            }
        });
    }
    for (auto& thread : threads) thread.join();
    shard.stop();
    shard.join();
    EXPECT_TRUE(ordered);
    for (const int count : last) EXPECT_EQ(count, kEach);
    EXPECT_EQ(shard.counters().tasks, std::uint64_t{kThreads} * kEach);
}

TEST(Shard, RefusesWhenTheQueueIsFull) {
    Shard shard({});
    std::uint32_t ran = 0;
    for (std::uint32_t i = 0; i < kShardQueueMax; ++i) ASSERT_TRUE(shard.post([&] { ++ran; }));
    EXPECT_FALSE(shard.post([&] { ++ran; }));
    shard.stop();
    shard.run();
    EXPECT_EQ(ran, kShardQueueMax);
}

TEST(Shard, WakesASleeperEachTime) {
    Shard shard({});
    shard.start();
    for (int i = 0; i < 2'000; ++i) {
        bool ran = false;
        on_shard(shard, [&] { ran = true; });
        ASSERT_TRUE(ran);
    }
}

TEST(Shard, APausedWatchIsCalledOnlyOnceResumed) {
    Shard shard({});
    int pair[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    int calls = 0;
    bool resumed = false, early = false;
    std::unique_ptr<Watch> watch;
    Timer later(shard, [&] {
        resumed = true;
        watch->resume();
    });
    watch = std::make_unique<Watch>(shard, pair[0], EPOLLIN, [&](std::uint32_t) {
        ++calls;
        early = early || !resumed;
        shard.stop();
    });
    watch->pause();
    ASSERT_EQ(send(pair[1], "x", 1, 0), 1);
    later.arm_in(20);
    shard.run();
    EXPECT_EQ(calls, 1);
    EXPECT_FALSE(early);
    watch.reset();
    close(pair[0]);
    close(pair[1]);
}

TEST(Shard, AWatchDestroyedInTheSameTurnIsNotCalled) {
    Shard shard({});
    int pair[2][2];
    for (auto& p : pair) ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, p), 0);
    std::unique_ptr<Watch> a, b;
    int calls = 0;
    // Whichever comes first destroys both, itself too: at its end, for its captures go with it.
    const auto kill = [&](std::uint32_t) {
        ++calls;
        shard.stop();
        const auto dying_a = std::move(a);
        const auto dying_b = std::move(b);
    };
    a = std::make_unique<Watch>(shard, pair[0][0], EPOLLIN, kill);
    b = std::make_unique<Watch>(shard, pair[1][0], EPOLLIN, kill);
    for (auto& p : pair) ASSERT_EQ(::write(p[1], "x", 1), 1);
    shard.run();
    EXPECT_EQ(calls, 1);
    for (auto& p : pair) {
        ::close(p[0]);
        ::close(p[1]);
    }
}

TEST(Shard, TimersFireNotBeforeTheirTimeAndInOrder) {
    Shard shard({});
    std::vector<int> order;
    Timer late(shard, [&] {
        order.push_back(2);
        shard.stop();
    });
    Timer early(shard, [&] { order.push_back(1); });
    Timer never(shard, [&] { order.push_back(3); });
    const std::uint64_t began = shard.now_ms();
    late.arm_in(30);
    early.arm_in(10);
    never.arm_in(20);
    never.cancel();
    shard.run();
    EXPECT_EQ(order, (std::vector<int>{1, 2}));
    EXPECT_GE(shard.now_ms(), began + 30);
}

TEST(Shard, CountsATurnThatStalls) {
    Shard shard({});
    Timer timer(shard, [&] {
        const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(8);
        while (std::chrono::steady_clock::now() < until) {
        }
        shard.stop();
    });
    timer.arm_in(1);
    shard.run();
    EXPECT_EQ(shard.counters().stalls, 1u);
    EXPECT_GE(shard.counters().longest_turn_ns, 8'000'000u);
}

TEST(ShardDeathTest, ForeignThreadsMayNotTouchIt) {
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    EXPECT_DEATH(
        {
            Shard shard({});
            shard.start();
            Timer timer(shard, [] {});
            timer.arm_in(1);
        },
        "here");
}

TEST(Shard, SignalsBecomeEvents) {
    block_signals({SIGUSR1});
    Shard shard({});
    int seen = 0;
    SignalWatch watch(shard, {SIGUSR1}, [&](int signal) {
        seen = signal;
        shard.stop();
    });
    ::kill(getpid(), SIGUSR1);
    shard.run();
    EXPECT_EQ(seen, SIGUSR1);
}

TEST(Cores, AtLeastOneAndNoMoreThanTheMachineHas) {
    const auto cores = usable_cores();
    EXPECT_GE(cores.size(), 1u);
    EXPECT_LE(cores.size(), std::thread::hardware_concurrency());
}

TEST(Gate, TellsOnceWhenTheLastOneLeaves) {
    Gate gate;
    int told = 0;
    auto first = gate.enter();
    auto second = gate.enter();
    gate.close([&] { ++told; });
    EXPECT_FALSE(gate.enter());
    first = {};
    EXPECT_EQ(told, 0);
    second = {};
    EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace fairway::io
