// Every bad document below testdata/bad and the exact lines that it gives. FAIRWAY_UPDATE=1 writes
// the lines anew; read them before you commit them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "config/directory.h"

namespace fairway::config {
namespace {

TEST(Golden, BadDocumentsSayWhereAndWhat) {
    const std::string root = FAIRWAY_SOURCE_DIR "/src/config/testdata/bad";
    model::Model model;
    const auto report = Directory(root).reload(model);
    ASSERT_TRUE(report) << report.error().text;
    std::string lines;
    for (const auto& finding : report->diagnostics) lines += finding.text() + "\n";
    const std::string path = root + "/expected.txt";
    if (std::getenv("FAIRWAY_UPDATE") != nullptr) std::ofstream(path) << lines;
    std::stringstream expected;
    expected << std::ifstream(path).rdbuf();
    EXPECT_EQ(lines, expected.str());
}

}  // namespace
}  // namespace fairway::config
