// Which processor computes.
#pragma once

#include <c10/core/Device.h>

#include <optional>
#include <string>
#include <vector>

namespace neural_style {

/// Resolves the setting `device`; auto is the first card that computes, else the processor. Throws Error(Cause::device)
/// for one that this machine or this LibTorch does not have.
c10::Device resolve_device(const std::string& text);

/// Why a card of usable_devices() computes nothing, in LibTorch's words: one that LibTorch has no kernels for is there
/// all the same. "" if a small product comes out right, or if only memory is short.
std::string trouble_with(const c10::Device& device);

/// "cpu", "cuda:0" (a ROCm card too), "xpu:0", …: all that resolve_device accepts here.
std::vector<std::string> usable_devices();

/// Lines for a bug report: LibTorch's version and how it was built, its BLAS, its threads.
std::string engine_facts();

enum class Precision {
    float32,
    tf32,
    float16,   ///< scaled layer by layer; on GPUs
    bfloat16,  ///< behind the second pool; what comes before in tf32 on CUDA, else in float32
};

/// What `auto` is: float16 on an NVIDIA GPU that has matrix units for it, tf32 on another, which computes in float32
/// then, and float32 elsewhere. `capability` is compute_capability().
Precision automatic_precision(bool on_cuda, std::optional<int> capability);

/// The first number of an NVIDIA GPU's compute capability, if CUDA's runtime, a handle of dlopen(), knows of the GPU.
std::optional<int> compute_capability(void* runtime, int index);

/// Resolves the setting `precision` and tells LibTorch whether its convolutions may use tf32, and feature_product with
/// them; other products of matrices never do. Throws Error(Cause::settings) for tf32 where no NVIDIA GPU is, and for
/// float16 on the CPU, whose kernels know it in some versions only.
Precision choose_precision(const std::string& text, const c10::Device& device);

/// As the setting names it.
std::string name_of(Precision precision);

/// Whether cuDNN tries all its algorithms on the first convolution of each shape and keeps the fastest: that takes as
/// long as several evaluations, and two runs may take different ones, whose roundings differ.
void search_fastest_convolutions(bool search);

/// Sets LibTorch's and the BLAS's threads: `wanted`, or one for each physical core if 0. Returns the number.
int set_threads(int wanted);

}  // namespace neural_style
