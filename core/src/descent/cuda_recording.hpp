// CUDA graphs (HIP's with a LibTorch for ROCm), where the build has found CUDA's headers.
#pragma once

#include "recording.hpp"

namespace neural_style {

std::unique_ptr<Recording> make_cuda_recording(const c10::Device& device);

}  // namespace neural_style
