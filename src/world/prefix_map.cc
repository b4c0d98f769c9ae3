#include "world/prefix_map.h"

#include <algorithm>
#include <bit>
#include <tuple>

namespace fairway::world {
namespace {

template <class T>
constexpr unsigned kBits = sizeof(T) * 8;

// The low 32 bits of a v4 address's number are the address.
template <class T>
T number_of(const IpAddr& address) {
    return static_cast<T>(address.number());
}

unsigned common_bits(std::uint32_t a, std::uint32_t b) {
    return static_cast<unsigned>(std::countl_zero(a ^ b));
}
using fairway::common_bits;

template <class T>
T last_of(T first, unsigned length) {
    return length == 0 ? ~T{0} : first | ((T{1} << (kBits<T> - length)) - 1);
}

}  // namespace

PrefixMap::PrefixMap(std::vector<std::pair<Cidr, std::uint32_t>> entries)
    : entries_(std::move(entries)) {
    const auto less = [](const auto& a, const auto& b) {
        return std::tie(a.first.base.family, a.first) < std::tie(b.first.base.family, b.first);
    };
    const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
    std::stable_sort(entries_.begin(), entries_.end(), less);
    entries_.erase(std::unique(entries_.begin(), entries_.end(), same), entries_.end());
    const auto v6 = std::partition_point(entries_.begin(), entries_.end(),
                                         [](const auto& e) { return e.first.base.is_v4(); });
    v4_.build({entries_.begin(), v6});
    v6_.build({v6, entries_.end()});
}

PrefixMap::Match PrefixMap::find(const Cidr& client) const {
    return client.base.is_v4() ? v4_.find(number_of<std::uint32_t>(client.base), client.length)
                               : v6_.find(number_of<unsigned __int128>(client.base), client.length);
}

template <class T>
void PrefixMap::Space<T>::build(std::span<const std::pair<Cidr, std::uint32_t>> from) {
    if (from.empty()) return;
    const auto count = static_cast<std::uint32_t>(from.size());
    std::uint32_t around = kNone;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto& [cidr, value] = from[i];
        const T first = number_of<T>(cidr.base);
        // Whatever contains this entry comes before it and contains the entry before, or is it.
        while (around != kNone && last_of(base[around], entries[around].length) < first) {
            around = entries[around].parent;
        }
        const bool goes_on = around != kNone && entries[around].value == value;
        const std::uint8_t outermost = goes_on ? entries[around].outermost : cidr.length;
        std::uint32_t before = i == 0 ? kNone : i - 1;
        if (i > 0 && entries[i - 1].value == value) before = entries[i - 1].before;
        base.push_back(first);
        entries.push_back({value, around, before, i + 1, cidr.length, outermost});
        around = i;
    }
    for (std::uint32_t i = count - 1; i-- > 0;) {
        if (entries[i].value == entries[i + 1].value) entries[i].after = entries[i + 1].after;
    }
    index.resize(65536 + 1, count);
    std::uint32_t at = 0;
    for (std::uint32_t top = 0; top < 65536; ++top) {
        const T low = T{top} << (kBits<T> - 16);
        while (at < count && base[at] < low) ++at;
        index[top] = at;
    }
}

// How many entries come before this prefix in their order, or are it.
template <class T>
std::uint32_t PrefixMap::Space<T>::up_to(T address, unsigned length) const {
    const auto top = static_cast<std::uint32_t>(address >> (kBits<T> - 16));
    const auto found =
        std::upper_bound(base.begin() + index[top], base.begin() + index[top + 1], address);
    auto count = static_cast<std::uint32_t>(found - base.begin());
    while (count > 0 && base[count - 1] == address && entries[count - 1].length > length) --count;
    return count;
}

template <class T>
PrefixMap::Match PrefixMap::Space<T>::find(T address, unsigned length) const {
    if (entries.empty()) return {};
    const std::uint32_t next = up_to(address, length);
    const T last = last_of(address, length);
    std::uint32_t inner = next == 0 ? kNone : next - 1;
    while (inner != kNone && last_of(base[inner], entries[inner].length) < last) {
        inner = entries[inner].parent;
    }
    Match match;
    unsigned scope = 0;
    if (inner != kNone) {
        match.value = entries[inner].value;
        scope = entries[inner].outermost;
    }
    // One that contains the client ends where the outermost entry of this value begins, at latest.
    if (next > 0) {
        const Entry& entry = entries[next - 1];
        const std::uint32_t other = entry.value != match.value ? next - 1 : entry.before;
        if (other != kNone && last_of(base[other], entries[other].length) < address) {
            scope = std::max(scope, common_bits(address, base[other]) + 1);
        }
    }
    if (next < entries.size()) {
        const Entry& entry = entries[next];
        const std::uint32_t other = entry.value != match.value ? next : entry.after;
        if (other < entries.size()) {
            scope = std::max(
                scope, base[other] <= last ? length + 1 : common_bits(address, base[other]) + 1);
        }
    }
    match.scope = static_cast<std::uint8_t>(std::min(scope, kBits<T>));
    return match;
}

}  // namespace fairway::world
