#include "world/catalog.h"

#include <algorithm>

namespace fairway::world {

UnitIndex Catalog::at(model::Kind kind, std::string_view ns, std::string_view name) {
    scratch_.assign(1, static_cast<char>('A' + static_cast<int>(kind)));
    scratch_.append(ns).append(1, '/').append(name);
    if (const auto found = by_name_.find(scratch_); found != by_name_.end()) return found->second;
    const auto index = static_cast<UnitIndex>(units_.size());
    units_.emplace_back();
    units_.back().key = {kind, std::string(ns), std::string(name)};
    by_name_.emplace(scratch_, index);
    return index;
}

void Catalog::set_uses(UnitIndex user, std::vector<UnitIndex> uses) {
    std::sort(uses.begin(), uses.end());
    uses.erase(std::unique(uses.begin(), uses.end()), uses.end());
    std::vector<UnitIndex>& before = units_[user].uses;
    for (const UnitIndex used : before) {
        if (!std::binary_search(uses.begin(), uses.end(), used)) units_[used].users.erase(user);
    }
    for (const UnitIndex used : uses) {
        if (!std::binary_search(before.begin(), before.end(), used))
            units_[used].users.insert(user);
    }
    before = std::move(uses);
}

void Catalog::set_findings(UnitIndex index, model::Diagnostics findings) {
    if (findings.empty()) {
        if (findings_.erase(index) == 0) return;
    } else {
        findings_[index] = std::move(findings);
    }
    all_fresh_ = false;
}

void Catalog::set_draft_findings(std::map<UnitIndex, model::Diagnostics> findings) {
    if (findings == of_drafts_) return;
    of_drafts_ = std::move(findings);
    all_fresh_ = false;
}

const model::Diagnostics* Catalog::findings(UnitIndex index) const {
    const auto at = findings_.find(index);
    return at == findings_.end() ? nullptr : &at->second;
}

const model::Diagnostics& Catalog::diagnostics() const {
    if (all_fresh_) return all_;
    all_.clear();
    for (const auto& [index, list] : findings_) {
        if (!of_drafts_.contains(index)) all_.insert(all_.end(), list.begin(), list.end());
    }
    for (const auto& [index, list] : of_drafts_) all_.insert(all_.end(), list.begin(), list.end());
    std::sort(all_.begin(), all_.end(), [](const auto& a, const auto& b) {
        return std::tie(a.file, a.pos, a.object, a.field, a.what) <
               std::tie(b.file, b.pos, b.object, b.field, b.what);
    });
    all_fresh_ = true;
    return all_;
}

namespace {
// Levenshtein's distance; names longer than 64 are cut.
unsigned edit_distance(std::string_view a, std::string_view b) {
    a = a.substr(0, 64);
    b = b.substr(0, 64);
    unsigned rows[3][65];  // this one, and the two before
    for (unsigned i = 0; i <= a.size(); ++i) {
        unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        for (unsigned j = 0; j <= b.size(); ++j) {
            row[j] = i + j;
            if (i == 0 || j == 0) continue;
            row[j] =
                std::min({above[j - 1] + (a[i - 1] != b[j - 1]), above[j] + 1, row[j - 1] + 1});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], two_above[j - 2] + 1);
            }
        }
    }
    return rows[a.size() % 3][b.size()];
}
}  // namespace

void Nearest::offer(std::string_view candidate) {
    if (++offers_ > kOffersMax) return;
    const unsigned distance = edit_distance(name_, candidate);
    if (distance >= best_distance_) return;
    best_distance_ = distance;
    best_ = candidate;
}

std::string Nearest::text(std::string otherwise) const {
    // Nearer than half of the name: a slip of the pen, not another name.
    if (best_distance_ != ~0u && best_distance_ * 2 <= std::max<std::size_t>(name_.size(), 2)) {
        return "did you mean \"" + best_ + "\"?";
    }
    return otherwise;
}

std::vector<std::string> path_back(const std::string& start, const std::string& last,
                                   const std::map<std::string, std::string>& came_from) {
    std::vector<std::string> path{start};
    for (std::string at = last; at != start; at = came_from.at(at)) path.push_back(at);
    path.push_back(start);
    std::reverse(path.begin(), path.end());
    return path;
}

std::string path_text(const std::vector<std::string>& path) {
    std::string text;
    for (const std::string& name : path) text += (text.empty() ? "" : " -> ") + name;
    return text;
}

void Findings::add(model::Severity severity, model::Pos pos, std::string field, std::string what,
                   std::string right) {
    if (draft_ != nullptr &&
        (pos.line == 0 ||
         std::find(draft_->faults.begin(), draft_->faults.end(), pos) != draft_->faults.end())) {
        return;  // it is not written, or is told already
    }
    list_.push_back({severity, meta_.file, pos.line != 0 ? pos : meta_.pos, meta_.key.text(),
                     std::move(field), std::move(what), std::move(right)});
}

}  // namespace fairway::world
