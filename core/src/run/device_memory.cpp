#include "device_memory.hpp"

#include <ATen/Context.h>
#include <c10/core/Allocator.h>
#include <c10/core/DeviceGuard.h>
#include <c10/util/Exception.h>
#include <dlfcn.h>

#ifdef HAVE_DEVICE_ALLOCATOR
#include <c10/core/CachingDeviceAllocator.h>
#endif

#include <algorithm>

namespace neural_style {
namespace {

constexpr double mib = 1024.0 * 1024.0;

#ifdef HAVE_DEVICE_ALLOCATOR
// Null where LibTorch has not begun to use that kind of device.
c10::DeviceAllocator* allocator_of(c10::DeviceType type) {
    auto* const allocator = dynamic_cast<c10::DeviceAllocator*>(c10::GetAllocator(type));
    return allocator && allocator->initialized() ? allocator : nullptr;
}
#endif

struct Held {
    double used = 0, unused = 0;  // bytes of LibTorch's allocator: in tensors, and kept for later
};

Held held_on(const c10::Device& device) {
    Held held;
#ifdef HAVE_DEVICE_ALLOCATOR
    if (auto* const allocator = allocator_of(device.type())) {
        const auto stats = allocator->getDeviceStats(device.has_index() ? device.index() : c10::DeviceIndex(0));
        constexpr auto all = std::size_t(0);  // pools: the sum comes first
        held.used = double(stats.allocated_bytes[all].current);
        held.unused = std::max(0.0, double(stats.reserved_bytes[all].current) - held.used);
    }
#else
    (void)device;
#endif
    return held;
}

}  // namespace

std::optional<std::size_t> free_bytes_by_runtime(void* library) {
    for (const char* name : {"cudaMemGetInfo", "hipMemGetInfo"}) {
        void* const found = dlsym(library, name);
        if (!found) continue;
        std::size_t free = 0, total = 0;
        const auto ask = reinterpret_cast<int (*)(std::size_t*, std::size_t*)>(found);
        if (ask(&free, &total) == 0) return free;
    }
    return {};
}

std::optional<ProcessMemory> memory_on(const c10::Device& device) {
    if (device.is_cpu()) return process_memory();
    try {
        const c10::DeviceGuard guard(device);  // the runtime answers for the current one
        const auto free = free_bytes_by_runtime(RTLD_DEFAULT);
        if (!free) return {};
        const Held held = held_on(device);
        return ProcessMemory{held.used / mib, (double(*free) + held.unused) / mib};
    } catch (const c10::Error&) {
        return {};
    }
}

double memory_held_on(const c10::Device& device) { return memory_on(device).value_or(ProcessMemory()).resident_mib; }

double memory_budget(long long wanted_mib, const c10::Device& device) {
    if (wanted_mib > 0) return double(wanted_mib);
    const ProcessMemory memory = memory_on(device).value_or(ProcessMemory{0, process_memory().available_mib});
    const double reserve = std::max(200.0, 0.1 * memory.available_mib);
    return memory.resident_mib + std::max(0.0, memory.available_mib - reserve);
}

void release_unused_device_memory() {
#ifdef HAVE_DEVICE_ALLOCATOR
    try {
        for (const c10::DeviceType type : {c10::DeviceType::CUDA, c10::DeviceType::XPU}) {
            const bool there = type == c10::DeviceType::CUDA ? at::hasCUDA() : at::hasXPU();
            if (!there) continue;
            if (auto* const allocator = allocator_of(type)) allocator->emptyCache();
        }
    } catch (const c10::Error&) {
        // a device that is lost has nothing to give back
    }
#endif
}

}  // namespace neural_style
