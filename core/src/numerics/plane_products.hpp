// Matrix products on feature maps in planes (channels first, without gaps) on the CPU: directions times a map and their
// way back for the sliced loss, a Gram matrix and a symmetric matrix times the map for the others. A general product
// repacks the map and zeroes the result first, and computes a Gram matrix twice. Uses several threads. Torch-free.
#pragma once

#include <cstdint>

namespace neural_style::planes {

/// out (rows×length) = matrix (rows×channels) times map (channels×length), plus shift[row] unless null. No bit depends
/// on the number of threads.
void multiply(const float* matrix, int rows, const float* map, int channels, std::int64_t length, const float* shift,
              float* out, int threads);

/// out (columns×length) = the transposed matrix (rows×columns) times map (rows×length).
void multiply_transposed(const float* matrix, int columns, const float* map, int rows, std::int64_t length, float* out,
                         int threads);

/// gram (channels×channels) = map (channels×length) times its transpose; sums[channel] = the sum of its row. The same
/// number of threads gives the same bits.
void gram(const float* map, int channels, std::int64_t length, float* gram, float* sums, int threads);

}  // namespace neural_style::planes
