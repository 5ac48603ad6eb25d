// Numbers of sixteen bits, in which a network may be computed on a card.
#pragma once

#include <ATen/core/Tensor.h>

namespace neural_style {

inline bool is_short(at::ScalarType type) { return type == at::kHalf || type == at::kBFloat16; }

/// The tensor itself, if its numbers are not short.
inline at::Tensor in_float32(const at::Tensor& tensor) {
    return is_short(tensor.scalar_type()) ? tensor.to(at::kFloat) : tensor;
}

}  // namespace neural_style
