#include "process_memory.hpp"

#include <malloc.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace neural_style {

ProcessMemory process_memory() {
    constexpr double mib = 1024.0 * 1024.0;
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
    return memory;
}

void release_unused_memory() { malloc_trim(0); }

void keep_large_blocks() {
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

}  // namespace neural_style
