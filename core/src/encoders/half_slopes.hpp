// Slopes on their way into half precision. Used by ConvolutionEncoder.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace neural_style {

/// The unit (a scalar on the device; the host need not know it) in which the largest of d loss / d (feature / size) is
/// 16, which leaves layers before them room to add up, from d loss / d feature (C×h×w; undefined: zero) and the sizes
/// (1×1×1). Undefined if no slope is. A loss is a mean over many positions, so that its slopes are smaller than any
/// number that half precision knows.
at::Tensor unit_of(const std::vector<at::Tensor>& slopes, const std::vector<at::Tensor>& sizes);

/// To d loss / d (feature / size) in half precision and in the unit, which is returned: a gradient made of them is to
/// be multiplied by it.
at::Tensor bring_to_half(std::vector<at::Tensor>& slopes, const std::vector<at::Tensor>& sizes);

}  // namespace neural_style
