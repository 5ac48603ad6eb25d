// Sorting the projections of the sliced Wasserstein distance: many rows of floats, each with its order. Torch-free.
#pragma once

#include <cstdint>

namespace neural_style {

/// Sorts one row of `length` floats (no NaN) upwards into `sorted`; if `order` is not null, sorted[i] == row[order[i]],
/// equal values in their old order (−0 goes before 0). `scratch` holds 2 * length values. A least-significant-digit
/// radix sort on the floats' bits in three passes, which for these lengths (10⁴ to 10⁷) costs a fraction of a
/// comparison sort.
void sort_row(const float* row, std::int64_t length, float* sorted, std::int32_t* order, std::uint64_t* scratch);

}  // namespace neural_style
