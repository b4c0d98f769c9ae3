#include "app/state_dir.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "app/files.h"

namespace fairway::app {
namespace {

namespace fs = std::filesystem;

struct StateDirTest : testing::Test {
    void SetUp() override { fs::create_directories(folder); }
    void TearDown() override { fs::remove_all(folder); }
    fs::path folder = fs::path(testing::TempDir()) / ("state_dir_" + std::to_string(getpid()));
};

TEST_F(StateDirTest, AFolderOfSomebodyElsesIsLeftAlone) {
    ASSERT_TRUE(write_file(folder / "thesis.tex", "years of work"));
    fs::permissions(folder, fs::perms(0755));
    const auto opened = StateDir::open(folder, "/dir");
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Code::kConflict);
    struct stat info{};
    ASSERT_EQ(::stat(folder.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0755u);
    EXPECT_FALSE(fs::exists(folder / "lock"));
}

TEST_F(StateDirTest, OneProcessAtATimeAndOverACrash) {
    {
        const auto first = StateDir::open(folder, "/dir");
        ASSERT_TRUE(first) << first.error().text;
        EXPECT_FALSE(StateDir::open(folder, "/dir"));
    }
    // Killed between its first two steps: only the lock is there.
    fs::remove(folder / "format");
    EXPECT_TRUE(StateDir::open(folder, "/dir"));
}

TEST_F(StateDirTest, ItKnowsWhoseItIs) {
    const auto state = StateDir::open(folder, "/dir");
    ASSERT_TRUE(state);
    EXPECT_FALSE(state->is_of("/dir"));
    ASSERT_TRUE(state->remember("/dir"));
    EXPECT_TRUE(state->is_of("/dir/."));
    EXPECT_FALSE(StateDir::is_of(folder, "/other"));
}

}  // namespace
}  // namespace fairway::app
