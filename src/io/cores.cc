#include "io/cores.h"

#include <sched.h>

#include <cstdint>
#include <fstream>
#include <string>

namespace fairway::io {
namespace {

unsigned cores_of(std::uint64_t quota_us, std::uint64_t period_us) {
    return period_us == 0 ? 0 : static_cast<unsigned>((quota_us + period_us - 1) / period_us);
}

// The tightest quota of this process's cgroup and those around it, in cores; 0 = none.
unsigned cgroup2_cores() {
    std::ifstream self("/proc/self/cgroup");
    std::string path;
    for (std::string line; std::getline(self, line);) {
        if (line.starts_with("0::")) path = line.substr(3);
    }
    unsigned tightest = 0;
    for (;;) {
        if (path == "/") path.clear();
        std::ifstream file("/sys/fs/cgroup" + path + "/cpu.max");
        std::uint64_t quota_us = 0, period_us = 0;
        if (file >> quota_us >> period_us) {  // "max 100000" does not parse: no quota
            const unsigned cores = cores_of(quota_us, period_us);
            if (cores != 0 && (tightest == 0 || cores < tightest)) tightest = cores;
        }
        const std::size_t slash = path.rfind('/');
        if (slash == std::string::npos) return tightest;
        path.resize(slash);
    }
}

unsigned cgroup1_cores() {
    std::ifstream quota_file("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
    std::ifstream period_file("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
    std::int64_t quota_us = -1, period_us = 0;
    if (!(quota_file >> quota_us) || !(period_file >> period_us) || quota_us <= 0) return 0;
    return cores_of(static_cast<std::uint64_t>(quota_us), static_cast<std::uint64_t>(period_us));
}

}  // namespace

std::vector<int> usable_cores() {
    cpu_set_t set;
    CPU_ZERO(&set);
    std::vector<int> cores;
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
            if (CPU_ISSET(cpu, &set)) cores.push_back(static_cast<int>(cpu));
        }
    }
    if (cores.empty()) cores.push_back(0);
    for (const unsigned quota : {cgroup2_cores(), cgroup1_cores()}) {
        if (quota != 0 && quota < cores.size()) cores.resize(quota);
    }
    return cores;
}

}  // namespace fairway::io
