#include "config/tree_builder.h"

#include <algorithm>

#include "base/hash.h"
#include "base/limits.h"
#include "base/metrics.h"
#include "config/findings.h"

namespace fairway::config {

bool TreeBuilder::open(Type type, Pos pos) {
    if (frames_.size() >= kManifestDepthMax) {
        limit_hit(Limit::kManifestDepth);
        fault(pos, "nested more than " + std::to_string(kManifestDepthMax) + " deep",
              "no document needs that");
        return false;
    }
    mix(static_cast<std::uint64_t>(type) << 60 | std::uint64_t{pos.line} << 24 | pos.column);
    ++values_;
    frames_.push_back({type, pos, type == Type::kMap ? members_.size() : items_.size(), false});
    return true;
}

Value TreeBuilder::close() {
    const Frame frame = frames_.back();
    Value value;
    if (frame.type == Type::kMap) {
        check_duplicates(frame.first);
        const std::size_t count = members_.size() - frame.first;
        value = Value::map(out_.arena.copy(members_.data() + frame.first, count),
                           static_cast<std::uint32_t>(count), frame.pos);
        members_.resize(frame.first);
    } else {
        const std::size_t count = items_.size() - frame.first;
        value = Value::sequence(out_.arena.copy(items_.data() + frame.first, count),
                                static_cast<std::uint32_t>(count), frame.pos);
        items_.resize(frame.first);
    }
    frames_.pop_back();
    mix(0xC105Eu);
    put(value);
    return value;
}

bool TreeBuilder::wants_key() const {
    return !frames_.empty() && frames_.back().type == Type::kMap && !frames_.back().have_key;
}

void TreeBuilder::scalar(std::string_view text, Style style, Pos pos) {
    mix(hash_text(text, std::uint64_t{pos.line} << 32 | std::uint64_t{pos.column} << 1 |
                            static_cast<std::uint64_t>(style)));
    ++values_;
    const std::string_view kept = out_.arena.copy(text);
    if (wants_key()) {
        members_.push_back({kept, style, pos, {}});
        frames_.back().have_key = true;
    } else {
        put(Value::scalar(kept, style, pos));
    }
}

void TreeBuilder::shared(const Value& value, std::uint64_t values) {
    mix(std::uint64_t{value.pos().line} << 32 | value.pos().column);
    values_ += values;
    put(value);
}

void TreeBuilder::put(const Value& value) {
    if (frames_.empty()) {
        root_ = value;
    } else if (frames_.back().type == Type::kMap) {
        members_.back().value = value;
        frames_.back().have_key = false;
    } else {
        items_.push_back(value);
    }
}

void TreeBuilder::check_duplicates(std::size_t first) {
    const std::size_t count = members_.size() - first;
    const auto report = [&](std::string_view key) {
        const Member* seen = nullptr;
        for (std::size_t i = first; i < members_.size(); ++i) {
            if (members_[i].key != key) continue;
            if (seen != nullptr) {
                fault(members_[i].key_pos, "key " + quote(key) + " stands twice in this map",
                      "keep one; the first is on line " + std::to_string(seen->key_pos.line));
                return;
            }
            seen = &members_[i];
        }
    };
    if (count <= 16) {
        for (std::size_t i = first; i < members_.size(); ++i) {
            for (std::size_t j = first; j < i; ++j) {
                if (members_[i].key == members_[j].key) return report(members_[i].key);
            }
        }
        return;
    }
    keys_.clear();
    for (std::size_t i = first; i < members_.size(); ++i) keys_.push_back(members_[i].key);
    std::sort(keys_.begin(), keys_.end());
    const auto twice = std::adjacent_find(keys_.begin(), keys_.end());
    if (twice != keys_.end()) report(*twice);
}

void TreeBuilder::finish_document() {
    const std::size_t end = out_.findings.size();
    // An empty document (a file of comments, a `---` too many) says nothing and is no fault.
    if (!root_.is_missing() && !root_.is_null()) {
        out_.all.push_back({root_, fingerprint_, end > findings_first_,
                            static_cast<std::uint32_t>(findings_first_),
                            static_cast<std::uint32_t>(end)});
    }
    root_ = {};
    fingerprint_ = values_ = 0;
    findings_first_ = end;
}

void TreeBuilder::drop_document() {
    out_.broken = true;
    frames_.clear();
    members_.clear();
    items_.clear();
    root_ = {};
    fingerprint_ = values_ = 0;
    findings_first_ = out_.findings.size();
}

void TreeBuilder::fault(Pos pos, std::string what, std::string right) {
    if (out_.findings.size() >= kManifestFindingsMax) return limit_hit(Limit::kFindings);
    out_.findings.push_back({model::Severity::kError, std::string(file_), pos, "", "",
                             std::move(what), std::move(right)});
}

void TreeBuilder::mix(std::uint64_t word) {
    fingerprint_ = (fingerprint_ ^ word) * 0x9E3779B97F4A7C15u;
    fingerprint_ ^= fingerprint_ >> 32;
}

}  // namespace fairway::config
