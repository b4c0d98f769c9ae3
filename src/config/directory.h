// Directory: keeps a Model equal to the manifests in a folder (or in memory). A reload decodes only
// the documents that changed and touches only their objects. What is bad keeps its last good
// version and is reported, every fault at once. Owned by the control thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/decode.h"
#include "config/file_reader.h"
#include "model/diagnostic.h"
#include "model/model.h"

namespace fairway::config {

struct LoadReport {
    model::Diagnostics diagnostics;  // all that stand now, sorted by place
    std::size_t files = 0;           // in the folder
    std::size_t files_changed = 0;   // parsed anew
    std::size_t documents_decoded = 0;
    std::size_t objects_put = 0;
    std::size_t objects_removed = 0;
    std::vector<SourceFile> sources;  // as they were read
};

class Directory {
  public:
    // In memory: apply() only.
    Directory() = default;
    explicit Directory(std::string root) : reader_(std::move(root)) {}

    // Reads the folder and brings `model` up to date: always the same Model. Fails if the folder
    // cannot be read, and then changes nothing.
    Result<LoadReport> reload(model::Model& model);
    // The same with the files given, all of them, in any order. Paths end in .yaml, .yml or .json.
    LoadReport apply(std::vector<SourceFile> files, model::Model& model);

  private:
    struct Doc {
        std::uint64_t fingerprint = 0;
        std::vector<Decoded> objects;  // one, or those of a v1 List
        model::Diagnostics findings;   // of the text
    };
    struct File {
        std::optional<std::uint64_t> hash;  // of the text; none: not read
        std::vector<std::shared_ptr<const Doc>> docs;
        model::Diagnostics findings;  // outside of any document that reads
        // Some of it cannot be told: what it declared before may still be meant.
        bool unclear = false;
    };
    struct Place {
        std::string_view file;  // key of files_
        std::shared_ptr<const Doc> doc;
        const Decoded* object;
    };
    struct Accepted {
        std::string file;
        AnyObject object;  // what the Model holds
    };
    using Touched = std::vector<model::ObjectKey>;

    void take_file(const SourceFile& source, LoadReport& report, Touched& touched);
    void parse(std::string_view path, std::string_view text, File& file, LoadReport& report) const;
    void add_unread(const std::string& folder, std::vector<SourceFile>& files) const;
    void forget(std::string_view path, const File& file, Touched& touched);
    void index(const std::string& path, const File& file, Touched& touched);
    void settle(const model::ObjectKey& key, model::Model& model, LoadReport& report);
    const Place* choose(const std::vector<Place>& places, const Accepted* before) const;
    bool may_still_be_meant(const Accepted& before) const;
    model::Diagnostics all_diagnostics() const;

    FileReader reader_{""};
    std::map<std::string, File, std::less<>> files_;
    std::map<model::ObjectKey, std::vector<Place>> places_;
    std::map<model::ObjectKey, Accepted> accepted_;
    std::map<model::ObjectKey, model::Diagnostics> duplicates_;
};

// By file, place, field.
void sort_by_place(model::Diagnostics& diagnostics);

}  // namespace fairway::config
