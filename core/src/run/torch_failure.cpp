#include "torch_failure.hpp"

#include <algorithm>

namespace neural_style {
namespace {

template <class Words>
bool says_one_of(const std::string& text, const Words& words) {
    return std::any_of(std::begin(words), std::end(words),
                       [&](const char* word) { return text.find(word) != std::string::npos; });
}

}  // namespace

TorchFailure failure_in(const std::string& text) {
    // cuDNN finds no way to convolve where none of them gets the memory that it works in.
    static const char* const memory[] = {"alloc",
                                         "out of memory",
                                         "ALLOC_FAILED",
                                         "OUT_OF_MEMORY",
                                         "unable to find an engine",
                                         "Unable to find a valid cuDNN algorithm"};
    static const char* const device[] = {"CUDA error", "CUDA driver error", "cuDNN error",  "CUBLAS_STATUS",
                                         "HIP error",  "XPU error",         "No CUDA GPUs", "NVIDIA driver"};
    if (says_one_of(text, memory)) return TorchFailure::memory;
    if (says_one_of(text, device)) return TorchFailure::device;
    return TorchFailure::other;
}

}  // namespace neural_style
