#include "base/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace fairway {
namespace {

// Lines not taken by a living thread. A line passes to another thread under the mutex.
class LinePool {
  public:
    unsigned take() {
        const std::lock_guard lock(mutex_);
        if (free_.empty()) return next_ < kSharedMetricLine ? next_++ : kSharedMetricLine;
        const unsigned line = free_.back();
        free_.pop_back();
        return line;
    }
    void give(unsigned line) {
        if (line == kSharedMetricLine) return;
        const std::lock_guard lock(mutex_);
        free_.push_back(line);
    }
    // Never destroyed: threads may end after main's statics.
    static LinePool& get() {
        static auto* pool = new LinePool;
        return *pool;
    }

  private:
    std::mutex mutex_;
    std::vector<unsigned> free_;
    unsigned next_ = 0;
};

struct ThreadLine {
    unsigned line = LinePool::get().take();
    ~ThreadLine() { LinePool::get().give(line); }
};

template <class T>
void add_to(std::atomic<T>& cell, T by, bool shared) {
    T old = cell.load(std::memory_order_relaxed);
    if (!shared) {
        cell.store(old + by, std::memory_order_relaxed);
        return;
    }
    while (!cell.compare_exchange_weak(old, old + by, std::memory_order_relaxed)) {
    }
}

void append_escaped(std::string& out, std::string_view text, bool quote) {
    for (const char c : text) {
        if (c == '\\') {
            out += "\\\\";
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '"' && quote) {
            out += "\\\"";
        } else {
            out += c;
        }
    }
}

void append_value(std::string& out, double value) {
    if (std::isnan(value)) {
        out += "NaN";
    } else if (std::isinf(value)) {
        out += value > 0 ? "+Inf" : "-Inf";
    } else if (value == std::floor(value) && std::abs(value) < 9e15) {
        fmt::format_to(std::back_inserter(out), "{}", static_cast<std::int64_t>(value));
    } else {
        fmt::format_to(std::back_inserter(out), "{}", value);
    }
}

}  // namespace

unsigned metric_line() {
    thread_local const ThreadLine mine;
    return mine.line;
}

std::uint64_t ShardedCounter::value() const {
    std::uint64_t sum = 0;
    for (const Cell& cell : cells_) sum += cell.value.load(std::memory_order_relaxed);
    return sum;
}

void Gauge::add(double by) {
    add_to(value_, by, true);
}

Histogram::Histogram(std::span<const double> bounds) : bounds_(bounds.begin(), bounds.end()) {}

Histogram::Line& Histogram::line() {
    auto& mine = lines_[metric_line()];
    if (Line* line = mine.load(std::memory_order_acquire)) return *line;
    const std::lock_guard lock(mutex_);
    if (Line* line = mine.load(std::memory_order_relaxed)) return *line;
    auto made = std::make_unique<Line>();
    made->counts = std::make_unique<std::atomic<std::uint64_t>[]>(bounds_.size() + 1);
    mine.store(made.get(), std::memory_order_release);
    owned_.push_back(std::move(made));
    return *owned_.back();
}

void Histogram::observe(double value) {
    const bool shared = metric_line() == kSharedMetricLine;
    Line& mine = line();
    const auto bucket = static_cast<std::size_t>(
        std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin());
    add_to<std::uint64_t>(mine.counts[bucket], 1, shared);
    add_to(mine.sum, value, shared);
}

Histogram::Snapshot Histogram::snapshot() const {
    Snapshot out;
    out.counts.resize(bounds_.size() + 1);
    for (const auto& slot : lines_) {
        const Line* line = slot.load(std::memory_order_acquire);
        if (line == nullptr) continue;
        for (std::size_t i = 0; i < out.counts.size(); ++i) {
            out.counts[i] += line->counts[i].load(std::memory_order_relaxed);
        }
        out.sum += line->sum.load(std::memory_order_relaxed);
    }
    return out;
}

std::span<const double> latency_bounds() {
    static constexpr double kBounds[] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                         0.25,  0.5,    1,     2.5,  5,     10};
    return kBounds;
}

void MetricWriter::family(std::string_view name, std::string_view help, std::string_view type) {
    name_ = name;
    out_ += "# HELP ";
    out_ += name;
    out_ += ' ';
    append_escaped(out_, help, false);
    fmt::format_to(std::back_inserter(out_), "\n# TYPE {} {}\n", name, type);
}

void MetricWriter::sample(const Labels& labels, double value, std::string_view suffix) {
    out_ += name_;
    out_ += suffix;
    char before = '{';
    for (const auto& [key, text] : labels) {
        out_ += before;
        out_ += key;
        out_ += "=\"";
        append_escaped(out_, text, true);
        out_ += '"';
        before = ',';
    }
    if (!labels.empty()) out_ += '}';
    out_ += ' ';
    append_value(out_, value);
    out_ += '\n';
}

Metrics::Family& Metrics::family(const std::string& name, const std::string& help,
                                 const char* type) {
    Family& found = families_[name];
    if (found.type.empty()) {
        found.help = help;
        found.type = type;
    }
    FW_CHECK(found.type == type);
    return found;
}

ShardedCounter& Metrics::counter(const std::string& name, const std::string& help, Labels labels) {
    const std::lock_guard lock(mutex_);
    auto& slot = family(name, help, "counter").counters[std::move(labels)];
    if (!slot) slot = std::make_unique<ShardedCounter>();
    return *slot;
}

Gauge& Metrics::gauge(const std::string& name, const std::string& help, Labels labels) {
    const std::lock_guard lock(mutex_);
    auto& slot = family(name, help, "gauge").gauges[std::move(labels)];
    if (!slot) slot = std::make_unique<Gauge>();
    return *slot;
}

Histogram& Metrics::histogram(const std::string& name, const std::string& help,
                              std::span<const double> bounds, Labels labels) {
    const std::lock_guard lock(mutex_);
    auto& slot = family(name, help, "histogram").histograms[std::move(labels)];
    if (!slot) slot = std::make_unique<Histogram>(bounds);
    return *slot;
}

std::shared_ptr<void> Metrics::collect(Collector collector) {
    auto handle = std::make_shared<Collector>(std::move(collector));
    const std::lock_guard lock(mutex_);
    collectors_.push_back(handle);
    return handle;
}

namespace {

void write_histogram(MetricWriter& out, const Labels& labels, const Histogram& histogram) {
    const auto snapshot = histogram.snapshot();
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < snapshot.counts.size(); ++i) {
        total += snapshot.counts[i];
        Labels with_bound = labels;
        with_bound.emplace_back("le", i < histogram.bounds().size()
                                          ? fmt::format("{}", histogram.bounds()[i])
                                          : "+Inf");
        out.sample(with_bound, static_cast<double>(total), "_bucket");
    }
    out.sample(labels, snapshot.sum, "_sum");
    out.sample(labels, static_cast<double>(total), "_count");
}

}  // namespace

std::string Metrics::text() const {
    MetricWriter out;
    std::vector<std::shared_ptr<Collector>> collectors;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [name, family] : families_) {
            out.family(name, family.help, family.type);
            for (const auto& [labels, counter] : family.counters) {
                out.sample(labels, static_cast<double>(counter->value()));
            }
            for (const auto& [labels, gauge] : family.gauges) out.sample(labels, gauge->value());
            for (const auto& [labels, histogram] : family.histograms) {
                write_histogram(out, labels, *histogram);
            }
        }
        std::erase_if(collectors_, [](const auto& weak) { return weak.expired(); });
        for (const auto& weak : collectors_) {
            if (auto collector = weak.lock()) collectors.push_back(std::move(collector));
        }
    }
    for (const auto& collector : collectors) (*collector)(out);
    return out.take();
}

Metrics& metrics() {
    static auto* all = new Metrics;  // threads may count after main's statics are gone
    return *all;
}

void limit_hit(Limit limit) {
    static const auto counters = [] {
        std::array<ShardedCounter*, static_cast<std::size_t>(Limit::kCount)> all{};
        for (std::size_t i = 0; i < all.size(); ++i) {
            all[i] =
                &metrics().counter("fairway_limit_hits_total", "How often a named limit was hit.",
                                   {{"limit", kLimitNames[i]}});
        }
        return all;
    }();
    counters[static_cast<std::size_t>(limit)]->add();
}

}  // namespace fairway
