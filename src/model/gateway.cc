#include "model/gateway.h"

#include <algorithm>

namespace fairway::model {

namespace {

bool holds(const LabelSelector::Term& term, const std::map<std::string, std::string>& labels) {
    using Op = LabelSelector::Term::Op;
    const auto label = labels.find(term.key);
    const bool there = label != labels.end();
    const bool listed = there && std::find(term.values.begin(), term.values.end(), label->second) !=
                                     term.values.end();
    switch (term.op) {
        case Op::kIn:
            return listed;
        case Op::kNotIn:
            return !listed;
        case Op::kExists:
            return there;
        case Op::kDoesNotExist:
            return !there;
    }
    return false;
}

}  // namespace

bool LabelSelector::matches(const std::map<std::string, std::string>& labels) const {
    return std::all_of(match.begin(), match.end(),
                       [&](const auto& wanted) {
                           const auto label = labels.find(wanted.first);
                           return label != labels.end() && label->second == wanted.second;
                       }) &&
           std::all_of(terms.begin(), terms.end(),
                       [&](const Term& term) { return holds(term, labels); });
}

}  // namespace fairway::model
