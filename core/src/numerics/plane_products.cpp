// Compiled once for every instruction set by Highway's foreach_target; see plane_products.hpp. Rows of a product are
// sums over few or many rows of the map, a block of columns at a time; a Gram matrix is made of products of two planes,
// a block of both at a time.
#include "plane_products.hpp"

#include <omp.h>

#include <algorithm>
#include <cstring>
#include <vector>

#ifndef NEURAL_STYLE_PRODUCTS
#define NEURAL_STYLE_PRODUCTS
namespace neural_style::planes {
// One instruction set's products.
struct Products {
    int block;  // rows of the result that share packed weights
    int step;   // columns are a multiple of it
    // out (row_count×columns) = weights, packed as [row / block][depth][block], times right (depth×columns), plus
    // shift[row], whose values are there up to a whole block
    void (*multiply)(const float* weights, const float* shift, int row_count, int depth, const float* right,
                     std::int64_t right_stride, int columns, float* out, std::int64_t out_stride);
    // gram[i][j] += the sum over `columns` of plane i times plane j, for j ≥ i at least; reads and writes up to
    // gram_slack planes, rows and columns behind the last
    void (*add_gram)(const float* planes, int count, std::int64_t stride, int columns, float* gram,
                     std::int64_t gram_stride);
};
constexpr int gram_slack = 8;
}  // namespace neural_style::planes
#endif

// Vectors are kept in arrays, which scalable vectors cannot be; SSSE3 alone is too rare to be worth its code.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV | HWY_SSSE3)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "numerics/plane_products.cpp"
#include <hwy/foreach_target.h>
// foreach_target must come first
#include <hwy/highway.h>

#if defined(__clang__)
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#define UNROLLED _Pragma("GCC unroll 16")
#endif

HWY_BEFORE_NAMESPACE();
namespace neural_style::planes {
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
constexpr int gram_rows = 6;
#else
constexpr int block = 6;
constexpr int gram_rows = 3;
#endif
constexpr int gram_columns = 4;
static_assert(gram_rows <= gram_slack && gram_columns <= gram_slack);

// `rows` rows of the result, `step` columns: weights [depth][block] and the other matrix' `depth` rows
template <int rows>
HWY_INLINE void multiply_step(const float* HWY_RESTRICT weights, const float* HWY_RESTRICT shift, int depth,
                              const float* HWY_RESTRICT right, std::int64_t right_stride, float* HWY_RESTRICT out,
                              std::int64_t out_stride) {
    const D tag;
    V sum[rows][vectors];
    UNROLLED for (int r = 0; r < rows; ++r) UNROLLED for (int v = 0; v < vectors; ++v) sum[r][v] =
        hn::Set(tag, shift[r]);
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
void multiply_rows(int wanted, const float* weights, const float* shift, int depth, const float* right,
                   std::int64_t right_stride, int columns, float* out, std::int64_t out_stride) {
    if constexpr (rows > 1) {
        if (wanted < rows)
            return multiply_rows<rows - 1>(wanted, weights, shift, depth, right, right_stride, columns, out,
                                           out_stride);
    }
    for (int x = 0; x < columns; x += step)
        multiply_step<rows>(weights, shift, depth, right + x, right_stride, out + x, out_stride);
}

void multiply(const float* weights, const float* shift, int row_count, int depth, const float* right,
              std::int64_t right_stride, int columns, float* out, std::int64_t out_stride) {
    for (int row = 0; row < row_count; row += block)
        multiply_rows<block>(std::min(block, row_count - row), weights + std::int64_t(row) * depth, shift + row, depth,
                             right, right_stride, columns, out + row * out_stride, out_stride);
}

// gram_rows planes times gram_columns others
HWY_INLINE void add_gram_block(const float* HWY_RESTRICT left, const float* HWY_RESTRICT right, std::int64_t stride,
                               int columns, float* HWY_RESTRICT gram, std::int64_t gram_stride) {
    const D tag;
    V sum[gram_rows][gram_columns];
    UNROLLED for (int r = 0; r < gram_rows; ++r) UNROLLED for (int c = 0; c < gram_columns; ++c) sum[r][c] =
        hn::Zero(tag);
    for (int x = 0; x < columns; x += lanes) {
        V value[gram_columns];
        UNROLLED for (int c = 0; c < gram_columns; ++c) value[c] = hn::LoadU(tag, right + c * stride + x);
        UNROLLED for (int r = 0; r < gram_rows; ++r) {
            const V own = hn::LoadU(tag, left + r * stride + x);
            UNROLLED for (int c = 0; c < gram_columns; ++c) sum[r][c] = hn::MulAdd(own, value[c], sum[r][c]);
        }
    }
    UNROLLED for (int r = 0; r < gram_rows; ++r) UNROLLED for (int c = 0; c < gram_columns; ++c)
        gram[r * gram_stride + c] += hn::GetLane(hn::SumOfLanes(tag, sum[r][c]));
}

void add_gram(const float* planes, int count, std::int64_t stride, int columns, float* gram, std::int64_t gram_stride) {
    for (int row = 0; row < count; row += gram_rows)
        for (int column = row; column < count; column += gram_columns)
            add_gram_block(planes + row * stride, planes + column * stride, stride, columns,
                           gram + row * gram_stride + column, gram_stride);
}

}  // namespace

const Products& products_of_target() {
    static const Products products = {block, step, multiply, add_gram};
    return products;
}

}  // namespace HWY_NAMESPACE
}  // namespace neural_style::planes
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace neural_style::planes {
HWY_EXPORT(products_of_target);

namespace {

constexpr int columns_at_once = 256;  // so that a block of the other matrix stays in the second-level cache

std::int64_t rounded_up(std::int64_t number, std::int64_t to) { return (number + to - 1) / to * to; }

// weight(row, k) of `rows` rows as `multiply` reads them, zeros behind the last row
template <class Weight>
std::vector<float> packed(int block, int rows, int depth, const Weight& weight) {
    std::vector<float> all(std::size_t(rounded_up(rows, block)) * depth);
    for (int row = 0; row < rows; ++row)
        for (int k = 0; k < depth; ++k)
            all[(std::size_t(row / block) * depth + k) * block + row % block] = weight(row, k);
    return all;
}

// `weights` as packed for `products`
void multiply_all(const Products& products, const std::vector<float>& weights, const float* shift, int rows, int depth,
                  const float* map, std::int64_t length, float* out, int threads) {
    std::vector<float> shifts(std::size_t(rounded_up(rows, products.block)));
    if (shift) std::copy_n(shift, rows, shifts.data());
    // The map's rows lie far apart: a block is read row by row into one place first. The last block may be no multiple
    // of a step, its results go by way of a copy.
    const std::size_t block_floats = std::size_t(depth) * columns_at_once;
    std::vector<float> blocks(block_floats * threads), last(std::size_t(rows) * columns_at_once);
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1)
    for (std::int64_t begin = 0; begin < length; begin += columns_at_once) {
        float* const block = blocks.data() + omp_get_thread_num() * block_floats;
        const auto columns = int(std::min<std::int64_t>(columns_at_once, length - begin));
        for (int k = 0; k < depth; ++k)
            std::memcpy(block + std::size_t(k) * columns_at_once, map + k * length + begin, sizeof(float) * columns);
        const int rounded = int(rounded_up(columns, products.step));
        const bool whole = columns == rounded;
        products.multiply(weights.data(), shifts.data(), rows, depth, block, columns_at_once, rounded,
                          whole ? out + begin : last.data(), whole ? length : columns_at_once);
        for (int row = 0; row < rows && !whole; ++row)
            std::memcpy(out + row * length + begin, &last[std::size_t(row) * columns_at_once], sizeof(float) * columns);
    }
}

// Columns of a Gram matrix's block: a mebibyte of planes, and not so few that adding up a vector's lanes would count.
int gram_columns_at_once(int channels, int step) {
    return int(rounded_up(std::clamp((1 << 18) / channels, 256, 2048), step));
}

}  // namespace

void multiply(const float* matrix, int rows, const float* map, int channels, std::int64_t length, const float* shift,
              float* out, int threads) {
    const Products& products = HWY_DYNAMIC_DISPATCH(products_of_target)();
    const auto weights =
        packed(products.block, rows, channels, [&](int row, int k) { return matrix[std::size_t(row) * channels + k]; });
    multiply_all(products, weights, shift, rows, channels, map, length, out, threads);
}

void multiply_transposed(const float* matrix, int columns, const float* map, int rows, std::int64_t length, float* out,
                         int threads) {
    const Products& products = HWY_DYNAMIC_DISPATCH(products_of_target)();
    const auto weights = packed(products.block, columns, rows,
                                [&](int column, int k) { return matrix[std::size_t(k) * columns + column]; });
    multiply_all(products, weights, nullptr, columns, rows, map, length, out, threads);
}

void gram(const float* map, int channels, std::int64_t length, float* gram, float* sums, int threads) {
    const Products& products = HWY_DYNAMIC_DISPATCH(products_of_target)();
    const int at_once = gram_columns_at_once(channels, products.step);
    const int rows = channels + 1 + gram_slack;  // a plane of ones behind the last gives the sums
    const std::int64_t stride = at_once + 16;    // planes a power of two apart would share a few places in the caches
    const std::size_t block_floats = std::size_t(rows) * stride, gram_floats = std::size_t(rows) * rows;
    std::vector<float> blocks(block_floats * threads), grams(gram_floats * threads);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (std::int64_t begin = 0; begin < length; begin += at_once) {
        float* const block = blocks.data() + omp_get_thread_num() * block_floats;
        const auto columns = int(std::min<std::int64_t>(at_once, length - begin));
        const int rounded = int(rounded_up(columns, products.step));
        for (int k = 0; k <= channels; ++k) {
            float* const plane = block + k * stride;
            if (k < channels)
                std::memcpy(plane, map + k * length + begin, sizeof(float) * columns);
            else
                std::fill_n(plane, columns, 1.0f);
            std::fill(plane + columns, plane + rounded, 0.0f);
        }
        products.add_gram(block, channels + 1, stride, rounded, grams.data() + omp_get_thread_num() * gram_floats,
                          rows);
    }
    for (int i = 0; i < channels; ++i)
        for (int j = i; j <= channels; ++j) {
            float sum = 0;
            for (int thread = 0; thread < threads; ++thread)
                sum += grams[thread * gram_floats + std::size_t(i) * rows + j];
            if (j == channels)
                sums[i] = sum;
            else
                gram[std::size_t(i) * channels + j] = gram[std::size_t(j) * channels + i] = sum;
        }
}

}  // namespace neural_style::planes
#endif
