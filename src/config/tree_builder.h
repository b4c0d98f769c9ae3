// Builds Values from the events of a reader: the YAML and JSON readers share it, so that depth,
// duplicate keys and fingerprints are judged in one place. Used by one reader at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/value.h"

namespace fairway::config {

class TreeBuilder {
  public:
    TreeBuilder(Documents& out, std::string_view file) : out_(out), file_(file) {}

    // False: too deep; the finding is noted and the caller must give the document up.
    bool open(Type type, Pos pos);
    Value close();
    // A key or a value, as the innermost map or sequence has it next.
    void scalar(std::string_view text, Style style, Pos pos);
    // A value that stands elsewhere too (an alias).
    void shared(const Value& value, std::uint64_t values);
    bool wants_key() const;
    bool is_open() const { return !frames_.empty(); }
    std::uint64_t values() const { return values_; }  // so far in this document, aliases expanded

    void finish_document();  // appends it to the Documents
    void drop_document();    // forgets what is half built; Documents::broken is set
    void fault(Pos pos, std::string what, std::string right);  // the document is faulty

  private:
    struct Frame {
        Type type;
        Pos pos;
        std::size_t first;  // in members_ or items_
        bool have_key = false;
    };
    void put(const Value& value);
    void check_duplicates(std::size_t first);
    void mix(std::uint64_t word);

    Documents& out_;
    std::string_view file_;
    std::vector<Frame> frames_;
    std::vector<Member> members_;
    std::vector<Value> items_;
    std::vector<std::string_view> keys_;  // of check_duplicates
    Value root_;
    std::uint64_t fingerprint_ = 0;
    std::uint64_t values_ = 0;
    std::size_t findings_first_ = 0;
};

}  // namespace fairway::config
