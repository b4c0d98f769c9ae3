// Who comes first: closed forms of a draw's first non-empty kid, given each kid's chance to answer
// nothing. Pure arithmetic in fractions, for the exact form.
#pragma once

#include <cstddef>
#include <vector>

#include "base/fraction.h"
#include "steer/view.h"

namespace fairway::steer {

struct FirstChances {
    // Of each kid: the chance that nobody before it answers and that it is drawn at all; times its
    // own chance to answer it is its share.
    std::vector<Fraction> turn;
    Fraction nobody;  // all drawn kids answer nothing
    bool approximate = false;
};

// k of all kids in random order; `empty` = each kid's chance to answer nothing.
FirstChances first_of_sample(const std::vector<Fraction>& empty, std::size_t k);
// All kids in the given order.
FirstChances first_of_list(const std::vector<Fraction>& empty);
// All kids by repeated weighted draw without return, weight 0 last in random order.
FirstChances first_of_ordered(const std::vector<Fraction>& empty,
                              const std::vector<std::uint32_t>& weights);

// Two or more kids are drawn: then an empty answer has the root's rcode.
bool draws_several(const world::Node& node, std::size_t kept);
// The rule that the node's own draw calls for, over its kept kids.
FirstChances first_chances(const View& view, world::NodeIndex node,
                           const std::vector<Fraction>& empty);
// draw rotated: where in the kept kids, by name, this query's list begins.
std::size_t rotated_start(std::uint64_t nth, std::size_t kept);

}  // namespace fairway::steer
