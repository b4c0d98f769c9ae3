#include "config/directory.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace fairway::config {
namespace {

namespace fs = std::filesystem;

std::string region(const std::string& name, const std::string& clients = "1") {
    return "apiVersion: fairway.dev/v1alpha1\nkind: Region\nmetadata: {name: " + name +
           "}\nspec: {clients: " + clients + "}\n";
}

struct Fixture {
    Directory directory;
    model::Model model;
    LoadReport report;

    void apply(std::vector<std::pair<std::string, std::string>> files) {
        std::vector<SourceFile> sources;
        for (auto& [path, text] : files) sources.push_back({path, text, false, {}});
        report = directory.apply(std::move(sources), model);
    }
    std::uint64_t clients(const std::string& name) const {
        const auto* found = model.find<model::Region>("", name);
        return found == nullptr ? 0 : found->clients;
    }
    std::string lines() const {
        std::string out;
        for (const auto& finding : report.diagnostics) out += finding.text() + "\n";
        return out;
    }
};

TEST(Directory, DecodesOnlyWhatChanged) {
    Fixture f;
    f.apply({{"a.yaml", region("a") + "---\n" + region("b")}, {"c.yaml", region("c")}});
    EXPECT_EQ(f.lines(), "");
    EXPECT_EQ(f.report.objects_put, 3u);
    f.model.take_changes();
    f.apply({{"a.yaml", region("a") + "---\n" + region("b")}, {"c.yaml", region("c")}});
    EXPECT_EQ(f.report.files_changed, 0u);
    EXPECT_TRUE(f.model.take_changes().empty());
    f.apply({{"a.yaml", region("a") + "---\n" + region("b", "9")}, {"c.yaml", region("c")}});
    EXPECT_EQ(f.report.files_changed, 1u);
    EXPECT_EQ(f.report.documents_decoded, 1u);
    EXPECT_EQ(f.model.take_changes(), (model::Changes{{model::Kind::kRegion, "", "b"}}));
    EXPECT_EQ(f.clients("b"), 9u);
    f.apply({{"c.yaml", region("c")}});
    EXPECT_EQ(f.report.objects_removed, 2u);
    EXPECT_EQ(f.clients("a"), 0u);
    EXPECT_EQ(f.model.take_changes().size(), 2u);
}

TEST(Directory, BadKeepsItsLastGoodVersion) {
    Fixture f;
    f.apply({{"a.yaml", region("a", "1") + "---\n" + region("b", "2")}});
    f.apply({{"a.yaml", region("a", "many") + "---\n" + region("b", "3")}});
    EXPECT_EQ(f.lines(),
              "a.yaml:4:17: error: Region/a: spec.clients: `many` is not a whole number; write a "
              "whole number\n");
    EXPECT_EQ(f.clients("a"), 1u);
    EXPECT_EQ(f.clients("b"), 3u);
    // It no longer reads at all: what it declared stays, too.
    f.apply({{"a.yaml", region("a", "[") + "---\n" + region("b", "4")}});
    EXPECT_EQ(f.clients("a"), 1u);
    EXPECT_EQ(f.clients("b"), 4u);
    // A name that cannot be read may be any.
    f.apply(
        {{"a.yaml", "apiVersion: fairway.dev/v1alpha1\nkind: Region\nmetadata: {}\nspec: {}\n"}});
    EXPECT_EQ(f.clients("a"), 1u);
    EXPECT_EQ(f.clients("b"), 4u);
    f.apply({{"a.yaml", region("a", "5")}});
    EXPECT_EQ(f.lines(), "");
    EXPECT_EQ(f.clients("a"), 5u);
    EXPECT_EQ(f.clients("b"), 0u);
    f.apply({{"a.yaml", region("a", "x")}});
    EXPECT_EQ(f.clients("a"), 5u);
    f.apply({});
    EXPECT_EQ(f.clients("a"), 0u);
}

TEST(Directory, ABadNewObjectIsNotThere) {
    Fixture f;
    f.apply({{"a.yaml", region("a", "x") + "---\n" + region("b")}});
    EXPECT_EQ(f.clients("a"), 0u);
    EXPECT_EQ(f.clients("b"), 1u);
}

TEST(Directory, DuplicateKeysMakeADocumentBad) {
    Fixture f;
    f.apply({{"a.yaml", region("a", "1")}});
    f.apply({{"a.yaml", region("a", "2") + "spec: {}\n"}});
    EXPECT_EQ(f.lines(),
              "a.yaml:5:1: error: Region/a: key `spec` stands twice in this map; keep one; the "
              "first is on line 4\n");
    EXPECT_EQ(f.clients("a"), 1u);
}

TEST(Directory, EveryFindingHasAPlace) {
    Fixture f;
    f.apply({{"a.yaml",
              "kind: EndpointSlice\n---\nkind: Cluster\n---\nkind: TrafficPolicy\nspec: 1\n"}});
    for (const auto& finding : f.report.diagnostics)
        EXPECT_NE(finding.pos.line, 0u) << finding.text();
}

TEST(Directory, OneObjectInTwoFilesNamesBoth) {
    Fixture f;
    f.apply({{"b.yaml", region("x", "2")}, {"a.yaml", "\n" + region("x", "1")}});
    EXPECT_EQ(f.clients("x"), 1u);
    EXPECT_EQ(f.lines(),
              "b.yaml:1:1: error: Region/x: is declared in a.yaml:2 too, which stands; keep one of "
              "the two\n");
    f.apply({{"b.yaml", region("x", "2")}});
    EXPECT_EQ(f.clients("x"), 2u);
    EXPECT_EQ(f.lines(), "");
    // Who was first stays.
    f.apply({{"b.yaml", region("x", "3")}, {"a.yaml", region("x", "1")}});
    EXPECT_EQ(f.clients("x"), 3u);
    EXPECT_EQ(f.lines(),
              "a.yaml:1:1: error: Region/x: is declared in b.yaml:1 too, which stands; keep one of "
              "the two\n");
    // A bad copy beside a good one.
    f.apply({{"b.yaml", region("x", "many")}, {"a.yaml", region("x", "1")}});
    EXPECT_EQ(f.clients("x"), 1u);
    EXPECT_EQ(f.report.diagnostics.size(), 2u);
    // Twice in one file.
    f.apply({{"a.yaml", region("x", "1") + "---\n" + region("x", "6")}});
    EXPECT_EQ(f.clients("x"), 1u);
    EXPECT_EQ(f.report.diagnostics.size(), 1u);
}

TEST(Directory, AnObjectMayMoveToAnotherFile) {
    Fixture f;
    f.apply({{"a.yaml", region("x")}});
    f.model.take_changes();
    f.apply({{"b.yaml", region("x")}});
    EXPECT_EQ(f.lines(), "");
    EXPECT_EQ(f.model.find<model::Region>("", "x")->meta.file, "b.yaml");
    EXPECT_EQ(f.report.objects_removed, 0u);
    f.apply({});
    EXPECT_EQ(f.clients("x"), 0u);
}

// A long run of random edits ends in the same Model as a fresh start from the last files, as long
// as all of them are good and nothing stands twice.
TEST(Directory, HistoryDoesNotMatterForGoodFiles) {
    Rng rng(7);
    Fixture f;
    for (int round = 0; round < 300; ++round) {
        const bool last = round % 10 == 9;
        std::vector<std::pair<std::string, std::string>> files;
        for (int i = 0; i < 6; ++i) {
            if (rng.below(4) == 0) continue;
            std::string text;
            for (int k = 0; k < 3; ++k) {
                const std::string name =
                    "r" + std::to_string(last ? i * 3 + k : static_cast<int>(rng.below(8)));
                const bool bad = !last && rng.below(5) == 0;
                if (rng.below(3) != 0)
                    text += region(name, bad ? "{" : std::to_string(rng.below(9) + 1)) + "---\n";
            }
            files.emplace_back("f" + std::to_string(i) + ".yaml", text);
        }
        f.apply(files);
        if (!last) continue;
        EXPECT_EQ(f.lines(), "");
        Fixture fresh;
        fresh.apply(files);
        const auto& have = f.model.all<model::Region>();
        const auto& want = fresh.model.all<model::Region>();
        ASSERT_EQ(have.size(), want.size());
        for (const auto& [name, object] : want) {
            ASSERT_TRUE(have.contains(name));
            EXPECT_EQ(have.at(name)->clients, object->clients);
            EXPECT_EQ(have.at(name)->meta.file, object->meta.file);
            EXPECT_EQ(have.at(name)->meta.pos, object->meta.pos);
        }
    }
}

class OnDisk : public ::testing::Test {
  protected:
    void SetUp() override {
        root_ = fs::temp_directory_path() / ("fairway_directory_test." + std::to_string(getpid()));
        fs::create_directories(root_ / "sub");
    }
    void TearDown() override { fs::remove_all(root_); }
    void write(const std::string& path, const std::string& text) {
        std::ofstream(root_ / path) << text;
    }
    LoadReport reload(Directory& directory) {
        auto report = directory.reload(model_);
        EXPECT_TRUE(report);
        return report ? std::move(*report) : LoadReport();
    }
    fs::path root_;
    model::Model model_;
};

TEST_F(OnDisk, ReadsYamlAndJsonBelowAndSkipsTheRest) {
    write("a.yaml", region("a"));
    write("sub/b.yml", region("b"));
    write(
        "sub/c.json",
        R"({"apiVersion": "fairway.dev/v1alpha1", "kind": "Region", "metadata": {"name": "c"}, "spec": {}})");
    write(".hidden.yaml", "{");
    write("notes.txt", "{");
    fs::create_directories(root_ / ".git");
    write(".git/d.yaml", "{");
    mkfifo((root_ / "pipe.yaml").c_str(), 0600);
    fs::create_symlink("/etc/hostname", root_ / "out.yaml");
    fs::create_directories(root_ / ".data");
    write(".data/e.yaml", region("e"));
    fs::create_symlink(".data/e.yaml", root_ / "e.yaml");
    Directory directory(root_);
    const LoadReport report = reload(directory);
    ASSERT_EQ(report.diagnostics.size(), 2u);
    EXPECT_EQ(report.diagnostics[0].text(),
              "out.yaml:1:1: error: is a symbolic link that leads nowhere or out of the folder; "
              "its objects stay as they were");
    EXPECT_EQ(report.diagnostics[1].file, "pipe.yaml");
    EXPECT_EQ(model_.all<model::Region>().size(), 4u);
    EXPECT_EQ(model_.find<model::Region>("", "b")->meta.file, "sub/b.yml");
}

TEST_F(OnDisk, SettledFilesAreNotReadAgain) {
    write("a.yaml", region("a"));
    write("b.yaml", region("b"));
    FileReader careful(root_);
    FileReader quick(root_, 0);
    for (FileReader* reader : {&careful, &quick}) {
        ASSERT_TRUE(reader->scan());
        const auto again = reader->scan();
        ASSERT_TRUE(again);
        // Written just now: the careful one waits until the times must differ.
        EXPECT_EQ(again->files[0].same, reader == &quick);
        EXPECT_EQ(again->files[1].text.empty(), reader == &quick);
    }
    write("b.yaml", region("b", "11"));
    const auto changed = quick.scan();
    ASSERT_TRUE(changed);
    EXPECT_TRUE(changed->files[0].same);
    EXPECT_FALSE(changed->files[1].same);
    write("b.yaml", region("b"));
    Directory directory(root_);
    EXPECT_EQ(reload(directory).files_changed, 2u);
    EXPECT_EQ(reload(directory).files_changed, 0u);
    write("b.yaml", region("b", "7"));
    EXPECT_EQ(reload(directory).files_changed, 1u);
    EXPECT_EQ(model_.find<model::Region>("", "b")->clients, 7u);
    fs::remove(root_ / "b.yaml");
    EXPECT_EQ(reload(directory).objects_removed, 1u);
}

// Out of descriptors, a disk error, a mode that is wrong for a moment: no reason to drop a region.
TEST_F(OnDisk, AFolderThatCannotBeReadKeepsWhatItDeclared) {
    write("a.yaml", region("a"));
    fs::create_directory(root_ / "sub");
    write("sub/b.yaml", region("b"));
    Directory directory(root_);
    EXPECT_EQ(reload(directory).objects_put, 2u);
    const int lowest = ::dup(0);
    ::close(lowest);
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit few{static_cast<rlim_t>(lowest) + 2, before.rlim_max};
    for (int i = 0; i < 2; ++i) {
        ::setrlimit(RLIMIT_NOFILE, &few);
        const auto report = directory.reload(model_);
        ::setrlimit(RLIMIT_NOFILE, &before);
        ASSERT_TRUE(report) << report.error().text;
        EXPECT_EQ(report->objects_removed, 0u);
        EXPECT_FALSE(report->diagnostics.empty());
    }
    EXPECT_NE(model_.find<model::Region>("", "b"), nullptr);
    EXPECT_TRUE(reload(directory).diagnostics.empty());
    fs::remove(root_ / "sub" / "b.yaml");
    EXPECT_EQ(reload(directory).objects_removed, 1u);
}

TEST_F(OnDisk, AFolderThatIsNotThere) {
    Directory directory(root_ / "none");
    const auto report = directory.reload(model_);
    ASSERT_FALSE(report);
    EXPECT_NE(report.error().text.find("No such file"), std::string::npos);
}

}  // namespace
}  // namespace fairway::config
