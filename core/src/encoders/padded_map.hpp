// Padding as a step of its own, through LibTorch. Used by the encoders that run on every device.
#pragma once

#include <ATen/core/Tensor.h>

#include "bank/padding.hpp"

namespace neural_style {

/// N×C×h×w grown by `margin` pixels on every side. A map too small to be reflected or wrapped is replicated instead.
at::Tensor padded(const at::Tensor& map, int margin, Padding padding);

}  // namespace neural_style
