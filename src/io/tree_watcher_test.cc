#include "io/tree_watcher.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>

namespace fairway::io {
namespace {

namespace fs = std::filesystem;

class TreeWatcherTest : public testing::Test {
  protected:
    void SetUp() override {
        root_ = fs::path(testing::TempDir()) / fmt::format("tree_watcher_{}", getpid());
        fs::remove_all(root_);
        fs::create_directories(root_ / "a" / "b");
        auto opened = TreeWatcher::open(shard_, root_, 5, [this] {
            ++changes_;
            shard_.stop();
        });
        ASSERT_TRUE(opened) << opened.error().text;
        watcher_ = std::move(*opened);
    }
    void TearDown() override { fs::remove_all(root_); }
    static void write(const fs::path& path) { std::ofstream(path) << "x"; }

    Shard shard_{{}};
    fs::path root_;
    std::unique_ptr<TreeWatcher> watcher_;
    int changes_ = 0;
};

TEST_F(TreeWatcherTest, SeesAFileDeepDown) {
    EXPECT_EQ(watcher_->directories(), 3u);
    write(root_ / "a" / "b" / "file");
    shard_.run();
    EXPECT_EQ(changes_, 1);
}

TEST_F(TreeWatcherTest, ABurstIsOneChangeAndNewDirectoriesAreWatched) {
    fs::create_directories(root_ / "new" / "deep");
    for (int i = 0; i < 50; ++i) write(root_ / fmt::format("file{}", i));
    fs::rename(root_ / "file1", root_ / "file2");
    shard_.run();
    EXPECT_EQ(changes_, 1);
    EXPECT_EQ(watcher_->directories(), 5u);
}

TEST_F(TreeWatcherTest, ALoopOfLinksEnds) {
    fs::create_directory_symlink(root_, root_ / "a" / "loop");
    write(root_ / "file");
    shard_.run();
    EXPECT_EQ(changes_, 1);
    EXPECT_EQ(watcher_->directories(), 3u);
}

TEST(TreeWatcher, ALinkThatIsTurnedIsFollowed) {
    const fs::path base = fs::path(testing::TempDir()) / fmt::format("tree_link_{}", getpid());
    fs::remove_all(base);
    fs::create_directories(base / "v1");
    fs::create_directories(base / "v2");
    fs::create_directory_symlink("v1", base / "now");
    Shard shard({});
    int changes = 0;
    auto opened = TreeWatcher::open(shard, base / "now/", 5, [&] {
        if (++changes == 1) std::ofstream(base / "v2" / "file") << "x";
        if (changes == 2) shard.stop();
    });
    ASSERT_TRUE(opened) << opened.error().text;
    std::ofstream(base / "beside") << "x";  // concerns nobody
    fs::create_directory_symlink("v2", base / "next");
    fs::rename(base / "next", base / "now");
    shard.run();
    EXPECT_EQ(changes, 2);
    fs::remove_all(base);
}

TEST(TreeWatcher, ADirectoryThatIsNotThereIsAnError) {
    Shard shard({});
    auto opened = TreeWatcher::open(shard, "/nonexistent/dir", 5, [] {});
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().text.find("/nonexistent/dir"), std::string::npos);
}

}  // namespace
}  // namespace fairway::io
