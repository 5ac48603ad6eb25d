// The one place that asks LibTorch's autograd, and includes its headers.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "encoder.hpp"

namespace neural_style {

/// d loss / d input from the recorded maps (1×C×h×w), the features that were given of them (C×h×w, float32) and
/// d loss / d features.
at::Tensor autograd_gradient(const std::vector<at::Tensor>& maps, const std::vector<at::Tensor>& features,
                             const std::vector<Slope>& of_features, const at::Tensor& input);

}  // namespace neural_style
