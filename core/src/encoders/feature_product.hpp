// Products of whole feature maps: Gram matrices, and the slopes of what was made of them.
#pragma once

#include <ATen/core/Tensor.h>

namespace neural_style {

/// a·b, m×k and k×n, float32. On a card that may round what convolutions multiply (choose_precision) its factors are
/// rounded likewise and the products added up in float32; no other product of matrices is made so.
at::Tensor feature_product(const at::Tensor& a, const at::Tensor& b);

}  // namespace neural_style
