#include "picture_conv.hpp"

#include <algorithm>

namespace neural_style::winograd {

namespace {

int whole_tiles(int size) { return (size + tile_edge - 1) / tile_edge * tile_edge; }

}  // namespace

std::size_t padded_picture_floats(int height, int width) {
    // two columns more: the tiles' columns are computed in pairs
    return static_cast<std::size_t>(whole_tiles(height) + 2) * (whole_tiles(width) + 4) * picture_channels;
}

Buffer arrange_picture_weights(const float* weight, int out_channels) {
    const int padded = padded_channels(out_channels);
    Buffer result(sizeof(float) * 9 * picture_channels * padded);
    for (int k = 0; k < 9; ++k)
        for (int i = 0; i < picture_channels; ++i) {
            float* to = result.floats() + static_cast<std::size_t>(k * picture_channels + i) * padded;
            for (int o = 0; o < padded; ++o) to[o] = o < out_channels ? weight[(o * picture_channels + i) * 9 + k] : 0;
        }
    return result;
}

void convolve_picture(const float* weights, const float* picture, Padding padding, const ForwardStore& store,
                      float* padded_picture, int threads) {
    const Kernels& kernels = winograd::kernels(store.channels);
    const int height = store.height, width = store.width;
    const std::ptrdiff_t row_floats = (whole_tiles(width) + 4) * picture_channels;
    const int padded_rows = whole_tiles(height) + 2;
#pragma omp parallel num_threads(threads)
    {
#pragma omp for schedule(static)
        for (int row = 0; row < padded_rows; ++row) {
            float* to = padded_picture + row * row_floats;
            std::fill_n(to, row_floats, 0.0f);
            const int y = padded_index(row - 1, height, padding);
            if (y < 0) continue;
            const float* from = picture + static_cast<std::size_t>(y) * width * picture_channels;
            std::copy_n(from, width * picture_channels, to + picture_channels);
            for (const int x : {-1, width}) {
                const int source = padded_index(x, width, padding);
                if (source >= 0)
                    std::copy_n(from + source * picture_channels, picture_channels, to + (x + 1) * picture_channels);
            }
        }
#pragma omp for schedule(static)
        for (int y = 0; y < height; y += tile_edge)
            for (int x = 0; x < width; x += tile_edge) {
                const float* rows[patch_edge];
                for (int i = 0; i < patch_edge; ++i)
                    rows[i] = padded_picture + (y + i) * row_floats + x * picture_channels;
                kernels.direct_forward(rows, weights, store, y, x);
            }
    }
}

void convolve_picture_backward(const float* weights, const float* gradient, int height, int width, int channels,
                               Padding padding, float* padded_picture, float* out, int threads) {
    const Kernels& kernels = winograd::kernels(channels);
    const std::size_t row_floats = static_cast<std::size_t>(width + 2) * picture_channels;
    const std::size_t out_floats = static_cast<std::size_t>(width) * picture_channels;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int row = 0; row < height + 2; ++row) {
        const float* rows[3];
        for (int a = 0; a < 3; ++a) {
            const int y = row - a;  // the kernel's row a takes the padded row to this row of the map
            rows[a] = y >= 0 && y < height ? gradient + static_cast<std::size_t>(y) * width * channels : nullptr;
        }
        kernels.direct_backward(rows, width, channels, weights, padded_picture + row * row_floats);
        if (row >= 1 && row <= height)
            std::copy_n(padded_picture + row * row_floats + picture_channels, out_floats, out + (row - 1) * out_floats);
    }
    if (padding == Padding::zero) return;
    // what reached the frame goes to the pixels that the frame was copied from
    const auto fold = [&](int row, int column) {
        const float* from = padded_picture + row * row_floats + column * picture_channels;
        float* to = out + padded_index(row - 1, height, padding) * out_floats +
                    padded_index(column - 1, width, padding) * picture_channels;
        for (int i = 0; i < picture_channels; ++i) to[i] += from[i];
    };
    for (int column = 0; column < width + 2; ++column)
        for (const int row : {0, height + 1}) fold(row, column);
    for (int row = 1; row <= height; ++row)
        for (const int column : {0, width + 1}) fold(row, column);
}

}  // namespace neural_style::winograd
