// Finds and reads the manifests below a folder: *.yaml, *.yml, *.json, in sorted order. Hidden
// files and folders are skipped. A symbolic link to a file is followed if it ends below the folder
// (that is how Kubernetes mounts a ConfigMap); links to folders are not. Control thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/diagnostic.h"

namespace fairway::config {

struct SourceFile {
    std::string path;  // relative to the folder, with /
    std::string text;
    bool same = false;   // as when it was last read: `text` is empty
    std::string unread;  // why it could not be read; empty: it was
};

struct Scan {
    std::vector<SourceFile> files;
    model::Diagnostics findings;  // about what was left out
    // That could not be read; "" is the whole. What is below may still be meant.
    std::vector<std::string> unread_folders;
};

class FileReader {
  public:
    explicit FileReader(std::string root, std::int64_t settle_ns = 2'000'000'000)
        : root_(std::move(root)), settle_ns_(settle_ns) {}

    // Fails if the folder itself cannot be read. Files that did not change since the last scan are
    // not read again.
    Result<Scan> scan();

  private:
    // What stat says of a file. One that changed less than settle_ns before it was read is read
    // again: its next change may leave the same times.
    struct Signature {
        std::uint64_t device = 0, inode = 0, size = 0;
        std::int64_t modified_ns = 0, changed_ns = 0;
        bool settled = false;
        bool operator==(const Signature&) const = default;
    };
    struct Walk;
    void walk(Walk& walk, const std::string& folder, unsigned depth);
    void take(Walk& walk, const std::string& path, bool is_link);

    std::string root_;
    std::int64_t settle_ns_;
    std::map<std::string, Signature> seen_;
};

}  // namespace fairway::config
