// Long sums are kept in double precision, where a device has it.
#pragma once

#include <ATen/core/Tensor.h>

namespace neural_style {

/// The number type for sums of `numbers`: double; float on Apple's and Intel's GPUs, most of which have no double.
inline at::ScalarType sum_type(const at::Tensor& numbers) {
    return numbers.is_mps() || numbers.is_xpu() ? at::kFloat : at::kDouble;
}

}  // namespace neural_style
