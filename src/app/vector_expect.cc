#include "app/vector_expect.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace fairway::app {
namespace {

using Outcome = Answered::Outcome;
using Key = std::pair<std::string, std::vector<std::string>>;  // rcode, answers

std::string joined(const std::vector<std::string>& list) {
    std::string out;
    for (const auto& item : list) out += (out.empty() ? "" : " ") + item;
    return "[" + out + "]";
}

std::string text_of(const std::vector<Outcome>& outcomes) {
    std::string out;
    for (const auto& outcome : outcomes) {
        if (!out.empty()) out += ", ";
        out += outcome.rcode == "NOERROR" ? joined(outcome.answers) : outcome.rcode;
        if (outcome.sample_k > 0) out += " sample " + std::to_string(outcome.sample_k);
        out += " " + outcome.p.text();
    }
    return out;
}

Key key_of(const Outcome& outcome, bool ordered) {
    Key key{outcome.rcode, outcome.answers};
    if (!ordered) std::sort(key.second.begin(), key.second.end());
    return key;
}

std::map<Key, Fraction> total(const std::vector<Outcome>& outcomes, bool ordered) {
    std::map<Key, Fraction> out;
    for (const auto& outcome : outcomes) out[key_of(outcome, ordered)] += outcome.p;
    return out;
}

// |p' - p| <= 5 sqrt(p(1-p)/n)
bool near(const Fraction& drawn, const Fraction& p, std::uint32_t draws) {
    if (draws == 0) return drawn == p;
    const double sigma = std::sqrt(p.value() * (1 - p.value()) / draws);
    return std::fabs(drawn.value() - p.value()) <= 5 * sigma;
}

bool same(const std::vector<Outcome>& wanted, const std::vector<Outcome>& got, bool ordered,
          std::uint32_t draws, bool exactly) {
    const auto want = total(wanted, ordered);
    for (const auto& [key, p] : total(got, ordered)) {
        if (!want.contains(key) && !p.is_zero()) return false;
    }
    auto have = total(got, ordered);
    return std::all_of(want.begin(), want.end(), [&](const auto& entry) {
        const Fraction& p = have[entry.first];
        return exactly ? p == entry.second : near(p, entry.second, draws);
    });
}

// Every outcome is k distinct of `from`, and all of `from` come up.
bool is_sample(const Expect& expect, const std::vector<Outcome>& got) {
    std::set<std::string> seen;
    for (const auto& outcome : got) {
        const std::set<std::string> answers(outcome.answers.begin(), outcome.answers.end());
        const std::size_t size = outcome.sample_k > 0 ? outcome.sample_k : outcome.answers.size();
        if (outcome.rcode != "NOERROR" || size != expect.k) return false;
        if (answers.size() != outcome.answers.size()) return false;
        seen.insert(answers.begin(), answers.end());
    }
    return seen == std::set<std::string>(expect.from.begin(), expect.from.end());
}

bool is_set(const Expect& expect, const std::vector<Outcome>& got) {
    const auto want = key_of({Fraction(1), expect.from, "NOERROR"}, false);
    return !got.empty() && std::all_of(got.begin(), got.end(), [&](const Outcome& outcome) {
        return key_of(outcome, false) == want;
    });
}

Fraction group_share(const std::vector<std::string>& group,
                     const std::map<std::string, Fraction>& first) {
    Fraction sum;
    for (const auto& address : group) {
        if (const auto at = first.find(address); at != first.end()) sum += at->second;
    }
    return sum;
}

bool groups_fit(const Expect& expect, const std::map<std::string, std::vector<std::string>>& groups,
                const Answered& answered) {
    std::map<std::string, Fraction> drawn;
    for (const auto& outcome : answered.drawn) {
        if (!outcome.answers.empty()) drawn[outcome.answers.front()] += outcome.p;
    }
    return std::all_of(
        expect.first_group.begin(), expect.first_group.end(), [&](const auto& entry) {
            const auto at = groups.find(entry.first);
            if (at == groups.end()) return false;
            return group_share(at->second, answered.first) == entry.second &&
                   near(group_share(at->second, drawn), entry.second, answered.draws);
        });
}

bool fits(const Expect& expect, const std::map<std::string, std::vector<std::string>>& groups,
          const Answered& answered) {
    switch (expect.form) {
        case Expect::Form::kValue:
            return answered.value == expect.value;
        case Expect::Form::kSample:
            return is_sample(expect, answered.exact) && is_sample(expect, answered.drawn);
        case Expect::Form::kSet:
            return is_set(expect, answered.exact) && is_set(expect, answered.drawn) &&
                   groups_fit(expect, groups, answered);
        case Expect::Form::kRcode:
        case Expect::Form::kOutcomes:
            break;
    }
    return same(expect.outcomes, answered.exact, expect.ordered, 0, true) &&
           same(expect.outcomes, answered.drawn, expect.ordered, answered.draws, false);
}

std::vector<std::string> texts(const config::Value& list) {
    std::vector<std::string> out;
    for (const auto& item : list.items()) {
        out.push_back(item.string());
        // Names come out as declared, which is without the final dot.
        if (out.back().ends_with('.')) out.back().pop_back();
    }
    return out;
}

std::string one_line(const config::Value& value) {
    std::string out;
    if (value.is_map()) {
        for (const auto& member : value.members()) {
            out +=
                (out.empty() ? "" : ", ") + std::string(member.key) + " " + one_line(member.value);
        }
        return "{" + out + "}";
    }
    if (!value.is_sequence()) return value.string();
    for (const auto& item : value.items()) out += (out.empty() ? "" : " ") + one_line(item);
    return "[" + out + "]";
}

}  // namespace

Expect read_expect(const config::Value& vector) {
    const auto& from = vector["expect"];
    Expect out;
    out.text = one_line(from);
    out.rcode = from["rcode"].string("NOERROR");
    out.ordered =
        vector["why"].text().find("order is part of the answer") != std::string_view::npos;
    const auto fraction = [](const config::Value& value) {
        return Fraction::parse(value.text()).value_or(Fraction(0));
    };
    if (from["value"]) {
        out.form = Expect::Form::kValue;
        out.value = from["value"].string();
    } else if (from["sample"]) {
        out.form = Expect::Form::kSample;
        out.k = static_cast<std::size_t>(from["sample"]["k"].integer().value_or(0));
        out.from = texts(from["sample"]["from"]);
    } else if (from["set"]) {
        out.form = Expect::Form::kSet;
        out.from = texts(from["set"]);
        for (const auto& group : from["first_group"].members()) {
            out.first_group[std::string(group.key)] = fraction(group.value);
        }
    } else if (from["outcomes"]) {
        out.form = Expect::Form::kOutcomes;
        for (const auto& outcome : from["outcomes"].items()) {
            out.outcomes.push_back({fraction(outcome["p"]), texts(outcome["answers"]), "NOERROR"});
        }
    } else {
        out.outcomes.push_back({Fraction(1), {}, out.rcode});
    }
    return out;
}

std::string compare(const Expect& expect,
                    const std::map<std::string, std::vector<std::string>>& groups,
                    const Answered& answered) {
    if (!answered.fault.empty()) return answered.fault;
    if (fits(expect, groups, answered)) return {};
    if (expect.form == Expect::Form::kValue)
        return answered.value.empty() ? "no value" : answered.value;
    std::string first;
    for (const auto& [address, share] : answered.first) first += " " + address + " " + share.text();
    return text_of(answered.exact) + (expect.first_group.empty() ? "" : "; first:" + first) +
           "; drawn " + text_of(answered.drawn);
}

}  // namespace fairway::app
