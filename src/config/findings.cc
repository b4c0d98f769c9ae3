#include "config/findings.h"

#include <charconv>

#include "base/limits.h"
#include "base/metrics.h"

namespace fairway::config {

namespace {

// Values are places in their parent's array, so a value is found by its address. Positions grow
// along a document, which tells the one kid to look into; only an alias (whose kids stand earlier)
// makes that miss, and then `everywhere` looks at all.
bool find(const Value& at, const Value& target, bool everywhere, std::string& path) {
    if (&at == &target) return true;
    const std::size_t size = path.size();
    const auto look = [&](const Value& kid, auto&& step) {
        step();
        if (find(kid, target, everywhere, path)) return true;
        path.resize(size);
        return false;
    };
    const auto members = at.members();
    for (std::size_t i = 0; i < members.size(); ++i) {
        const Member& member = members.first[i];
        if (!everywhere && i + 1 < members.size() && members.first[i + 1].key_pos <= target.pos() &&
            &member.value != &target) {
            continue;
        }
        const auto step = [&] { path.append(size == 0 ? "" : ".").append(member.key); };
        if (look(member.value, step)) return true;
    }
    const auto items = at.items();
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (!everywhere && i + 1 < items.size() && at[i + 1].pos() <= target.pos() &&
            &at[i] != &target) {
            continue;
        }
        const auto step = [&] { path.append("[").append(std::to_string(i)).append("]"); };
        if (look(at[i], step)) return true;
    }
    return false;
}

// 3 of "spec.rules[3].filters[0]"; -1 of what is not of a rule.
std::int32_t rule_of(std::string_view field) {
    constexpr std::string_view kRules = "spec.rules[";
    std::int32_t rule = -1;
    if (field.starts_with(kRules)) {
        std::from_chars(field.data() + kRules.size(), field.data() + field.size(), rule);
    }
    return rule;
}

// A finding is a line: what a document writes must not begin another.
std::string one_line(std::string text) {
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
    }
    return text;
}

}  // namespace

std::string Findings::path(const Value& root, const Value& target) {
    std::string out;
    if (find(root, target, false, out) || find(root, target, true, out)) return out;
    return {};
}

void Findings::add(model::Severity severity, const Value& value, std::string_view field, Pos pos,
                   std::string what, std::string right) {
    if (severity == model::Severity::kError) ++faults_;
    if (pos.line == 0) pos = root_.pos();  // about a field of what is not there
    if (all_.size() >= kManifestFindingsMax) return limit_hit(Limit::kFindings);
    std::string path = Findings::path(root_, value);
    if (!field.empty()) path.append(path.empty() ? "" : ".").append(field);
    all_.push_back({severity, std::string(file_), pos, object_, one_line(std::move(path)),
                    one_line(std::move(what)), one_line(std::move(right))});
}

void Findings::unsupported(const Value& value, Pos pos, std::string what, const std::string& why) {
    const std::size_t before = all_.size();
    add(model::Severity::kError, value, {}, pos, std::move(what), why);
    --faults_;
    if (all_.size() == before) return;  // there are too many to tell
    unsupported_.push_back({all_.back().field, why, all_.back().pos, rule_of(all_.back().field)});
}

std::string quote(std::string_view text) {
    std::string out = "`";
    std::size_t end = text.size();
    if (end > 64) {
        end = 64;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    }
    for (const char c : text.substr(0, end)) {
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
    }
    return out + (end < text.size() ? "…`" : "`");
}

}  // namespace fairway::config
