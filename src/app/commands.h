// The subcommands of `fairway` (design §5): options as parsed, and the functions that run them.
// Each returns the process's exit code; what cannot run says why on stderr and returns 2.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fairway::app {

inline constexpr int kExitFine = 0;
inline constexpr int kExitFindings = 1;
inline constexpr int kExitCannotRun = 2;

struct UpOptions {
    std::string directory;
    std::vector<std::string> dns{"127.0.0.1:5300"};
    std::vector<std::string> api{"127.0.0.1:5380"};
    std::string state;                 // empty: $STATE_DIRECTORY, else below $XDG_STATE_HOME
    unsigned workers = 0;              // 0: one for each core that we may use
    std::vector<std::string> regions;  // a prober set for each; none: one of no Region
    std::string user;  // to become after binding, when started as root; empty: nobody
    std::optional<std::uint64_t> seed;
};

// Where a World comes from: a directory that is compiled now, or a running instance.
struct Source {
    std::string directory;
    std::string api;  // http://127.0.0.1:5380 or unix:PATH
};

struct CheckOptions {
    std::string directory;
    bool json = false;
};

struct ExplainOptions {
    Source source;
    std::string name;
    std::string type = "A";
    std::string from;
    std::vector<std::string> facts;  // KEY=VALUE
    std::vector<std::string> down;   // KIND/NAME
    bool json = false;
};

struct DrillOptions {
    Source source;
    std::vector<std::string> down;
    bool json = false;
};

struct ImportOptions {
    std::string system;
    std::vector<std::string> files;
    std::string output;
    bool strict = false;
};

struct VectorsOptions {
    std::string directory;
    std::string system;  // only the file of this stem
    bool show_native = false;
};

int run_up(const UpOptions& options);
int run_check(const CheckOptions& options);
int run_explain(const ExplainOptions& options);
int run_drill(const DrillOptions& options);
int run_import(const ImportOptions& options);
int run_vectors(const VectorsOptions& options);

}  // namespace fairway::app
