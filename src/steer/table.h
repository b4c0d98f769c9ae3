// The table form: a policy lowered to {classes of clients -> weighted answer sets}, bounded. What
// kernel maps, signing, drill and the console read. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/fraction.h"
#include "base/ip.h"
#include "steer/exact.h"

namespace fairway::steer {

struct TableLimits {
    std::uint32_t classes_max = 4096;
    std::uint32_t sets_max = 4096;
    std::uint32_t slots_max = 65536;
};

struct Slot {
    std::uint32_t set = 0;     // in Table::sets
    std::uint64_t weight = 0;  // weight / Class::total = p exactly
};

struct ClientClass {
    std::vector<Cidr> prefixes;  // longest match over all classes decides; empty = everybody else
    std::uint64_t total = 0;
    std::vector<Slot> slots;
};

struct AnswerSetEntry {
    Outcome outcome = Outcome::kAnswer;
    bool listed = false;      // the order of `picks` is part of it (ordered, rotated)
    std::vector<Pick> picks;  // else a set
};

struct Table {
    std::vector<ClientClass> classes;
    std::vector<AnswerSetEntry> sets;
};

struct TooLarge {
    std::string why;  // "more than 4096 client classes"
};

std::variant<Table, TooLarge> lower(const world::World& world, const world::Facts& facts,
                                    world::PolicyId policy, const TableLimits& limits = {});

}  // namespace fairway::steer
