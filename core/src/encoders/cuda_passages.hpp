// The passages on NVIDIA's GPUs, compiled when they are first wanted by the compiler that LibTorch brings (NVRTC).
#pragma once

#include "passages.hpp"

namespace neural_style {

/// Null where there is no such compiler, or not with this driver.
std::unique_ptr<Passages> make_cuda_passages(const c10::Device& device, c10::ScalarType number);

}  // namespace neural_style
