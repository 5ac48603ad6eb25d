#include "run/torch_failure.hpp"

#include <gtest/gtest.h>

namespace neural_style {
namespace {

TEST(TorchFailure, IsReadFromWhatLibTorchAndCudaSay) {
    for (const char* text :
         {"CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 79.19 GiB",
          "[enforce fail at alloc_cpu.cpp:75] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to "
          "allocate 64 bytes.",
          "CUDA error: out of memory\nCompile with `TORCH_USE_CUDA_DSA` to enable device-side assertions.",
          "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
          "cuDNN error: CUDNN_STATUS_ALLOC_FAILED", "GET was unable to find an engine to execute this computation"})
        EXPECT_EQ(failure_in(text), TorchFailure::memory) << text;
    for (const char* text :
         {"CUDA error: unspecified launch failure", "CUDA error: device-side assert triggered",
          "CUDA error: an illegal memory access was encountered", "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED",
          "CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasSgemm`",
          "HIP error: no ROCm-capable device is detected"})
        EXPECT_EQ(failure_in(text), TorchFailure::device) << text;
    for (const char* text : {"The size of tensor a (3) must match the size of tensor b (4)", ""})
        EXPECT_EQ(failure_in(text), TorchFailure::other) << text;
}

}  // namespace
}  // namespace neural_style
