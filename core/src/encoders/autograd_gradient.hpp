// The one place that asks LibTorch's autograd, and includes its headers.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace neural_style {

/// d loss / d input from the recorded maps (1×C×h×w) and d loss / d map of each (C×h×w, of any number type; undefined:
/// zero).
at::Tensor autograd_gradient(const std::vector<at::Tensor>& maps, std::vector<at::Tensor> slopes,
                             const at::Tensor& input);

}  // namespace neural_style
