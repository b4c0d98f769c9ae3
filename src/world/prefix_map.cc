#include "world/prefix_map.h"

#include <algorithm>
#include <bit>

namespace fairway::world {
namespace {

template <class T>
constexpr unsigned kBits = sizeof(T) * 8;

template <class T>
T number_of(const IpAddr& address) {
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) value = value << 8 | address.data()[i];
    return value;
}

// How many leading bits two different addresses share.
unsigned common_bits(std::uint32_t a, std::uint32_t b) {
    return static_cast<unsigned>(std::countl_zero(a ^ b));
}
unsigned common_bits(unsigned __int128 a, unsigned __int128 b) {
    const unsigned __int128 x = a ^ b;
    const auto high = static_cast<std::uint64_t>(x >> 64);
    return static_cast<unsigned>(high ? std::countl_zero(high)
                                      : 64 + std::countl_zero(static_cast<std::uint64_t>(x)));
}

template <class T>
T last_of(T first, unsigned length) {
    return length == 0 ? ~T{0} : first | ((T{1} << (kBits<T> - length)) - 1);
}

}  // namespace

PrefixMap::PrefixMap(std::vector<std::pair<Cidr, std::uint32_t>> entries)
    : entries_(std::move(entries)) {
    const auto less = [](const auto& a, const auto& b) { return a.first < b.first; };
    const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
    std::stable_sort(entries_.begin(), entries_.end(), less);
    entries_.erase(std::unique(entries_.begin(), entries_.end(), same), entries_.end());
    parent_.assign(entries_.size(), kNone);
    std::vector<std::uint32_t> v4, v6;
    for (std::uint32_t i = 0; i < entries_.size(); ++i) {
        (entries_[i].first.base.is_v4() ? v4 : v6).push_back(i);
    }
    // A parent has a lower place in address order, so the nearest one that still contains is found
    // by climbing from the entry before.
    for (const auto* order : {&v4, &v6}) {
        std::uint32_t around = kNone;
        for (const std::uint32_t i : *order) {
            while (around != kNone && !entries_[around].first.contains(entries_[i].first)) {
                around = parent_[around];
            }
            parent_[i] = around;
            around = i;
        }
    }
    v4_.build(*this, v4);
    v6_.build(*this, v6);
}

PrefixMap::Match PrefixMap::find(const Cidr& client) const {
    return client.base.is_v4()
               ? v4_.find(*this, number_of<std::uint32_t>(client.base), client.length)
               : v6_.find(*this, number_of<unsigned __int128>(client.base), client.length);
}

template <class T>
void PrefixMap::Space<T>::build(const PrefixMap& map, std::span<const std::uint32_t> order) {
    if (order.empty()) return;
    const auto cut = [this](T at, std::uint32_t inner) {
        if (!first.empty() && first.back() == at) {
            entry.back() = inner;
        } else {
            first.push_back(at);
            entry.push_back(inner);
        }
    };
    const auto end_of = [&](std::uint32_t i) {
        const Cidr& cidr = map.entries_[i].first;
        return last_of(number_of<T>(cidr.base), cidr.length);
    };
    cut(0, kNone);
    std::uint32_t open = kNone;
    // Closes the open entries up to, but not with, `until`.
    const auto close = [&](std::uint32_t until) {
        for (; open != until; open = map.parent_[open]) {
            const T last = end_of(open);
            if (last != ~T{0}) cut(last + 1, map.parent_[open]);
        }
    };
    for (const std::uint32_t i : order) {
        close(map.parent_[i]);
        cut(number_of<T>(map.entries_[i].first.base), i);
        open = i;
    }
    close(kNone);

    const auto count = static_cast<std::uint32_t>(first.size());
    const auto value = [&](std::uint32_t p) {
        return entry[p] == kNone ? kNone : map.entries_[entry[p]].second;
    };
    run_begin.resize(count);
    run_end.resize(count);
    for (std::uint32_t begin = 0, end = 0; begin < count; begin = end) {
        for (end = begin + 1; end < count && value(end) == value(begin);) ++end;
        std::fill(run_begin.begin() + begin, run_begin.begin() + end, begin);
        std::fill(run_end.begin() + begin, run_end.begin() + end, end);
    }
    index.resize(65536 + 1, count - 1);
    std::uint32_t p = 0;
    for (std::uint32_t top = 0; top < 65536; ++top) {
        const T low = T{top} << (kBits<T> - 16);
        while (p + 1 < count && first[p + 1] <= low) ++p;
        index[top] = p;
    }
}

template <class T>
std::uint32_t PrefixMap::Space<T>::piece(T address) const {
    const auto top = static_cast<std::uint32_t>(address >> (kBits<T> - 16));
    const auto begin = first.begin() + index[top];
    const auto end = first.begin() + index[top + 1] + 1;
    return static_cast<std::uint32_t>(std::upper_bound(begin, end, address) - first.begin()) - 1;
}

template <class T>
PrefixMap::Match PrefixMap::Space<T>::find(const PrefixMap& map, T address, unsigned length) const {
    if (first.empty()) return {};
    const std::uint32_t p = piece(address);
    std::uint32_t inner = entry[p];
    const std::uint32_t exact = inner == kNone ? kNone : map.entries_[inner].second;
    while (inner != kNone && map.entries_[inner].first.length > length) inner = map.parent_[inner];
    Match match;
    if (inner != kNone) match.value = map.entries_[inner].second;
    unsigned scope = 0;
    if (run_begin[p] > 0) scope = common_bits(address, static_cast<T>(first[run_begin[p]] - 1)) + 1;
    if (run_end[p] < first.size()) {
        scope = std::max(scope, common_bits(address, first[run_end[p]]) + 1);
    }
    // The address itself has another value than its prefix: the next bit could tell.
    if (exact != match.value) scope = std::max(scope, length + 1);
    match.scope = static_cast<std::uint8_t>(std::min(scope, kBits<T>));
    return match;
}

}  // namespace fairway::world
