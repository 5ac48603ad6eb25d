// The kernels of passage_kernels.cu, compiled for the processor and run there thread after thread.
#pragma once

#include "encoders/passages.hpp"

namespace neural_style::testing {

/// For maps in memory that the processor reads, whatever device they are said to be on.
std::unique_ptr<Passages> make_host_passages(const c10::Device& device, c10::ScalarType number);

}  // namespace neural_style::testing
