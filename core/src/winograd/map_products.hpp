// The matrix products of style losses on feature maps in NHWC: a map's Gram matrix with the sums of its channels, and
// the map times a matrix, which is the Gram's backward. Used for the maps of a ConvChain; any one thread at a time.
#pragma once

#include <cstddef>

#include "winograd_conv.hpp"

namespace neural_style {

/// Packs a matrix of `rows` x `columns` for the multiply() of kernels(columns): [panel][row][panel_channels], zeros
/// after the last column.
void pack_matrix(const float* matrix, int rows, int columns, float* packed);

class MapProducts {
public:
    /// For maps of `channels` channels, computed by `threads` threads. Holds about threads + 1 times channels x
    /// channels floats.
    MapProducts(int channels, int threads);

    /// gram[i * channels + j] = the sum over all pixels p of map[p][i] * map[p][j]; sums[i], unless null: of map[p][i].
    /// The same threads give the same bits.
    void gram(const float* map, std::size_t pixels, float* gram, float* sums = nullptr);

    /// out[p][j] = the sum over i of map[p][i] * matrix[i * channels + j], plus shift[j] unless null.
    void multiply(const float* map, std::size_t pixels, const float* matrix, const float* shift, float* out);

private:
    int channels_, threads_;
    const winograd::Kernels& kernels_;
    int padded_;                // channels in whole panels
    winograd::Buffer partial_;  // of each thread: its sums, its Gram's panels above the diagonal, a chunk of the map
    winograd::Buffer packed_;   // a matrix in panels
    std::size_t partial_floats() const;
};

}  // namespace neural_style
