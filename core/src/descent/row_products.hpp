// Inner products of the rows of a tall stack of pictures with a few of them, in one pass over it. Used by L-BFGS, on
// any thread.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace neural_style {

/// rows (r×n, each row contiguous) times each of `with` (n each): r×count, in double precision where the device has it
/// (elsewhere in float32), on the rows' device; nothing waits for that. Sums are taken in pieces of a few thousand
/// numbers, whose own sums are added up in double precision and always in the same order: on the CPU the result does
/// not depend on the number of threads.
at::Tensor row_products(const at::Tensor& rows, const std::vector<at::Tensor>& with);

/// The same with LibTorch's operations only, as on every device but the CPU; for any floating-point type.
at::Tensor row_products_by_matrices(const at::Tensor& rows, const std::vector<at::Tensor>& with);

}  // namespace neural_style
