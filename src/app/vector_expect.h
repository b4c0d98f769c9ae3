// What a worked case expects, in all forms (tests/vectors/README.md), and whether an answer is it:
// exactly by the exact form, within five sigma by the fast one. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/fraction.h"
#include "config/value.h"

namespace fairway::app {

// What came out.
struct Answered {
    struct Outcome {
        Fraction p;
        std::vector<std::string> answers;
        std::string rcode;
        std::uint32_t sample_k = 0;  // k distinct of `answers`, not enumerated
    };
    std::string value;  // of a check
    std::vector<Outcome> exact;
    std::vector<Outcome> drawn;  // p = how often of `draws`; 0 draws: nothing was random
    std::uint32_t draws = 0;
    std::map<std::string, Fraction> first;  // address → chance that it comes first
    std::string fault;
};

struct Expect {
    enum class Form : std::uint8_t { kOutcomes, kSample, kSet, kRcode, kValue } form = Form::kRcode;
    std::string rcode, value;
    bool ordered = false;  // the order of an outcome's answers counts
    std::vector<Answered::Outcome> outcomes;
    std::vector<std::string> from;  // of a sample; the set
    std::size_t k = 0;
    std::map<std::string, Fraction> first_group;
    std::string text;  // as the case has it, on one line
};

Expect read_expect(const config::Value& vector);

// Empty if it is what is expected; else what was got, for the one line of a failure.
std::string compare(const Expect& expect,
                    const std::map<std::string, std::vector<std::string>>& groups,
                    const Answered& answered);

}  // namespace fairway::app
