// How much memory this process holds on the device that computes, and how much is left for it there. Used by the job
// and the plan; any thread.
#pragma once

#include <c10/core/Device.h>

#include <optional>

#include "process_memory.hpp"

namespace neural_style {

/// On the CPU the process's own; on a card what LibTorch's tensors take there, and what the driver says is free plus
/// what LibTorch's allocator holds for later. Where that cannot be asked for, nothing.
std::optional<ProcessMemory> memory_on(const c10::Device& device);

/// What the process holds there already, in MiB; 0 if that is not known.
double memory_held_on(const c10::Device& device);

/// What the process may take on the device in all, in MiB: `wanted`, or if that is 0 what it holds and what is left,
/// less a reserve.
double memory_budget(long long wanted_mib, const c10::Device& device);

/// Hands what LibTorch's allocators keep for later back to the driver, on all cards; does nothing where none is in use.
void release_unused_device_memory();

/// Free bytes of the current card, by cudaMemGetInfo or hipMemGetInfo as `library` exports it (a handle of dlopen, or
/// RTLD_DEFAULT: the runtime that LibTorch has loaded); none if there is no such function, or if it fails.
std::optional<std::size_t> free_bytes_by_runtime(void* library);

}  // namespace neural_style
