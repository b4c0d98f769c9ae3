#include "app/accepted_store.h"

#include <gtest/gtest.h>

#include "app/files.h"

namespace fairway::app {
namespace {

namespace fs = std::filesystem;
using Files = std::map<std::string, std::string>;

struct AcceptedStoreTest : testing::Test {
    void TearDown() override { fs::remove_all(folder); }
    Files kept() const {
        Files out;
        for (auto& file : AcceptedStore(folder).load()) out[file.path] = file.text;
        return out;
    }
    static model::Diagnostics error_in(const std::string& file) {
        return {{model::Severity::kError, file, {1, 1}, "", "", "wrong", "right"}};
    }
    fs::path folder = fs::path(testing::TempDir()) / ("accepted_" + std::to_string(getpid()));
};

TEST_F(AcceptedStoreTest, KeepsTheLastTextWithoutErrors) {
    AcceptedStore store(folder);
    store.update({{"a.yaml", "1"}, {"sub/b.yaml", "1"}}, {});
    store.update({{"a.yaml", "2 bad"}, {"sub/b.yaml", "", true}}, error_in("a.yaml"));
    EXPECT_EQ(kept(), (Files{{"a.yaml", "1"}, {"sub/b.yaml", "1"}}));
    // Another document was mended, which mends this one: its text has not been read again.
    store.update({{"a.yaml", "", true}, {"sub/b.yaml", "", true}}, {});
    EXPECT_EQ(kept(), (Files{{"a.yaml", "2 bad"}, {"sub/b.yaml", "1"}}));
    store.update({{"sub/b.yaml", "", true}}, {});
    EXPECT_EQ(kept(), (Files{{"sub/b.yaml", "1"}}));
}

TEST_F(AcceptedStoreTest, AFileThatCannotBeReadStays) {
    AcceptedStore store(folder);
    store.update({{"a.yaml", "1"}}, {});
    store.update({{"a.yaml", "", false, "is not readable"}}, error_in("a.yaml"));
    EXPECT_EQ(kept(), (Files{{"a.yaml", "1"}}));
}

TEST_F(AcceptedStoreTest, WhatACrashLeftHalfWrittenIsNoDocument) {
    AcceptedStore store(folder);
    store.update({{"a.yaml", "1"}}, {});
    ASSERT_TRUE(write_file(folder / ".a.yaml.new", "kind: Tr"));
    EXPECT_EQ(kept(), (Files{{"a.yaml", "1"}}));
}

TEST_F(AcceptedStoreTest, WhatIsKeptAlreadyIsNotWrittenAgain) {
    AcceptedStore(folder).update({{"a.yaml", "1"}}, {});
    fs::last_write_time(folder / "a.yaml", fs::file_time_type::min() + std::chrono::hours(1));
    const auto before = fs::last_write_time(folder / "a.yaml");
    AcceptedStore store(folder);
    (void)store.load();
    store.update({{"a.yaml", "1"}}, {});
    EXPECT_EQ(fs::last_write_time(folder / "a.yaml"), before);
}

}  // namespace
}  // namespace fairway::app
