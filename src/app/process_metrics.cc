#include "app/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <string>

namespace fairway::app {
namespace {

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double resident_bytes() {
    std::ifstream file("/proc/self/statm");
    double size = 0, resident = 0;
    file >> size >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double open_descriptors() {
    DIR* folder = ::opendir("/proc/self/fd");
    if (folder == nullptr) return 0;
    double count = 0;
    while (::readdir(folder) != nullptr) ++count;
    ::closedir(folder);
    return count - 3;  // ".", ".." and the folder itself
}

double start_unix_seconds() {
    static const double start =
        std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    return start;
}

}  // namespace

void expose_process(MetricWriter& out) {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto one = [&](const char* name, const char* help, const char* type, double value) {
        out.family(name, help, type);
        out.sample({}, value);
    };
    out.family("fairway_build_info", "Always 1; the label tells the version.", "gauge");
    out.sample({{"version", FAIRWAY_VERSION}}, 1);
    one("process_cpu_seconds_total", "CPU time of all threads.", "counter",
        seconds(usage.ru_utime) + seconds(usage.ru_stime));
    one("process_resident_memory_bytes", "Memory held.", "gauge", resident_bytes());
    one("process_open_fds", "File descriptors in use.", "gauge", open_descriptors());
    one("process_start_time_seconds", "When it started, since 1970.", "gauge",
        start_unix_seconds());
}

}  // namespace fairway::app
