// A 3×3 convolution that autograd keeps little of. Used by ConvolutionEncoder.
#pragma once

#include <ATen/core/Tensor.h>

#include "numerics/padding.hpp"

namespace neural_style {

/// Filters in out×in×3×3 turned round, in×out×3×3: convolved with them a slope of what comes out becomes one of what
/// went in.
at::Tensor turned(const at::Tensor& filters);

/// conv2d of 1×in×h×w with stride 1, padded by one, and its ReLU if `rectified`. Autograd keeps of it nothing, or what
/// comes out if it is rectified, where LibTorch's own keeps what goes in, padded, besides. Only the map has a
/// gradient; what that is made from is overwritten.
at::Tensor lean_convolution(const at::Tensor& map, const at::Tensor& filters, const at::Tensor& turned_filters,
                            const at::Tensor& bias, Padding padding, bool rectified);

}  // namespace neural_style
