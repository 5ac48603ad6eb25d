#include "process_memory.hpp"

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace neural_style {

namespace {

constexpr double mib = 1024.0 * 1024.0;

double number_in(const std::string& file) {  // below 0 if there is none, such as "max"
    std::ifstream in(file);
    double number = -1;
    return in >> number ? number : -1;
}

void lower(double& available, double limit) { available = std::max(0.0, std::min(available, limit)); }

// What a control group and those above it leave; the kernel gives up cached files before it refuses memory.
void heed_control_group(const std::string& root, std::string path, const char* limit, const char* held,
                        const char* cached, double& available) {
    while (true) {
        const double most = number_in(root + path + "/" + limit), now = number_in(root + path + "/" + held);
        double cache = 0, count = 0;
        std::ifstream in(root + path + "/memory.stat");
        for (std::string key; in >> key >> count;)
            if (key == cached) cache = count;
        if (most > 0 && now >= 0) lower(available, (most - now + cache) / mib);
        if (path.empty()) return;
        path.resize(path.rfind('/'));
    }
}

}  // namespace

ProcessMemory process_memory() {
    ProcessMemory memory;
    std::ifstream own("/proc/self/statm");
    double total_pages = 0, resident_pages = 0;
    if (own >> total_pages >> resident_pages)
        memory.resident_mib = resident_pages * double(sysconf(_SC_PAGESIZE)) / mib;
    std::ifstream system("/proc/meminfo");
    std::string key, unit;
    double kib = 0;
    while (system >> key >> kib) {
        std::getline(system, unit);
        if (key == "MemAvailable:") memory.available_mib = kib / 1024.0;
    }
    // `ulimit -v` and the control groups that containers and systemd put a process in.
    rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        lower(memory.available_mib, double(limit.rlim_cur) / mib - total_pages * double(sysconf(_SC_PAGESIZE)) / mib);
    std::ifstream groups("/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) {
        const auto path = line.find('/');
        if (path == std::string::npos) continue;
        const std::string own = line.substr(path) == "/" ? "" : line.substr(path);
        if (line.rfind("0::", 0) == 0)
            heed_control_group("/sys/fs/cgroup", own, "memory.max", "memory.current", "inactive_file",
                               memory.available_mib);
        if (line.find(":memory:") != std::string::npos)  // the first version of control groups
            heed_control_group("/sys/fs/cgroup/memory", own, "memory.limit_in_bytes", "memory.usage_in_bytes",
                               "total_inactive_file", memory.available_mib);
    }
    return memory;
}

void release_unused_memory() { malloc_trim(0); }

void keep_large_blocks() {
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

}  // namespace neural_style
