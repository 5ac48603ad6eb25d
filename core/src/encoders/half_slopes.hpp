// Slopes on their way into half precision. Used by ConvolutionEncoder.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace neural_style {

/// From d loss / d feature (C×h×w; undefined: zero) to d loss / d (feature / size), each size 1×1×1, in half precision
/// and in a common unit, which is returned (a scalar; undefined if no slope is): a gradient made of them is to be
/// multiplied by it. A loss is a mean over many positions, so that its slopes are smaller than any number that half
/// precision knows; the largest becomes 16, which leaves layers before them room to add up.
at::Tensor bring_to_half(std::vector<at::Tensor>& slopes, const std::vector<at::Tensor>& sizes);

}  // namespace neural_style
