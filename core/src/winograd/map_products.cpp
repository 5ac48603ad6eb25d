#include "map_products.hpp"

#include <omp.h>

#include <algorithm>

namespace neural_style {

namespace {

constexpr int chunk_pixels = 128;   // of a Gram: two panels of a chunk fit the first-level cache
constexpr int product_pixels = 96;  // of a product: a multiple of all kernels' block_rows

}  // namespace

void pack_matrix(const float* matrix, int rows, int columns, float* packed) {
    const int panel = winograd::kernels(columns).panel_channels;
    for (int begin = 0; begin < columns; begin += panel) {
        const int wide = std::min(panel, columns - begin);
        for (int i = 0; i < rows; ++i, packed += panel) {
            std::copy_n(matrix + static_cast<std::size_t>(i) * columns + begin, wide, packed);
            std::fill(packed + wide, packed + panel, 0.0f);
        }
    }
}

MapProducts::MapProducts(int channels, int threads)
    : channels_(channels), threads_(std::max(1, threads)), kernels_(winograd::kernels(channels)) {
    const int panel = kernels_.panel_channels;
    padded_ = (channels + panel - 1) / panel * panel;
    partial_ = winograd::Buffer(sizeof(float) * partial_floats() * threads_);
    packed_ = winograd::Buffer(sizeof(float) * channels_ * padded_);
}

std::size_t MapProducts::partial_floats() const {
    return static_cast<std::size_t>(padded_) * (padded_ + 1 + std::max(chunk_pixels, product_pixels));
}

void MapProducts::gram(const float* map, std::size_t pixels, float* gram, float* sums) {
    const int panel = kernels_.panel_channels, panels = padded_ / panel;
    const std::size_t chunks = (pixels + chunk_pixels - 1) / chunk_pixels, stride = padded_;
    float* const partial = partial_.floats();
    const std::size_t partial_step = partial_floats();
#pragma omp parallel num_threads(threads_)
    {
        float* const own = partial + omp_get_thread_num() * partial_step;
        float* const own_sums = own + stride * stride;
        float* const chunk = own_sums + stride;
        std::fill_n(own, stride * (stride + 1), 0.0f);
#pragma omp for schedule(static)
        for (std::size_t c = 0; c < chunks; ++c) {
            const std::size_t begin = c * chunk_pixels;
            const int count = static_cast<int>(std::min<std::size_t>(chunk_pixels, pixels - begin));
            kernels_.gather_panels(map + begin * channels_, count, channels_, chunk, own_sums);
            for (int right = 0; right < panels; ++right)
                for (int left = 0; left <= right; ++left)
                    kernels_.add_gram_panel(count, chunk + static_cast<std::size_t>(left) * count * panel,
                                            chunk + static_cast<std::size_t>(right) * count * panel,
                                            own + left * panel * stride + right * panel, stride);
        }
        const int threads = omp_get_num_threads();
#pragma omp for schedule(static)
        for (int i = 0; i < channels_; ++i) {
            for (int j = i; j < channels_; ++j) {
                float sum = 0;
                for (int t = 0; t < threads; ++t) sum += partial[t * partial_step + i * stride + j];
                gram[static_cast<std::size_t>(i) * channels_ + j] = gram[static_cast<std::size_t>(j) * channels_ + i] =
                    sum;
            }
            if (!sums) continue;
            sums[i] = 0;
            for (int t = 0; t < threads; ++t) sums[i] += partial[t * partial_step + stride * stride + i];
        }
    }
}

void MapProducts::multiply(const float* map, std::size_t pixels, const float* matrix, const float* shift, float* out) {
    const int panels = padded_ / kernels_.panel_channels;
    float* const packed = packed_.floats();
    pack_matrix(matrix, channels_, channels_, packed);
    const std::size_t batches = (pixels + product_pixels - 1) / product_pixels;
    const bool direct = padded_ == channels_ && !shift;
#pragma omp parallel for num_threads(threads_) schedule(static)
    for (std::size_t b = 0; b < batches; ++b) {
        const std::size_t begin = b * product_pixels;
        const int count = static_cast<int>(std::min<std::size_t>(product_pixels, pixels - begin));
        float* const to = out + begin * channels_;
        // a product is made of whole panels
        float* const made = direct ? to : partial_.floats() + omp_get_thread_num() * partial_floats();
        kernels_.multiply(count, channels_, map + begin * channels_, channels_, packed, 0, panels, made, padded_);
        if (direct) continue;
        for (int row = 0; row < count; ++row) {
            const float* from = made + static_cast<std::size_t>(row) * padded_;
            float* target = to + static_cast<std::size_t>(row) * channels_;
            for (int c = 0; c < channels_; ++c) target[c] = from[c] + (shift ? shift[c] : 0.0f);
        }
    }
}

}  // namespace neural_style
