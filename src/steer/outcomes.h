// Whole answers of one decision and their chances, enumerated within a bound. For the exact form's
// `outcomes` and for the table form. Pure.
#pragma once

#include <optional>
#include <vector>

#include "steer/view.h"

namespace fairway::steer {

// One whole answer; without picks, `rcode` tells.
struct Whole {
    std::vector<Pick> picks;
    Fraction p;
    Outcome rcode = Outcome::kAnswer;
    bool listed = false;  // the order of `picks` is certain
};

enum class OrderIs : std::uint8_t {
    kFree,    // answers are sets, but for rotated ones
    kCertain  // answers are lists: each order that may come is one outcome
};

// All answers of the tree; nothing if there are more than `most`. Answers that come again stand
// once.
std::optional<std::vector<Whole>> enumerate(const View& view, OrderIs order, std::size_t most);

// Fills in Distribution::outcomes; `out.nodes` has its shares already.
void list_outcomes(const View& view, Distribution& out);

}  // namespace fairway::steer
