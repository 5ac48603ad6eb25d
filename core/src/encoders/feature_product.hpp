// Products of whole feature maps and pictures: Gram matrices, the slopes of what was made of them, inner products.
#pragma once

#include <ATen/core/Tensor.h>

namespace neural_style {

/// a·b, m×k and k×n, float32. On a card that may round what convolutions multiply (choose_precision) its factors are
/// rounded likewise and the products added up in float32; no other product of matrices is made so.
at::Tensor feature_product(const at::Tensor& a, const at::Tensor& b);

/// f·fᵀ of a C×k matrix in the number type `type`, rounded as feature_product. Of short numbers the products are exact,
/// and added up in float32.
at::Tensor feature_gram(const at::Tensor& features, at::ScalarType type);

/// a·bᵀ, m×k and n×k, where k is far larger than m and n, in the number type `type`: pieces of k are multiplied in the
/// factors' own type and their products added up in that one. A product so wide and so low is one long sum, which
/// matrix libraries may leave to one processor of a GPU; as a batch of short ones it is spread over all of them.
/// Nothing is copied for it.
at::Tensor long_product(const at::Tensor& a, const at::Tensor& b, std::int64_t piece, at::ScalarType type);

}  // namespace neural_style
