#include "app/fact_log.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "app/files.h"

namespace fairway::app {
namespace {

namespace fs = std::filesystem;

struct FactLogTest : testing::Test {
    void SetUp() override { fs::create_directories(folder); }
    void TearDown() override { fs::remove_all(folder); }
    static std::string line(int name, int value) {
        return "\"f" + std::to_string(name) + "\"\t{\"v\":" + std::to_string(value) + "}\t\n";
    }
    std::uintmax_t size_of(const char* name) const { return fs::file_size(folder / name); }
    fs::path folder = fs::path(testing::TempDir()) / ("fact_log_" + std::to_string(getpid()));
};

TEST_F(FactLogTest, ASaveCostsWhatChanged) {
    FactLog log(folder);
    std::string all;
    for (int i = 0; i < 1000; ++i) all += line(i, 0);
    ASSERT_TRUE(log.append(all, false));
    const auto before = size_of("facts.log");
    ASSERT_TRUE(log.append(line(7, 1), true));
    EXPECT_EQ(size_of("facts.log") - before, line(7, 1).size());
    EXPECT_EQ(log.load(), all + line(7, 1));
}

TEST_F(FactLogTest, ItDoesNotGrowForEverAndLosesNothing) {
    std::string expected;
    {
        FactLog log(folder, 1000);
        for (int round = 0; round < 300; ++round) {
            for (int i = 0; i < 10; ++i) ASSERT_TRUE(log.append(line(i, round), false));
        }
        ASSERT_TRUE(log.append("\"f9\"\t\t\n", false));
        // It is merged beside; more saves find that done, sooner or later.
        for (int i = 0; i < 2000 && log.load().size() > 5'000; ++i) {
            ASSERT_TRUE(log.append(line(0, 299), false));
            // tidy-allow: the merge runs on a thread of its own
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
    }
    const std::string lines = FactLog(folder).load();
    EXPECT_LT(lines.size(), 6'000u);  // of 45,000 that were written
    for (int i = 0; i < 9; ++i) {
        const std::string name = "\"f" + std::to_string(i) + "\"";
        const auto last = lines.rfind(name);
        ASSERT_NE(last, std::string::npos);
        EXPECT_EQ(lines.substr(last, line(i, 299).size()), line(i, 299));
    }
}

TEST_F(FactLogTest, ATornLineIsNotJoinedToTheNext) {
    ASSERT_TRUE(FactLog(folder).append(line(1, 1) + "\"f2\"\t{\"v\":", false));
    EXPECT_EQ(FactLog(folder).load(), line(1, 1));
    ASSERT_TRUE(FactLog(folder).append(line(3, 3), false));
    EXPECT_EQ(FactLog(folder).load(), line(1, 1) + line(3, 3));
}

TEST_F(FactLogTest, AfterAFullDiskTheNextSaveSucceeds) {
    FactLog log(folder);
    ASSERT_TRUE(log.append(line(1, 1), true));
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small{20, before.rlim_max};
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &small);
    const auto failed = log.append(line(2, 2), true);
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    ASSERT_FALSE(failed);
    EXPECT_NE(failed.error().text.find("facts.log"), std::string::npos) << failed.error().text;
    ASSERT_TRUE(log.append(line(3, 3), true));
    EXPECT_EQ(log.load(), line(1, 1) + line(3, 3));
}

}  // namespace
}  // namespace fairway::app
