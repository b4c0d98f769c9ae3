#include "steer/first.h"

#include <algorithm>
#include <cmath>

namespace fairway::steer {
namespace {

// Kids that may answer nothing, beyond which `ordered` is integrated instead of enumerated.
constexpr std::size_t kOrderedExactMax = 12;
constexpr double kScale = 0x1p53;

Fraction rough(double value) {
    const double clamped = std::min(std::max(value, 0.0), 1.0);
    return Fraction(static_cast<std::uint64_t>(clamped * kScale),
                    static_cast<std::uint64_t>(kScale));
}

// mean[j]: the chance that j kids, drawn at random from all but `skip`, all answer nothing.
std::vector<Fraction> mean_products(const std::vector<Fraction>& empty, std::size_t skip,
                                    std::size_t most) {
    std::vector<Fraction> mean(most + 1);
    mean[0] = Fraction(1);
    std::size_t seen = 0;
    for (std::size_t i = 0; i < empty.size(); ++i) {
        if (i == skip) continue;
        ++seen;
        for (std::size_t j = std::min(seen, most); j > 0; --j) {
            const Fraction with = Fraction(j, seen) * empty[i] * mean[j - 1];
            mean[j] = j < seen ? Fraction(seen - j, seen) * mean[j] + with : with;
        }
    }
    return mean;
}

}  // namespace

FirstChances first_of_sample(const std::vector<Fraction>& empty, std::size_t k) {
    const std::size_t n = empty.size();
    FirstChances out;
    out.turn.resize(n);
    k = std::min(k, n);
    const auto may_fail = static_cast<std::size_t>(
        std::count_if(empty.begin(), empty.end(), [](const Fraction& q) { return !q.is_zero(); }));
    if (may_fail == 0) {
        std::fill(out.turn.begin(), out.turn.end(), Fraction(1, std::max<std::size_t>(n, 1)));
        return out;
    }
    for (std::size_t i = 0; i < n; ++i) {
        // Kids that fail alike have like chances.
        const auto same = std::find(empty.begin(), empty.begin() + static_cast<long>(i), empty[i]);
        const auto at = static_cast<std::size_t>(same - empty.begin());
        if (at < i && !empty[i].approximate()) {
            out.turn[i] = out.turn[at];
            continue;
        }
        for (const Fraction& p : mean_products(empty, i, std::min(k - 1, may_fail))) {
            out.turn[i] += p;
        }
        out.turn[i] *= Fraction(1, n);
    }
    if (k <= may_fail) out.nobody = mean_products(empty, n, k)[k];
    return out;
}

FirstChances first_of_list(const std::vector<Fraction>& empty) {
    FirstChances out;
    out.nobody = Fraction(1);
    for (const Fraction& q : empty) {
        out.turn.push_back(out.nobody);
        out.nobody *= q;
    }
    return out;
}

namespace {

// Enumerates which of the kids that may fail have been drawn, and failed, so far.
std::vector<Fraction> turns_by_subset(const std::vector<Fraction>& empty,
                                      const std::vector<std::uint32_t>& weights,
                                      const std::vector<std::size_t>& failing,
                                      std::uint64_t total) {
    std::vector<Fraction> turn(empty.size());
    std::vector<Fraction> chance(std::size_t{1} << failing.size());
    chance[0] = Fraction(1);
    for (std::size_t set = 0; set < chance.size(); ++set) {
        if (chance[set].is_zero()) continue;
        std::uint64_t left = total;
        for (std::size_t f = 0; f < failing.size(); ++f) {
            if (set >> f & 1) left -= weights[failing[f]];
        }
        if (left == 0) continue;
        const Fraction each = chance[set] / Fraction(left);
        for (std::size_t i = 0; i < empty.size(); ++i) {
            if (empty[i].is_zero()) turn[i] += each * Fraction(weights[i]);
        }
        for (std::size_t f = 0; f < failing.size(); ++f) {
            if (set >> f & 1) continue;
            const Fraction p = each * Fraction(weights[failing[f]]);
            turn[failing[f]] += p;
            chance[set | std::size_t{1} << f] += p * empty[failing[f]];
        }
    }
    return turn;
}

// The same by exponential clocks: a kid of weight w rings at rate w, the first that does not fail
// wins.
std::vector<Fraction> turns_by_clock(const std::vector<Fraction>& empty,
                                     const std::vector<std::uint32_t>& weights,
                                     std::uint64_t total) {
    constexpr int kSteps = 4096;
    std::vector<double> turn(empty.size());
    for (int step = 0; step < kSteps; ++step) {
        // u = e^-t; denser towards 0, where light kids still wait.
        const double v = (step + 0.5) / kSteps;
        const double u = v * v * v * v;
        double log_all = 0;
        std::vector<double> later(empty.size());
        for (std::size_t i = 0; i < empty.size(); ++i) {
            const double w = static_cast<double>(weights[i]) / static_cast<double>(total);
            later[i] = empty[i].value() + (1 - empty[i].value()) * std::pow(u, w);
            log_all += std::log(later[i]);
        }
        for (std::size_t i = 0; i < empty.size(); ++i) {
            const double w = static_cast<double>(weights[i]) / static_cast<double>(total);
            turn[i] +=
                w * std::pow(u, w - 1) * std::exp(log_all) / later[i] * 4 * v * v * v / kSteps;
        }
    }
    // What is known exactly: someone answers unless all fail.
    double answered = 0, nobody = 1;
    for (std::size_t i = 0; i < empty.size(); ++i) {
        answered += turn[i] * (1 - empty[i].value());
        nobody *= empty[i].value();
    }
    std::vector<Fraction> out;
    for (double t : turn) out.push_back(rough(answered > 0 ? t * (1 - nobody) / answered : t));
    return out;
}

}  // namespace

FirstChances first_of_ordered(const std::vector<Fraction>& empty,
                              const std::vector<std::uint32_t>& weights) {
    std::vector<std::size_t> heavy, light, failing;
    std::vector<Fraction> heavy_empty, light_empty;
    std::vector<std::uint32_t> heavy_weights;
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < empty.size(); ++i) {
        total += weights[i];
        (weights[i] > 0 ? heavy : light).push_back(i);
        (weights[i] > 0 ? heavy_empty : light_empty).push_back(empty[i]);
        if (weights[i] == 0) continue;
        if (!empty[i].is_zero()) failing.push_back(heavy.size() - 1);
        heavy_weights.push_back(weights[i]);
    }
    FirstChances out;
    out.turn.resize(empty.size());
    out.nobody = Fraction(1);
    for (const Fraction& q : heavy_empty) out.nobody *= q;
    out.approximate = failing.size() > kOrderedExactMax;
    const auto turns = out.approximate
                           ? turns_by_clock(heavy_empty, heavy_weights, total)
                           : turns_by_subset(heavy_empty, heavy_weights, failing, total);
    for (std::size_t i = 0; i < heavy.size(); ++i) out.turn[heavy[i]] = turns[i];
    if (light.empty()) return out;
    const FirstChances rest = first_of_sample(light_empty, light.size());
    for (std::size_t i = 0; i < light.size(); ++i) out.turn[light[i]] = out.nobody * rest.turn[i];
    out.nobody *= rest.nobody;
    return out;
}

bool draws_several(const world::Node& node, std::size_t kept) {
    if (kept < 2 || node.draw == model::Draw::kOne) return false;
    return node.draw != model::Draw::kSample || node.k > 1;
}

std::size_t rotated_start(std::uint64_t nth, std::size_t kept) {
    return static_cast<std::size_t>((kept - nth % kept) % kept);
}

namespace {

FirstChances one_of(const View& view, world::NodeIndex index) {
    const world::PolicyPart& part = view.part();
    const world::Node& node = part.nodes[index];
    const auto& kids = view.kept(index).kids;
    FirstChances out;
    out.turn.resize(kids.size());
    if (node.op == model::Op::kHash) {
        const std::uint64_t client = client_hash(view.query().client);
        std::size_t best = 0;
        std::uint64_t best_score = 0;
        for (std::size_t i = 0; i < kids.size(); ++i) {
            const auto score =
                rendezvous_score(client, hash_text(name_of(part, part.nodes[kids[i]])));
            if (i > 0 && score <= best_score) continue;
            best = i;
            best_score = score;
        }
        out.turn[best] = Fraction(1);
        return out;
    }
    std::uint64_t total = 0;
    for (world::NodeIndex k : kids) total += part.nodes[k].weight;
    const bool weighted = node.op == model::Op::kWeight && total > 0;
    for (std::size_t i = 0; i < kids.size(); ++i) {
        out.turn[i] =
            weighted ? Fraction(part.nodes[kids[i]].weight, total) : Fraction(1, kids.size());
    }
    return out;
}

}  // namespace

FirstChances first_chances(const View& view, world::NodeIndex index,
                           const std::vector<Fraction>& empty) {
    const world::Node& node = view.part().nodes[index];
    switch (node.draw) {
        case model::Draw::kOne:
            return one_of(view, index);
        case model::Draw::kAll:
            return first_of_sample(empty, empty.size());
        case model::Draw::kSample:
            return first_of_sample(empty, std::max<std::size_t>(node.k, 1));
        case model::Draw::kRotated: {
            const auto start =
                static_cast<std::ptrdiff_t>(rotated_start(view.query().nth, empty.size()));
            std::vector<Fraction> list = empty;
            std::rotate(list.begin(), list.begin() + start, list.end());
            FirstChances out = first_of_list(list);
            std::rotate(out.turn.begin(), out.turn.end() - start, out.turn.end());
            return out;
        }
        case model::Draw::kOrdered: {
            std::vector<std::uint32_t> weights;
            for (world::NodeIndex k : view.kept(index).kids) {
                weights.push_back(view.part().nodes[k].weight);
            }
            return first_of_ordered(empty, weights);
        }
    }
    return {};
}

}  // namespace fairway::steer
