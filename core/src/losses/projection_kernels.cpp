// Compiled once for every instruction set by Highway's foreach_target; see projection_kernels.hpp. Both products are
// one: rows of the result are sums over few or many rows of another matrix, a block of columns at a time.
#include "projection_kernels.hpp"

#include <omp.h>

#include <algorithm>
#include <cstring>
#include <vector>

#ifndef NEURAL_STYLE_PRODUCTS
#define NEURAL_STYLE_PRODUCTS
namespace neural_style {
// One instruction set's product.
struct Products {
    int block;  // rows of the result that share packed weights
    int step;   // columns are a multiple of it
    // out (row_count×columns) = weights, packed as [row / block][depth][block], times right (depth×columns)
    void (*multiply)(const float* weights, int row_count, int depth, const float* right, std::int64_t right_stride,
                     int columns, float* out, std::int64_t out_stride);
};
}  // namespace neural_style
#endif

// Vectors are kept in arrays, which scalable vectors cannot be; SSSE3 alone is too rare to be worth its code.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV | HWY_SSSE3)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "losses/projection_kernels.cpp"
#include <hwy/foreach_target.h>
// foreach_target must come first
#include <hwy/highway.h>

#if defined(__clang__)
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#define UNROLLED _Pragma("GCC unroll 16")
#endif

HWY_BEFORE_NAMESPACE();
namespace neural_style {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::CappedTag<float, 16>;
using V = hn::VFromD<D>;

constexpr int lanes = static_cast<int>(hn::MaxLanes(D()));
constexpr int vectors = 2;
constexpr int step = vectors * lanes;
// sums of a block's rows, `vectors` of the other matrix and a weight must fit the registers
#if HWY_TARGET <= HWY_AVX3 || HWY_TARGET == HWY_NEON
constexpr int block = 12;
#else
constexpr int block = 6;
#endif

// `rows` rows of the result, `step` columns: weights [depth][block] and the other matrix' `depth` rows
template <int rows>
HWY_INLINE void multiply_step(const float* HWY_RESTRICT weights, int depth, const float* HWY_RESTRICT right,
                              std::int64_t right_stride, float* HWY_RESTRICT out, std::int64_t out_stride) {
    const D tag;
    V sum[rows][vectors];
    UNROLLED for (int r = 0; r < rows; ++r) UNROLLED for (int v = 0; v < vectors; ++v) sum[r][v] = hn::Zero(tag);
    for (int k = 0; k < depth; ++k) {
        V value[vectors];
        UNROLLED for (int v = 0; v < vectors; ++v) value[v] = hn::LoadU(tag, right + k * right_stride + v * lanes);
        UNROLLED for (int r = 0; r < rows; ++r) {
            const V weight = hn::Set(tag, weights[k * block + r]);
            UNROLLED for (int v = 0; v < vectors; ++v) sum[r][v] = hn::MulAdd(weight, value[v], sum[r][v]);
        }
    }
    UNROLLED for (int r = 0; r < rows; ++r) UNROLLED for (int v = 0; v < vectors; ++v)
        hn::StoreU(sum[r][v], tag, out + r * out_stride + v * lanes);
}

template <int rows>
void multiply_rows(int wanted, const float* weights, int depth, const float* right, std::int64_t right_stride,
                   int columns, float* out, std::int64_t out_stride) {
    if constexpr (rows > 1) {
        if (wanted < rows)
            return multiply_rows<rows - 1>(wanted, weights, depth, right, right_stride, columns, out, out_stride);
    }
    for (int x = 0; x < columns; x += step)
        multiply_step<rows>(weights, depth, right + x, right_stride, out + x, out_stride);
}

void multiply(const float* weights, int row_count, int depth, const float* right, std::int64_t right_stride,
              int columns, float* out, std::int64_t out_stride) {
    for (int row = 0; row < row_count; row += block)
        multiply_rows<block>(std::min(block, row_count - row), weights + std::int64_t(row) * depth, depth, right,
                             right_stride, columns, out + row * out_stride, out_stride);
}

}  // namespace

const Products& products_of_target() {
    static const Products products = {block, step, multiply};
    return products;
}

}  // namespace HWY_NAMESPACE
}  // namespace neural_style
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace neural_style {
HWY_EXPORT(products_of_target);

namespace {

constexpr int columns_at_once = 256;  // so that a block of the other matrix stays in the second-level cache

// weight(row, k) of row_count rows as `multiply` reads them, zeros behind the last row
template <class Weight>
std::vector<float> packed(int block, int row_count, int depth, const Weight& weight) {
    const int blocks = (row_count + block - 1) / block;
    std::vector<float> all(std::size_t(blocks) * depth * block);
    for (int row = 0; row < row_count; ++row)
        for (int k = 0; k < depth; ++k)
            all[(std::size_t(row / block) * depth + k) * block + row % block] = weight(row, k);
    return all;
}

void multiply_all(const Products& products, const std::vector<float>& weights, int row_count, int depth,
                  const float* right, std::int64_t length, float* out, int threads) {
    // The other matrix' rows lie far apart: a block is read row by row into one place first. The last block may be no
    // multiple of a step, its results go by way of a copy.
    const std::size_t block_floats = std::size_t(depth) * columns_at_once;
    std::vector<float> blocks(block_floats * threads), last(std::size_t(row_count) * columns_at_once);
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1)
    for (std::int64_t begin = 0; begin < length; begin += columns_at_once) {
        float* const block = blocks.data() + omp_get_thread_num() * block_floats;
        const auto columns = int(std::min<std::int64_t>(columns_at_once, length - begin));
        for (int k = 0; k < depth; ++k)
            std::memcpy(block + std::size_t(k) * columns_at_once, right + k * length + begin, sizeof(float) * columns);
        const int rounded = (columns + products.step - 1) / products.step * products.step;
        const bool whole = columns == rounded;
        products.multiply(weights.data(), row_count, depth, block, columns_at_once, rounded,
                          whole ? out + begin : last.data(), whole ? length : columns_at_once);
        for (int row = 0; row < row_count && !whole; ++row)
            std::memcpy(out + row * length + begin, &last[std::size_t(row) * columns_at_once], sizeof(float) * columns);
    }
}

}  // namespace

void project(const float* directions, int direction_count, const float* map, int channels, std::int64_t length,
             float* projected, int threads) {
    const Products& products = HWY_DYNAMIC_DISPATCH(products_of_target)();
    const auto weights = packed(products.block, direction_count, channels,
                                [&](int row, int k) { return directions[std::size_t(row) * channels + k]; });
    multiply_all(products, weights, direction_count, channels, map, length, projected, threads);
}

void project_back(const float* directions, int direction_count, const float* of_projected, int channels,
                  std::int64_t length, float* of_map, int threads) {
    const Products& products = HWY_DYNAMIC_DISPATCH(products_of_target)();
    const auto weights = packed(products.block, channels, direction_count,
                                [&](int row, int k) { return directions[std::size_t(k) * channels + row]; });
    multiply_all(products, weights, channels, direction_count, of_projected, length, of_map, threads);
}

}  // namespace neural_style
#endif
