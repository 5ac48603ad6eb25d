// Compiled once for every instruction set by Highway's foreach_target; see winograd_kernels.hpp.
//
// The transforms are those of Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2016), for F(4x4,
// 3x3), but with the interpolation points 0, +-1/sqrt(2), +-sqrt(2) and infinity instead of 0, +-1, +-2 and infinity:
// as many operations, and a quarter of the rounding error.
#include "winograd_kernels.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

// Vectors are kept in arrays, which scalable vectors cannot be; SSSE3 alone is too rare to be worth its code.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV | HWY_SSSE3)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "winograd/winograd_kernels.cpp"
#include <hwy/foreach_target.h>
// foreach_target must come first
#include <hwy/highway.h>

#if defined(__clang__)
#define UNROLLED _Pragma("clang loop unroll(full)")
#define ROLLED _Pragma("clang loop unroll(disable)")
#else
#define UNROLLED _Pragma("GCC unroll 16")
#define ROLLED _Pragma("GCC unroll 1")
#endif

HWY_BEFORE_NAMESPACE();
namespace neural_style::winograd {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::CappedTag<float, channel_block>;
using V = hn::VFromD<D>;

constexpr int lanes = static_cast<int>(hn::MaxLanes(D()));
constexpr int vector_mask_bytes = lanes < 8 ? 1 : lanes / 8;
// A panel is two vectors wide: each value that is broadcast is used twice. One vector for maps of no more channels,
// half of whose panel would be empty.
template <int Vectors>
constexpr int panel = Vectors* lanes;
// accumulators, two panel vectors and a broadcast value must fit the registers: 32 of them on AVX-512 and NEON, else 16
#if HWY_TARGET <= HWY_AVX3 || HWY_TARGET == HWY_NEON
constexpr int block = 12;
#else
constexpr int block = 6;
#endif
// rows of a panel that are multiplied at a time, so that this part of the panel stays in the first-level cache
constexpr int depth_block = 512;
constexpr int group_floats = 32768;
constexpr int fetch_step = 8;
constexpr int cache_line = 16;  // floats

constexpr float point_a = 0.70710678118654752f;  // 1/sqrt(2)
constexpr float point_b = 1.41421356237309505f;  // sqrt(2)
constexpr float point_a_cubed = 0.35355339059327376f;
constexpr float point_b_cubed = 2.82842712474619010f;

// B^T d along one axis
HWY_INLINE void to_products(const V* HWY_RESTRICT d, V* HWY_RESTRICT t) {
    const D tag;
    const V half = hn::Set(tag, 0.5f), two = hn::Set(tag, 2.0f), both = hn::Set(tag, 2.5f);
    const V a = hn::Set(tag, point_a), b = hn::Set(tag, point_b);
    const V even_a = hn::NegMulAdd(two, d[2], d[4]), odd_a = hn::NegMulAdd(two, d[1], d[3]);
    const V even_b = hn::NegMulAdd(half, d[2], d[4]), odd_b = hn::NegMulAdd(half, d[1], d[3]);
    t[0] = hn::NegMulAdd(both, d[2], hn::Add(d[0], d[4]));
    t[1] = hn::MulAdd(a, odd_a, even_a);
    t[2] = hn::NegMulAdd(a, odd_a, even_a);
    t[3] = hn::MulAdd(b, odd_b, even_b);
    t[4] = hn::NegMulAdd(b, odd_b, even_b);
    t[5] = hn::NegMulAdd(both, d[3], hn::Add(d[1], d[5]));
}

// A^T m along one axis
HWY_INLINE void from_products(const V* HWY_RESTRICT m, V* HWY_RESTRICT y) {
    const D tag;
    const V p = hn::Add(m[1], m[2]), q = hn::Sub(m[1], m[2]), r = hn::Add(m[3], m[4]), s = hn::Sub(m[3], m[4]);
    y[0] = hn::Add(hn::Add(m[0], p), r);
    y[1] = hn::MulAdd(hn::Set(tag, point_a), q, hn::Mul(hn::Set(tag, point_b), s));
    y[2] = hn::MulAdd(hn::Set(tag, 0.5f), p, hn::Mul(hn::Set(tag, 2.0f), r));
    y[3] = hn::MulAdd(hn::Set(tag, point_a_cubed), q, hn::MulAdd(hn::Set(tag, point_b_cubed), s, m[5]));
}

// A mask holds, for each tile and each vector of channels, the bits of the tile's 16 pixels, column after column. They
// are written a column at a time: one by one and row by row they cost as much as the transform.
using MaskColumn = std::conditional_t<vector_mask_bytes == 2, std::uint64_t, std::uint32_t>;
constexpr int mask_step = tile_edge * sizeof(MaskColumn);  // from one vector of channels to the next

std::size_t mask_bytes(int height, int width, int channels) {
    const std::size_t tall = (height + tile_edge - 1) / tile_edge, wide = (width + tile_edge - 1) / tile_edge;
    // masks are read by words of 8 bytes
    return tall * wide * (channels / lanes) * mask_step + 8;
}

std::size_t mask_offset(int y, int x, int width, int channels) {
    const std::size_t tile =
        static_cast<std::size_t>(y / tile_edge) * ((width + tile_edge - 1) / tile_edge) + x / tile_edge;
    return tile * (channels / lanes) * mask_step + x % tile_edge * sizeof(MaskColumn) +
           y % tile_edge * vector_mask_bytes;
}

template <class Mask>
HWY_INLINE MaskColumn mask_bits(const Mask& mask, int row) {
    const D tag;
    std::uint8_t bytes[8] = {};
    hn::StoreMaskBits(tag, mask, bytes);
    MaskColumn bits = 0;
    std::memcpy(&bits, bytes, vector_mask_bytes);
    return bits << (row * vector_mask_bytes * 8);
}

// G w G^T in double precision, for the produced channels of one panel
template <int Vectors>
void pack_panel(const float* weight, int out_channels, int in_channels, bool backward, int panel_index, float* packed) {
    constexpr int panel = HWY_NAMESPACE::panel<Vectors>;
    constexpr double root_half = 0.70710678118654752440, root_two = 1.41421356237309504880;
    // row i: (1, p, p^2) of its point p, divided by the product of p's differences from the other finite points
    constexpr double rows[patch_edge][3] = {{1, 0, 0},
                                            {-2 / 3.0, -2 / 3.0 * root_half, -1 / 3.0},
                                            {-2 / 3.0, 2 / 3.0 * root_half, -1 / 3.0},
                                            {1 / 6.0, root_two / 6.0, 1 / 3.0},
                                            {1 / 6.0, -root_two / 6.0, 1 / 3.0},
                                            {0, 0, 1}};
    const int depth = backward ? out_channels : in_channels, produced = backward ? in_channels : out_channels;
    const int panels = (produced + panel - 1) / panel;
    const std::size_t product_stride = static_cast<std::size_t>(panels) * depth * panel;
    double kernel[9][panel] = {};
    double half_way[patch_edge][3][panel];
    for (int c = 0; c < depth; ++c) {
        for (int lane = 0; lane < panel; ++lane) {
            const int k = panel_index * panel + lane;
            if (k >= produced) break;
            const float* source = backward ? weight + (static_cast<std::size_t>(c) * in_channels + k) * 9
                                           : weight + (static_cast<std::size_t>(k) * in_channels + c) * 9;
            for (int i = 0; i < 9; ++i) kernel[i][lane] = source[backward ? 8 - i : i];
        }
        for (int i = 0; i < patch_edge; ++i)
            for (int b = 0; b < 3; ++b)
                for (int lane = 0; lane < panel; ++lane)
                    half_way[i][b][lane] = rows[i][0] * kernel[b][lane] + rows[i][1] * kernel[3 + b][lane] +
                                           rows[i][2] * kernel[6 + b][lane];
        float* row = packed + (static_cast<std::size_t>(panel_index) * depth + c) * panel;
        for (int i = 0; i < patch_edge; ++i)
            for (int j = 0; j < patch_edge; ++j) {
                float* out = row + (i * patch_edge + j) * product_stride;
                for (int lane = 0; lane < panel; ++lane)
                    out[lane] =
                        static_cast<float>(rows[j][0] * half_way[i][0][lane] + rows[j][1] * half_way[i][1][lane] +
                                           rows[j][2] * half_way[i][2][lane]);
            }
    }
}

// Transforms one patch for one vector of channels; `load(i, j)` gives the patch's value. The loops over rows and
// columns stay loops and meet in memory: unrolled, their 72 addresses would be recomputed or fetched one by one, which
// took two and a half times as long.
template <class Load>
HWY_INLINE void transform_patch(const Load& load, float* HWY_RESTRICT v, std::size_t product_stride) {
    const D tag;
    HWY_ALIGN float t[patch_edge][patch_edge][lanes];
    ROLLED for (int i = 0; i < patch_edge; ++i) {
        V d[patch_edge], row[patch_edge];
        UNROLLED for (int j = 0; j < patch_edge; ++j) d[j] = load(i, j);
        to_products(d, row);
        UNROLLED for (int j = 0; j < patch_edge; ++j) hn::Store(row[j], tag, t[i][j]);
    }
    const std::ptrdiff_t row_stride = static_cast<std::ptrdiff_t>(patch_edge * product_stride);
    ROLLED for (int j = 0; j < patch_edge; ++j, v += product_stride) {
        V d[patch_edge], column[patch_edge];
        UNROLLED for (int i = 0; i < patch_edge; ++i) d[i] = hn::Load(tag, t[i][j]);
        to_products(d, column);
        UNROLLED for (int i = 0; i < patch_edge; ++i) hn::StoreU(column[i], tag, v + i * row_stride);
    }
}

void transform_inner(const float* patch, std::ptrdiff_t row_stride, int channels, bool relu, float* v,
                     std::size_t product_stride) {
    const D tag;
    const V zero = hn::Zero(tag);
    for (int c = 0; c < channels; c += lanes) {
        const float* HWY_RESTRICT base = patch + c;
        const std::ptrdiff_t step = channels;
        const auto at = [&](int i, int j) { return hn::LoadU(tag, base + i * row_stride + j * step); };
        if (relu)
            transform_patch([&](int i, int j) { return hn::Max(zero, at(i, j)); }, v + c, product_stride);
        else
            transform_patch(at, v + c, product_stride);
    }
}

void transform_gathered(const float* const* pixels, const std::uint8_t* const* masks, int channels, bool relu, float* v,
                        std::size_t product_stride) {
    const D tag;
    const V zero = hn::Zero(tag);
    for (int c = 0; c < channels; c += lanes) {
        const int mask_at = c / lanes * mask_step;
        const auto at = [&](int i, int j) { return hn::LoadU(tag, pixels[i * patch_edge + j] + c); };
        if (masks)
            transform_patch(
                [&](int i, int j) {
                    return hn::IfThenElseZero(hn::LoadMaskBits(tag, masks[i * patch_edge + j] + mask_at), at(i, j));
                },
                v + c, product_stride);
        else if (relu)
            transform_patch([&](int i, int j) { return hn::Max(zero, at(i, j)); }, v + c, product_stride);
        else
            transform_patch(at, v + c, product_stride);
    }
}

void transform_line(const float* const* pixels, const std::uint8_t* const* masks, int channels, float* v,
                    std::size_t product_stride) {
    const D tag;
    for (int c = 0; c < channels; c += lanes) {
        V d[patch_edge], t[patch_edge];
        UNROLLED for (int i = 0; i < patch_edge; ++i) {
            d[i] = hn::LoadU(tag, pixels[i] + c);
            if (masks) d[i] = hn::IfThenElseZero(hn::LoadMaskBits(tag, masks[i] + c / lanes * mask_step), d[i]);
        }
        to_products(d, t);
        UNROLLED for (int i = 0; i < patch_edge; ++i) hn::StoreU(t[i], tag, v + c + i * product_stride);
    }
}

// m[Rows][panel] (+)= v[Rows][depth] * packed[depth][panel], all in registers. Meanwhile `lines` cache lines from
// `next` on are fetched for later, for every `fetch_step` rows of the panel.
template <int Vectors, int Rows>
HWY_NOINLINE void multiply_block(int depth, const float* HWY_RESTRICT v, std::size_t v_stride,
                                 const float* HWY_RESTRICT packed, float* HWY_RESTRICT m, std::size_t m_stride,
                                 bool accumulate, const float* next, int lines) {
    constexpr int panel = HWY_NAMESPACE::panel<Vectors>;
    const D tag;
    V sum[Rows][Vectors];
    UNROLLED for (int i = 0; i < Rows; ++i) {
        UNROLLED for (int k = 0; k < Vectors; ++k) sum[i][k] =
            accumulate ? hn::LoadU(tag, m + i * m_stride + k * lanes) : hn::Zero(tag);
    }
    // every third row has an address of its own, the two behind it are reached by the stride: few registers, no sums
    constexpr int groups = (Rows + 2) / 3;
    const float* address[groups];
    UNROLLED for (int i = 0; i < groups; ++i) address[i] = v + 3 * i * v_stride;
    const std::ptrdiff_t stride = static_cast<std::ptrdiff_t>(v_stride);
    const float* weights = packed;
    int left = depth;
    while (left > 0) {
        for (int n = 0; n < lines; ++n) __builtin_prefetch(next + n * cache_line, 0, 2);
        next += lines * cache_line;
        const float* const end = weights + std::min(left, fetch_step) * panel;
        left -= fetch_step;
        for (; weights != end; weights += panel) {
            V factor[Vectors];
            UNROLLED for (int k = 0; k < Vectors; ++k) factor[k] = hn::LoadU(tag, weights + k * lanes);
            UNROLLED for (int i = 0; i < Rows; ++i) {
                const V value = hn::Set(tag, address[i / 3][i % 3 * stride]);
                UNROLLED for (int k = 0; k < Vectors; ++k) sum[i][k] = hn::MulAdd(value, factor[k], sum[i][k]);
            }
            UNROLLED for (int i = 0; i < groups; ++i)++ address[i];
        }
    }
    UNROLLED for (int i = 0; i < Rows; ++i) {
        UNROLLED for (int k = 0; k < Vectors; ++k) hn::StoreU(sum[i][k], tag, m + i * m_stride + k * lanes);
    }
}

// the last rows of a batch, fewer than `block`: by powers of two, which keeps the versions of the code few
template <int Vectors>
void multiply_rest(int rows, int depth, const float* v, std::size_t v_stride, const float* packed, float* m,
                   std::size_t m_stride, bool accumulate, const float* next, int lines) {
    const auto take = [&](auto count) {
        multiply_block<Vectors, count()>(depth, v, v_stride, packed, m, m_stride, accumulate, next, lines);
        v += count * v_stride;
        m += count * m_stride;
        lines = 0;
    };
    if constexpr (block > 8) {
        if (rows & 8) take(std::integral_constant<int, 8>());
    }
    if (rows & 4) take(std::integral_constant<int, 4>());
    if (rows & 2) take(std::integral_constant<int, 2>());
    if (rows & 1) take(std::integral_constant<int, 1>());
}

template <int Vectors>
void multiply(int rows, int depth, const float* v, std::size_t v_stride, const float* packed, int panel_begin,
              int panel_end, float* m, std::size_t m_stride) {
    constexpr int panel = HWY_NAMESPACE::panel<Vectors>;
    const int row_blocks = (rows + block - 1) / block;
    for (int from = 0; from < depth; from += depth_block) {
        const int count = std::min(depth_block, depth - from);
        const int group = std::max(1, group_floats / (count * panel));
        // the next group's weights come from afar: they are asked for evenly while this group is at work
        const int panel_lines = count * panel / cache_line,
                  steps = row_blocks * ((count + fetch_step - 1) / fetch_step);
        const int lines = (panel_lines + steps - 1) / steps;
        for (int begin = panel_begin; begin < panel_end; begin += group) {
            const int end = std::min(panel_end, begin + group);
            for (int row = 0; row < rows; row += block)
                for (int p = begin; p < end; ++p) {
                    const float* weights = packed + (static_cast<std::size_t>(p) * depth + from) * panel;
                    const float* next = weights + static_cast<std::size_t>(depth) * panel * group +
                                        row / block * lines * cache_line * ((count + fetch_step - 1) / fetch_step);
                    const float* rows_of_v = v + row * v_stride + from;
                    float* rows_of_m = m + row * m_stride + static_cast<std::size_t>(p) * panel;
                    if (row + block <= rows)
                        multiply_block<Vectors, block>(count, rows_of_v, v_stride, weights, rows_of_m, m_stride,
                                                       from > 0, next, lines);
                    else
                        multiply_rest<Vectors>(rows - row, count, rows_of_v, v_stride, weights, rows_of_m, m_stride,
                                               from > 0, next, lines);
                }
        }
    }
}

// The 4x4 outputs of one vector of channels, a column at a time: calls take(j, column) with four values for each.
template <class Take>
HWY_INLINE void inverse_patch(const float* HWY_RESTRICT m, std::size_t product_stride, int columns, const Take& take) {
    const D tag;
    HWY_ALIGN float t[patch_edge][tile_edge][lanes];
    const std::ptrdiff_t stride = static_cast<std::ptrdiff_t>(product_stride);
    ROLLED for (int i = 0; i < patch_edge; ++i, m += patch_edge * product_stride) {
        V d[patch_edge], row[tile_edge];
        UNROLLED for (int j = 0; j < patch_edge; ++j) d[j] = hn::LoadU(tag, m + j * stride);
        from_products(d, row);
        UNROLLED for (int j = 0; j < tile_edge; ++j) hn::Store(row[j], tag, t[i][j]);
    }
    ROLLED for (int j = 0; j < columns; ++j) {
        V d[patch_edge], column[tile_edge];
        UNROLLED for (int i = 0; i < patch_edge; ++i) d[i] = hn::Load(tag, t[i][j]);
        from_products(d, column);
        take(j, column);
    }
}

// The 2x2 window of a tile after ReLU whose upper left value is values[j][i], by column, to the pooled map; of the
// maximum, its bits to the tile's columns.
HWY_INLINE void pool_window(const float (*values)[tile_edge][lanes], int i, int j, bool average, float* pooled,
                            MaskColumn* columns) {
    const D tag;
    const V window[] = {hn::Load(tag, values[j][i]), hn::Load(tag, values[j + 1][i]), hn::Load(tag, values[j][i + 1]),
                        hn::Load(tag, values[j + 1][i + 1])};
    if (average) {
        const V sum = hn::Add(hn::Add(window[0], window[1]), hn::Add(window[2], window[3]));
        hn::StoreU(hn::Mul(sum, hn::Set(tag, 0.25f)), tag, pooled);
        return;
    }
    const V most = hn::Max(hn::Max(window[0], window[1]), hn::Max(window[2], window[3]));
    hn::StoreU(most, tag, pooled);
    // the first of equal values passes the gradient on, and none where ReLU lets none through
    auto rest = hn::Gt(most, hn::Zero(tag));
    UNROLLED for (int n = 0; n < 4; ++n) {
        const auto first = hn::And(rest, hn::Eq(window[n], most));
        rest = hn::AndNot(first, rest);
        columns[j + n % 2] |= mask_bits(first, i + n / 2);
    }
}

// Stores the tile at (y, x); `columns(c, count, take)` calls take(j, column) with the four values of each column j
// below `count`, for the vector of channels at c.
template <class Columns>
HWY_INLINE void store_forward_tile(const Columns& columns_of, const ForwardStore& store, int y, int x) {
    const D tag;
    const V zero = hn::Zero(tag);
    const ForwardStore s = store;  // a copy: what is stored cannot change it
    const int tall = std::min(tile_edge, s.height - y), wide = std::min(tile_edge, s.width - x);
    const std::size_t pixel = static_cast<std::size_t>(y) * s.width + x, pooled_width = s.width / 2;
    const std::size_t row_step = static_cast<std::size_t>(s.width) * s.channels;
    const std::size_t tile_mask = mask_offset(y, x, s.width, s.channels);
    const bool pools = s.pool != ForwardStore::Pool::none;
    for (int c = 0; c < s.channels; c += lanes) {
        const V bias = hn::LoadU(tag, s.bias + c);
        std::size_t at = pixel * s.channels + c;
        const std::size_t mask_at = tile_mask + c / lanes * mask_step;
        HWY_ALIGN float after[tile_edge][tile_edge][lanes];  // by column
        columns_of(c, wide, [&](int j, const V* column) {
            MaskColumn bits = 0;
            UNROLLED for (int i = 0; i < tile_edge; ++i) {
                if (i >= tall) break;
                V value = hn::Add(column[i], bias);
                if (s.before_relu) hn::StoreU(value, tag, s.before_relu + at + i * row_step);
                // this order of arguments lets a NaN through on x86, so that a broken picture is noticed
                value = hn::Max(zero, value);
                if (s.after_relu) hn::StoreU(value, tag, s.after_relu + at + i * row_step);
                if (s.relu_mask) bits |= mask_bits(hn::Gt(value, zero), i);
                if (pools) hn::Store(value, tag, after[j][i]);
            }
            if (s.relu_mask) std::memcpy(s.relu_mask + mask_at + j * sizeof bits, &bits, sizeof bits);
            at += s.channels;
        });
        if (!pools) continue;
        MaskColumn columns[tile_edge] = {};
        for (int i = 0; i + 1 < tall; i += 2)
            for (int j = 0; j + 1 < wide; j += 2)
                pool_window(after, i, j, s.pool == ForwardStore::Pool::average,
                            s.pooled + ((y + i) / 2 * pooled_width + (x + j) / 2) * s.channels + c, columns);
        if (s.pool_mask) std::memcpy(s.pool_mask + mask_at, columns, sizeof columns);
    }
}

void store_forward(const float* m, std::size_t product_stride, const ForwardStore& store, int y, int x) {
    store_forward_tile([&](int c, int count, const auto& take) { inverse_patch(m + c, product_stride, count, take); },
                       store, y, x);
}

void direct_forward(const float* const* rows, const float* weights, const ForwardStore& store, int y, int x) {
    const D tag;
    const std::ptrdiff_t step = store.channels;
    const auto columns_of = [&](int c, int count, const auto& take) {
        // two columns at a time: eight sums keep the multipliers busy
        for (int j = 0; j < count; j += 2) {
            V sum[2][tile_edge];
            UNROLLED for (int i = 0; i < tile_edge; ++i) sum[0][i] = sum[1][i] = hn::Zero(tag);
            const float* weight = weights + c;
            ROLLED for (int k = 0; k < 3 * picture_channels; ++k, weight += step) {
                V row_weights[3];
                UNROLLED for (int a = 0; a < 3; ++a) row_weights[a] =
                    hn::LoadU(tag, weight + a * 3 * picture_channels * step);
                UNROLLED for (int r = 0; r < patch_edge; ++r) {
                    const float* value = rows[r] + j * picture_channels + k;
                    const V left = hn::Set(tag, value[0]), right = hn::Set(tag, value[picture_channels]);
                    UNROLLED for (int a = 0; a < 3; ++a) {
                        if (r - a < 0 || r - a >= tile_edge) continue;
                        sum[0][r - a] = hn::MulAdd(left, row_weights[a], sum[0][r - a]);
                        sum[1][r - a] = hn::MulAdd(right, row_weights[a], sum[1][r - a]);
                    }
                }
            }
            take(j, sum[0]);
            if (j + 1 < count) take(j + 1, sum[1]);
        }
    };
    store_forward_tile(columns_of, store, y, x);
}

// four pixels from x on of direct_backward; `Inner`: all columns that they meet lie inside the map
template <bool Inner>
HWY_INLINE void direct_backward_pixels(const float* const* rows, int width, int channels,
                                       const float* HWY_RESTRICT weights, int x, int count, float* HWY_RESTRICT out) {
    constexpr int pixels = 4;
    const D tag;
    V sum[pixels][picture_channels];
    UNROLLED for (int p = 0; p < pixels; ++p) {
        UNROLLED for (int i = 0; i < picture_channels; ++i) sum[p][i] = hn::Zero(tag);
    }
    for (int a = 0; a < 3; ++a) {
        if (!rows[a]) continue;
        for (int b = 0; b < 3; ++b) {
            const float* weight = weights + static_cast<std::ptrdiff_t>(a * 3 + b) * picture_channels * channels;
            // the kernel's column b takes the picture's column x to the map's column x + 1 - b
            const int first = x + 1 - b;
            const float* row = rows[a] + static_cast<std::ptrdiff_t>(first) * channels;
            for (int c = 0; c < channels; c += lanes) {
                V factor[picture_channels];
                UNROLLED for (int i = 0; i < picture_channels; ++i) factor[i] =
                    hn::LoadU(tag, weight + i * channels + c);
                UNROLLED for (int p = 0; p < pixels; ++p) {
                    if (!Inner && (first + p < 0 || first + p >= width)) continue;
                    const V value = hn::LoadU(tag, row + static_cast<std::ptrdiff_t>(p) * channels + c);
                    UNROLLED for (int i = 0; i < picture_channels; ++i) sum[p][i] =
                        hn::MulAdd(value, factor[i], sum[p][i]);
                }
            }
        }
    }
    UNROLLED for (int p = 0; p < pixels; ++p) {
        if (p >= count) break;
        UNROLLED for (int i = 0; i < picture_channels; ++i) out[p * picture_channels + i] =
            hn::GetLane(hn::SumOfLanes(tag, sum[p][i]));
    }
}

void direct_backward(const float* const* rows, int width, int channels, const float* weights, float* out) {
    for (int x = -1; x <= width; x += 4, out += 4 * picture_channels) {
        const int count = std::min(4, width + 1 - x);
        if (x >= 1 && x + 4 < width)
            direct_backward_pixels<true>(rows, width, channels, weights, x, count, out);
        else
            direct_backward_pixels<false>(rows, width, channels, weights, x, count, out);
    }
}

void store_backward(const float* m, std::size_t product_stride, const BackwardStore& store, int y, int x) {
    const D tag;
    const BackwardStore s = store;
    const int tall = std::min(tile_edge, s.height - y), wide = std::min(tile_edge, s.width - x);
    const std::size_t pixel = static_cast<std::size_t>(y) * s.width + x;
    const std::size_t row_step = static_cast<std::size_t>(s.width) * s.channels;
    const std::size_t tile_mask = mask_offset(y, x, s.width, s.channels);
    const V scale = hn::Set(tag, s.scale);
    for (int c = 0; c < s.channels; c += lanes) {
        std::size_t at = pixel * s.channels + c;
        const std::uint8_t* mask = s.relu_mask ? s.relu_mask + tile_mask + c / lanes * mask_step : nullptr;
        inverse_patch(m + c, product_stride, wide, [&](int j, const V* column) {
            UNROLLED for (int i = 0; i < tile_edge; ++i) {
                if (i >= tall) break;
                const std::size_t here = at + i * row_step;
                V value = column[i];
                if (s.before_mask) value = hn::Add(value, hn::LoadU(tag, s.before_mask + here));
                if (mask)
                    value = hn::IfThenElseZero(
                        hn::LoadMaskBits(tag, mask + j * sizeof(MaskColumn) + i * vector_mask_bytes), value);
                if (s.after_mask) value = hn::Add(value, hn::LoadU(tag, s.after_mask + here));
                hn::StoreU(hn::Mul(value, scale), tag, s.out + here);
            }
            at += s.channels;
        });
    }
}

void store_line(const float* m, std::size_t product_stride, int channels, int count, float* out) {
    const D tag;
    for (int c = 0; c < channels; c += lanes) {
        V d[patch_edge], y[tile_edge];
        UNROLLED for (int i = 0; i < patch_edge; ++i) d[i] = hn::LoadU(tag, m + c + i * product_stride);
        from_products(d, y);
        UNROLLED for (int i = 0; i < tile_edge; ++i) {
            if (i < count) hn::StoreU(y[i], tag, out + c + i * channels);
        }
    }
}

HWY_INLINE V masked(V value, const std::uint8_t* mask, int c) {
    const D tag;
    return mask ? hn::IfThenElseZero(hn::LoadMaskBits(tag, mask + c / lanes * mask_step), value) : value;
}

void add_masked(const float* value, const std::uint8_t* mask, float scale, int channels, float* out) {
    const D tag;
    const V factor = hn::Set(tag, scale);
    for (int c = 0; c < channels; c += lanes)
        hn::StoreU(hn::Add(hn::LoadU(tag, out + c), hn::Mul(masked(hn::LoadU(tag, value + c), mask, c), factor)), tag,
                   out + c);
}

void join_gradients(const float* pooled, const std::uint8_t* pool_mask, float scale, const float* after_relu,
                    const std::uint8_t* relu_mask, const float* before_relu, int channels, float* out) {
    const D tag;
    const V factor = hn::Set(tag, scale);
    for (int c = 0; c < channels; c += lanes) {
        V sum = hn::Zero(tag);
        if (pooled) sum = hn::Mul(masked(hn::LoadU(tag, pooled + c), pool_mask, c), factor);
        if (after_relu) sum = hn::Add(sum, masked(hn::LoadU(tag, after_relu + c), relu_mask, c));
        if (before_relu) sum = hn::Add(sum, hn::LoadU(tag, before_relu + c));
        hn::StoreU(sum, tag, out + c);
    }
}

template <int Vectors>
void gather_panels(const float* map, int pixels, int channels, float* panels, float* sums) {
    constexpr int panel = HWY_NAMESPACE::panel<Vectors>;
    const D tag;
    for (int begin = 0; begin < channels; begin += panel) {
        float* to = panels + static_cast<std::size_t>(begin) * pixels;
        const float* from = map + begin;
        const int wide = std::min(panel, channels - begin);
        if (wide == panel) {
            V sum[Vectors];
            UNROLLED for (int k = 0; k < Vectors; ++k) sum[k] = hn::LoadU(tag, sums + begin + k * lanes);
            for (int p = 0; p < pixels; ++p, from += channels, to += panel) {
                UNROLLED for (int k = 0; k < Vectors; ++k) {
                    const V value = hn::LoadU(tag, from + k * lanes);
                    hn::StoreU(value, tag, to + k * lanes);
                    sum[k] = hn::Add(sum[k], value);
                }
            }
            UNROLLED for (int k = 0; k < Vectors; ++k) hn::StoreU(sum[k], tag, sums + begin + k * lanes);
        } else {
            for (int p = 0; p < pixels; ++p, from += channels, to += panel)
                for (int c = 0; c < panel; ++c) {
                    to[c] = c < wide ? from[c] : 0.0f;
                    sums[begin + c] += to[c];
                }
        }
    }
}

// gram[Rows][panel] += left^T right, all in registers
template <int Vectors, int Rows>
HWY_INLINE void add_gram_rows(int pixels, const float* HWY_RESTRICT left, const float* HWY_RESTRICT right,
                              float* HWY_RESTRICT gram, std::size_t gram_stride) {
    const D tag;
    constexpr int panel = HWY_NAMESPACE::panel<Vectors>;
    V sum[Rows][Vectors];
    UNROLLED for (int i = 0; i < Rows; ++i) { UNROLLED for (int k = 0; k < Vectors; ++k) sum[i][k] = hn::Zero(tag); }
    for (int p = 0; p < pixels; ++p, left += panel, right += panel) {
        V factor[Vectors];
        UNROLLED for (int k = 0; k < Vectors; ++k) factor[k] = hn::LoadU(tag, right + k * lanes);
        UNROLLED for (int i = 0; i < Rows; ++i) {
            const V value = hn::Set(tag, left[i]);
            UNROLLED for (int k = 0; k < Vectors; ++k) sum[i][k] = hn::MulAdd(value, factor[k], sum[i][k]);
        }
    }
    UNROLLED for (int i = 0; i < Rows; ++i) {
        UNROLLED for (int k = 0; k < Vectors; ++k) {
            float* to = gram + i * gram_stride + k * lanes;
            hn::StoreU(hn::Add(sum[i][k], hn::LoadU(tag, to)), tag, to);
        }
    }
}

template <int Vectors>
void add_gram_panel(int pixels, const float* left, const float* right, float* gram, std::size_t gram_stride) {
    constexpr int panel = HWY_NAMESPACE::panel<Vectors>;
    constexpr int rows = std::min(block, panel), rest = panel % rows;
    for (int i = 0; i + rows <= panel; i += rows)
        add_gram_rows<Vectors, rows>(pixels, left + i, right, gram + i * gram_stride, gram_stride);
    if constexpr (rest > 0)
        add_gram_rows<Vectors, rest>(pixels, left + panel - rest, right, gram + (panel - rest) * gram_stride,
                                     gram_stride);
}

template <int Vectors>
const Kernels& kernels_with() {
    static const Kernels table = {hwy::TargetName(HWY_TARGET),
                                  panel<Vectors>,
                                  block,
                                  mask_bytes,
                                  mask_offset,
                                  pack_panel<Vectors>,
                                  transform_inner,
                                  transform_gathered,
                                  transform_line,
                                  multiply<Vectors>,
                                  store_forward,
                                  store_backward,
                                  direct_forward,
                                  direct_backward,
                                  store_line,
                                  add_masked,
                                  join_gradients,
                                  gather_panels<Vectors>,
                                  add_gram_panel<Vectors>};
    return table;
}

}  // namespace

const Kernels& kernels_of_target(int channels) { return channels <= lanes ? kernels_with<1>() : kernels_with<2>(); }

}  // namespace HWY_NAMESPACE
}  // namespace neural_style::winograd
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace neural_style::winograd {
HWY_EXPORT(kernels_of_target);
const Kernels& kernels(int channels) { return HWY_DYNAMIC_DISPATCH(kernels_of_target)(channels); }
}  // namespace neural_style::winograd
#endif
