// Padding as a step of its own, through LibTorch, on every device.
#pragma once

#include <ATen/core/Tensor.h>

#include "numerics/padding.hpp"

namespace neural_style {

/// N×C×h×w grown by `margin` pixels on every side, which lies in memory as the map does. A map too small to be
/// reflected or wrapped is replicated instead. For autograd: padded; the other two are its way down and its way back.
at::Tensor padded(const at::Tensor& map, int margin, Padding padding);

at::Tensor grown(const at::Tensor& map, int margin, Padding padding);

/// From d loss / d grown map, whose memory is changed and which the result is a view of, to d loss / d map.
at::Tensor folded(const at::Tensor& slope, int margin, Padding padding);

}  // namespace neural_style
