// Counters, gauges and histograms, and their exposition in Prometheus's text format. A thread
// writes its own cache line only, without atomic read-modify-write; reading sums the lines. Names
// follow Prometheus: base units, _total for counters. Instruments live as long as the process.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.h"

namespace fairway {

// The calling thread's line. The last one is shared by the threads that came too late for their
// own.
inline constexpr unsigned kMetricLines = 64;
inline constexpr unsigned kSharedMetricLine = kMetricLines - 1;
unsigned metric_line();

class ShardedCounter {
  public:
    void add(std::uint64_t n = 1) {
        const unsigned line = metric_line();
        auto& cell = cells_[line].value;
        if (line == kSharedMetricLine) {
            cell.fetch_add(n, std::memory_order_relaxed);
        } else {
            cell.store(cell.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
        }
    }
    std::uint64_t value() const;

  private:
    struct alignas(64) Cell {
        std::atomic<std::uint64_t> value{0};
    };
    std::array<Cell, kMetricLines> cells_;
};

class Gauge {
  public:
    void set(double value) { value_.store(value, std::memory_order_relaxed); }
    void add(double by);
    double value() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<double> value_{0};
};

class Histogram {
  public:
    explicit Histogram(std::span<const double> bounds);  // upper bounds, ascending, without +Inf
    void observe(double value);
    struct Snapshot {
        std::vector<std::uint64_t> counts;  // per bucket, not cumulative; the last is +Inf
        double sum = 0;
    };
    Snapshot snapshot() const;
    const std::vector<double>& bounds() const { return bounds_; }

  private:
    struct Line {
        std::atomic<double> sum{0};
        std::unique_ptr<std::atomic<std::uint64_t>[]> counts;
    };
    std::vector<double> bounds_;
    std::array<std::atomic<Line*>, kMetricLines> lines_{};  // made by its thread at first use
    std::mutex mutex_;
    std::vector<std::unique_ptr<Line>> owned_;
    Line& line();
};

// 1 ms to 10 s, for latencies in seconds.
std::span<const double> latency_bounds();

using Labels = std::vector<std::pair<std::string, std::string>>;

// What a collector writes to at each exposition, one family after the other.
class MetricWriter {
  public:
    void family(std::string_view name, std::string_view help, std::string_view type);
    void sample(const Labels& labels, double value, std::string_view suffix = {});
    std::string take() { return std::move(out_); }

  private:
    std::string out_, name_;
};

class Metrics {
  public:
    // The same name and labels give the same instrument.
    ShardedCounter& counter(const std::string& name, const std::string& help, Labels labels = {});
    Gauge& gauge(const std::string& name, const std::string& help, Labels labels = {});
    Histogram& histogram(const std::string& name, const std::string& help,
                         std::span<const double> bounds, Labels labels = {});
    // For families whose series come and go; runs on the thread that asks for text(), until the
    // returned handle dies.
    using Collector = std::function<void(MetricWriter&)>;
    [[nodiscard]] std::shared_ptr<void> collect(Collector collector);

    std::string text() const;

  private:
    struct Family {
        std::string help, type;
        std::map<Labels, std::unique_ptr<ShardedCounter>> counters;
        std::map<Labels, std::unique_ptr<Gauge>> gauges;
        std::map<Labels, std::unique_ptr<Histogram>> histograms;
    };
    Family& family(const std::string& name, const std::string& help, const char* type);

    mutable std::mutex mutex_;
    std::map<std::string, Family> families_;
    mutable std::vector<std::weak_ptr<Collector>> collectors_;
};

// The process's own.
Metrics& metrics();

// Counts in fairway_limit_hits_total{limit=}.
void limit_hit(Limit limit);

}  // namespace fairway
