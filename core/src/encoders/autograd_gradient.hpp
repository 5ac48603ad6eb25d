// The one place that asks LibTorch's autograd, and includes its headers.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace neural_style {

/// d loss / d input from the recorded maps (1×C×h×w) and d loss / d map (C×h×w, float32; undefined: zero).
at::Tensor autograd_gradient(const std::vector<at::Tensor>& maps, const std::vector<at::Tensor>& of_maps,
                             const at::Tensor& input);

}  // namespace neural_style
