// How much memory this process holds and how much is left for it.
#pragma once

namespace neural_style {

struct ProcessMemory {
    double resident_mib = 0;
    double available_mib = 0;  ///< what the system and its limits on this process could still give
};

ProcessMemory process_memory();

/// Hands what the C library keeps for later back to the system; between jobs.
void release_unused_memory();

/// Keeps large blocks inside the process while a job runs: giving each feature map back and faulting it in again costs
/// more than a convolution's worth of time. Once, at the program's start.
void keep_large_blocks();

}  // namespace neural_style
