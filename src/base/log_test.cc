#include "base/log.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"

namespace fairway {
namespace {

class LogTest : public testing::Test {
  protected:
    void SetUp() override { set_log_fd(fileno(file_)); }
    void TearDown() override {
        set_log_fd(STDERR_FILENO);
        set_log_level(Level::kInfo);
        std::fclose(file_);
    }
    std::string text() {
        std::string out(static_cast<std::size_t>(lseek(fileno(file_), 0, SEEK_END)), '\0');
        EXPECT_EQ(pread(fileno(file_), out.data(), out.size(), 0),
                  static_cast<ssize_t>(out.size()));
        return out;
    }
    std::FILE* file_ = std::tmpfile();
};

TEST_F(LogTest, OneLineWithQuotesWhereNeeded) {
    log_info("test.event", {{"word", "plain"},
                            {"text", "two words\n\"q\"\x01"},
                            {"n", -3},
                            {"u", 7u},
                            {"r", 0.5},
                            {"b", true},
                            {"empty", ""}});
    const std::string line = text();
    EXPECT_EQ(
        line.substr(line.find(" level")),
        " level=info event=test.event word=plain text=\"two words\\n\\\"q\\\"\\x01\" n=-3 u=7 "
        "r=0.5 b=true empty=\"\"\n");
    EXPECT_EQ(line.substr(0, 5), "time=");
}

TEST_F(LogTest, LevelsBelowAreNotWritten) {
    log_debug("hidden");
    EXPECT_EQ(text(), "");
    set_log_level(Level::kDebug);
    log_debug("seen");
    EXPECT_NE(text().find("seen"), std::string::npos);
}

TEST_F(LogTest, LinesOfManyThreadsArriveWhole) {
    constexpr int kThreads = 4, kEach = 500;
    {
        LogThread drain;
        std::vector<std::thread> threads;
        for (int t = 0; t < kThreads; ++t) {
            threads.emplace_back([t] {
                for (int i = 0; i < kEach; ++i)
                    log_info("e", {{"thread", t}, {"i", i}, {"end", "."}});
            });
        }
        for (auto& thread : threads) thread.join();
    }
    const std::string all = text();
    int lines = 0;
    for (std::size_t at = 0, end; (end = all.find('\n', at)) != std::string::npos; at = end + 1) {
        ++lines;
        const std::string line = all.substr(at, end - at);
        ASSERT_EQ(line.substr(0, 5), "time=");
        ASSERT_EQ(line.substr(line.size() - 6), " end=.");
    }
    EXPECT_EQ(lines, kThreads * kEach);
}

TEST_F(LogTest, AFullRingDropsAndDoesNotWait) {
    auto& dropped = metrics().counter("fairway_limit_hits_total", "", {{"limit", "log_queue"}});
    limit_hit(Limit::kLogQueue);
    const auto before = dropped.value();
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    set_log_fd(ends[1]);  // nobody reads: the drain stands still
    auto drain = std::make_unique<LogThread>();
    const std::string long_text(4'000, 'x');
    for (int i = 0; i < 1'000; ++i) log_info("flood", {{"x", long_text}});
    EXPECT_GT(dropped.value(), before);
    std::signal(SIGPIPE, SIG_IGN);
    ::close(ends[0]);  // the writes fail from here on
    drain.reset();
    ::close(ends[1]);
}

TEST(FakeClock, MovesWhenTold) {
    FakeClock clock(5'000);
    clock.advance(250);
    EXPECT_EQ(clock.monotonic_ms(), 250u);
    EXPECT_EQ(clock.unix_ms(), 5'250);
}

}  // namespace
}  // namespace fairway
