#include "io/timer_wheel.h"

#include <algorithm>
#include <bit>

namespace fairway::io {
namespace {

using Node = TimerWheel::Node;

void link_before(Node* head, Node* node) {
    node->prev = head->prev;
    node->next = head;
    head->prev->next = node;
    head->prev = node;
}

void unlink(Node* node) {
    node->prev->next = node->next;
    node->next->prev = node->prev;
    node->prev = node->next = nullptr;
}

// Moves all of `from` behind what `to` holds.
void splice(Node* from, Node* to) {
    if (from->next == from) return;
    from->next->prev = to->prev;
    to->prev->next = from->next;
    from->prev->next = to;
    to->prev = from->prev;
    from->prev = from->next = from;
}

}  // namespace

TimerWheel::TimerWheel(std::uint64_t now_ms) : now_ms_(now_ms) {
    for (auto& level : slots_) {
        for (Node& head : level) head.prev = head.next = &head;
    }
    firing_.prev = firing_.next = &firing_;
}

void TimerWheel::add(Node* node, std::uint64_t when_ms) {
    constexpr std::uint64_t kFarthest = (1ull << (6 * kLevels)) - 1;
    // The highest slot of the wheel's present turn bounds what can be told apart.
    node->when_ms = std::min(std::max(when_ms, now_ms_ + 1), now_ms_ | kFarthest);
    place(node);
}

void TimerWheel::place(Node* node) {
    // The highest bit in which it differs from now tells the level; so a slot of a level is always
    // ahead of now in that level, and every lower level comes due first.
    const std::uint64_t differs = (node->when_ms ^ now_ms_) | 1;
    const unsigned level = (63 - std::countl_zero(differs)) / 6;
    const unsigned slot = (node->when_ms >> (6 * level)) & 63;
    node->level = static_cast<std::uint8_t>(level);
    node->slot = static_cast<std::uint8_t>(slot);
    used_[level] |= 1ull << slot;
    link_before(&slots_[level][slot], node);
}

void TimerWheel::remove(Node* node) {
    if (!node->linked()) return;
    unlink(node);
    if (node->level == kFiring) return;
    const Node& head = slots_[node->level][node->slot];
    if (head.next == &head) used_[node->level] &= ~(1ull << node->slot);
}

std::optional<TimerWheel::Due> TimerWheel::next_slot() const {
    for (unsigned level = 0; level < kLevels; ++level) {
        if (used_[level] == 0) continue;
        const auto slot = static_cast<unsigned>(std::countr_zero(used_[level]));
        const unsigned shift = 6 * level;
        const std::uint64_t above = now_ms_ >> (shift + 6) << (shift + 6);
        return Due{level, slot, above | std::uint64_t{slot} << shift};
    }
    return std::nullopt;
}

std::optional<std::uint64_t> TimerWheel::next_ms() const {
    const auto due = next_slot();
    if (!due) return std::nullopt;
    return due->at_ms;
}

void TimerWheel::advance(std::uint64_t now_ms) {
    while (const auto due = next_slot()) {
        if (due->at_ms > now_ms) break;
        now_ms_ = due->at_ms;
        used_[due->level] &= ~(1ull << due->slot);
        Node batch;
        batch.prev = batch.next = &batch;
        splice(&slots_[due->level][due->slot], &batch);
        while (batch.next != &batch) {
            Node* node = batch.next;
            unlink(node);
            if (node->when_ms > now_ms_) {
                place(node);
            } else {
                node->level = kFiring;
                link_before(&firing_, node);
            }
        }
        fire_all();
    }
    now_ms_ = std::max(now_ms_, now_ms);
}

void TimerWheel::fire_all() {
    while (firing_.next != &firing_) {
        Node* node = firing_.next;
        unlink(node);
        node->fire(node);
    }
}

}  // namespace fairway::io
