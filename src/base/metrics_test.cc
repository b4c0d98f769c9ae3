#include "base/metrics.h"

#include <gtest/gtest.h>

#include <thread>

namespace fairway {
namespace {

TEST(ShardedCounter, SumsEveryThreadEvenBeyondTheLines) {
    ShardedCounter counter;
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 2 * kMetricLines; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 1'000; ++i) counter.add();
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(counter.value(), 2'000u * kMetricLines);
}

TEST(Metrics, TextHasHelpTypeAndEscapes) {
    Metrics all;
    all.counter("fairway_x_total", "Counts \\ and\nlines.", {{"zone", "a\"b\\c\nd"}}).add(3);
    all.gauge("fairway_up", "Is up.").set(0.5);
    EXPECT_EQ(all.text(),
              "# HELP fairway_up Is up.\n# TYPE fairway_up gauge\nfairway_up 0.5\n"
              "# HELP fairway_x_total Counts \\\\ and\\nlines.\n# TYPE fairway_x_total counter\n"
              "fairway_x_total{zone=\"a\\\"b\\\\c\\nd\"} 3\n");
}

TEST(Metrics, HistogramBucketsAreCumulative) {
    Metrics all;
    const double bounds[] = {0.1, 1};
    auto& histogram = all.histogram("h_seconds", "H.", bounds);
    for (const double value : {0.05, 0.1, 0.5, 7.0}) histogram.observe(value);
    EXPECT_EQ(all.text(),
              "# HELP h_seconds H.\n# TYPE h_seconds histogram\n"
              "h_seconds_bucket{le=\"0.1\"} 2\nh_seconds_bucket{le=\"1\"} 3\n"
              "h_seconds_bucket{le=\"+Inf\"} 4\nh_seconds_sum 7.65\nh_seconds_count 4\n");
}

TEST(Metrics, ACollectorLivesAsLongAsItsHandle) {
    Metrics all;
    auto handle = all.collect([](MetricWriter& out) {
        out.family("c", "C.", "gauge");
        out.sample({}, 1);
    });
    EXPECT_NE(all.text().find("\nc 1\n"), std::string::npos);
    handle.reset();
    EXPECT_EQ(all.text(), "");
}

TEST(Metrics, LimitHitsAreCountedByName) {
    auto& counter = metrics().counter("fairway_limit_hits_total", "", {{"limit", "shard_queue"}});
    const auto before = counter.value();
    limit_hit(Limit::kShardQueue);
    EXPECT_EQ(counter.value(), before + 1);
}

}  // namespace
}  // namespace fairway
