// Which processor computes.
#pragma once

#include <c10/core/Device.h>

#include <string>
#include <vector>

namespace neural_style {

/// Resolves the setting `device`. Throws Error(Cause::device) for one that this machine or this LibTorch does not have.
c10::Device resolve_device(const std::string& text);

/// "cpu", "cuda:0", …: all that resolve_device accepts here.
std::vector<std::string> usable_devices();

/// Lines for a bug report: LibTorch's version and how it was built, its BLAS, its threads.
std::string engine_facts();

/// Sets LibTorch's and the BLAS's threads: `wanted`, or one for each physical core if 0. Returns the number.
int set_threads(int wanted);

}  // namespace neural_style
