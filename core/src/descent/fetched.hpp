// Numbers from the device, all of them in one wait.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace neural_style {

/// The numbers of `tensors`, which lie on one device and may be of several shapes and types, one after the other.
std::vector<double> fetched(const std::vector<at::Tensor>& tensors);

}  // namespace neural_style
