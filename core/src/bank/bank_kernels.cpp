// Compiled once for every instruction set by Highway's foreach_target; see bank_kernels.hpp.
#include "bank_kernels.hpp"

#include <algorithm>
#include <cstring>

#include "bank_filters.hpp"

// Vectors are kept in arrays, which scalable vectors cannot be; SSSE3 alone is too rare to be worth its code.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV | HWY_SSSE3)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bank/bank_kernels.cpp"
#include <hwy/foreach_target.h>
// foreach_target must come first
#include <hwy/highway.h>

#if defined(__clang__)
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#define UNROLLED _Pragma("GCC unroll 16")
#endif

HWY_BEFORE_NAMESPACE();
namespace neural_style::bank {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::CappedTag<float, widest_vector>;
using V = hn::VFromD<D>;

constexpr int lanes = static_cast<int>(hn::MaxLanes(D()));
constexpr int pairs = filter_area / 2;  // of opposite taps; the centre is alone
// accumulators of all filters must fit the registers: 32 of them on AVX-512 and NEON, else 16
#if HWY_TARGET <= HWY_AVX3 || HWY_TARGET == HWY_NEON
constexpr int respond_vectors = 2;
#else
constexpr int respond_vectors = 1;
#endif
constexpr int respond_step = respond_vectors * lanes;

constexpr bool is_odd(int filter) { return filter < derivatives && filter % 2 == 0; }

// responses of `respond_step` columns
template <int count>
HWY_INLINE void respond_block(const float* HWY_RESTRICT window, std::ptrdiff_t window_stride,
                              const float* HWY_RESTRICT taps, const float* HWY_RESTRICT scales, float* positive,
                              float* negative, std::ptrdiff_t channel) {
    const D tag;
    V sum[count][respond_vectors];
    {
        const float* centre = window + margin * window_stride + margin;
        UNROLLED for (int v = 0; v < respond_vectors; ++v) {
            const V value = hn::LoadU(tag, centre + v * lanes);
            UNROLLED for (int f = 0; f < count; ++f) sum[f][v] =
                is_odd(f) ? hn::Zero(tag) : hn::Mul(hn::Set(tag, taps[pairs * count + f]), value);
        }
    }
    const auto add_pair = [&](int dy, int dx) HWY_ATTR {
        const float* first = window + dy * window_stride + dx;
        const float* second = window + (filter_edge - 1 - dy) * window_stride + (filter_edge - 1 - dx);
        const float* HWY_RESTRICT weight = taps + (dy * filter_edge + dx) * count;
        V even[respond_vectors], odd[respond_vectors];
        UNROLLED for (int v = 0; v < respond_vectors; ++v) {
            const V a = hn::LoadU(tag, first + v * lanes), b = hn::LoadU(tag, second + v * lanes);
            even[v] = hn::Add(a, b);
            odd[v] = hn::Sub(a, b);
        }
        UNROLLED for (int f = 0; f < count; ++f) {
            const V w = hn::Set(tag, weight[f]);
            UNROLLED for (int v = 0; v < respond_vectors; ++v) sum[f][v] =
                hn::MulAdd(w, is_odd(f) ? odd[v] : even[v], sum[f][v]);
        }
    };
    for (int dy = 0; dy < margin; ++dy)
        for (int dx = 0; dx < filter_edge; ++dx) add_pair(dy, dx);
    for (int dx = 0; dx < margin; ++dx) add_pair(margin, dx);
    const V zero = hn::Zero(tag);
    UNROLLED for (int f = 0; f < count; ++f) {
        const V scale = hn::Set(tag, scales[f]);
        UNROLLED for (int v = 0; v < respond_vectors; ++v) {
            const V response = hn::Mul(sum[f][v], scale);
            hn::StoreU(hn::Max(response, zero), tag, positive + f * channel + v * lanes);
            hn::StoreU(hn::Max(hn::Neg(response), zero), tag, negative + f * channel + v * lanes);
        }
    }
}

template <int count>
void respond_row(const float* window, std::ptrdiff_t window_stride, const float* taps, const float* scales, int width,
                 const HalfRows<float>& out) {
    if (width < respond_step) {
        float positive[count * respond_step], negative[count * respond_step];
        respond_block<count>(window, window_stride, taps, scales, positive, negative, respond_step);
        for (int f = 0; f < count; ++f) {
            std::memcpy(out.positive + f * out.channel, positive + f * respond_step, sizeof(float) * width);
            std::memcpy(out.negative + f * out.channel, negative + f * respond_step, sizeof(float) * width);
        }
        return;
    }
    for (int next = 0; next < width; next += respond_step) {
        const int x = std::min(next, width - respond_step);  // the last block may do some columns a second time
        respond_block<count>(window + x, window_stride, taps, scales, out.positive + x, out.negative + x, out.channel);
    }
}

void respond(const float* window, std::ptrdiff_t window_stride, const float* taps, const float* scales, int count,
             int width, const HalfRows<float>& out) {
    if (count == derivatives)
        respond_row<derivatives>(window, window_stride, taps, scales, width, out);
    else
        respond_row<filter_count>(window, window_stride, taps, scales, width, out);
}

void halve(const float* row, std::ptrdiff_t lower, int rows, int columns, int halved_width, float* out) {
    const D tag;
    const float share = 1.0F / float(rows * columns);
    const float* below = rows == 2 ? row + lower : nullptr;
    int x = 0;
    if (columns == 2) {
        for (; x + lanes <= halved_width; x += lanes) {
            V left, right;
            hn::LoadInterleaved2(tag, row + 2 * x, left, right);
            V sum = hn::Add(left, right);
            if (below) {
                hn::LoadInterleaved2(tag, below + 2 * x, left, right);
                sum = hn::Add(sum, hn::Add(left, right));
            }
            hn::StoreU(hn::Mul(sum, hn::Set(tag, share)), tag, out + x);
        }
    }
    for (; x < halved_width; ++x) {
        float sum = 0;
        for (int column = 0; column < columns; ++column)
            sum += row[columns * x + column] + (below ? below[columns * x + column] : 0);
        out[x] = sum * share;
    }
}

// row[x] = share * halved[x / columns] for the columns that the windows cover, then zeros
void spread_row(const float* halved, float share, int columns, int halved_width, int width, float* row) {
    const D tag;
    const V factor = hn::Set(tag, share);
    int x = 0;
    if (columns == 2) {
        for (; x + lanes <= halved_width; x += lanes) {
            const V value = hn::Mul(hn::LoadU(tag, halved + x), factor);
            hn::StoreInterleaved2(value, value, tag, row + 2 * x);
        }
    }
    for (; x < halved_width; ++x)
        for (int column = 0; column < columns; ++column) row[columns * x + column] = share * halved[x];
    for (int i = columns * halved_width; i < width; ++i) row[i] = 0;
}

// one vector of rectify_slopes; null rows are zeros
HWY_INLINE V rectified_slope(const float* positive, const float* negative, const float* of_positive,
                             const float* of_negative, const float* spread_positive, const float* spread_negative,
                             V scale) {
    const D tag;
    const V zero = hn::Zero(tag);
    V up = of_positive ? hn::LoadU(tag, of_positive) : zero, down = of_negative ? hn::LoadU(tag, of_negative) : zero;
    if (spread_positive) {
        up = hn::Add(up, hn::LoadU(tag, spread_positive));
        down = hn::Add(down, hn::LoadU(tag, spread_negative));
    }
    up = hn::IfThenElseZero(hn::Gt(hn::LoadU(tag, positive), zero), up);
    down = hn::IfThenElseZero(hn::Gt(hn::LoadU(tag, negative), zero), down);
    return hn::Mul(hn::Sub(up, down), scale);
}

void rectify_slopes(const HalfRows<const float>& out, const HalfRows<const float>& of_out,
                    const HalfRows<const float>& of_halved, float share, int columns, int halved_width,
                    const float* scales, int count, int width, float* slopes, std::ptrdiff_t slope_stride,
                    float* spread) {
    const D tag;
    float* const spread_positive = of_halved.positive ? spread : nullptr;
    float* const spread_negative = of_halved.positive ? spread + width : nullptr;
    const int rounded = (width + widest_vector - 1) / widest_vector * widest_vector;
    for (int f = 0; f < count; ++f) {
        const float* positive = out.positive + f * out.channel;
        const float* negative = out.negative + f * out.channel;
        const float* of_positive = of_out.positive ? of_out.positive + f * of_out.channel : nullptr;
        const float* of_negative = of_out.negative ? of_out.negative + f * of_out.channel : nullptr;
        if (spread_positive) {
            spread_row(of_halved.positive + f * of_halved.channel, share, columns, halved_width, width,
                       spread_positive);
            spread_row(of_halved.negative + f * of_halved.channel, share, columns, halved_width, width,
                       spread_negative);
        }
        const V scale = hn::Set(tag, scales[f]);
        float* row = slopes + f * slope_stride;
        if (width < lanes) {
            // Through copies of full vectors, the positive ones first.
            float copies[6][lanes] = {};
            const float* sources[6] = {positive, negative, of_positive, of_negative, spread_positive, spread_negative};
            for (int i = 0; i < 6; ++i)
                if (sources[i]) std::memcpy(copies[i], sources[i], sizeof(float) * width);
            hn::StoreU(rectified_slope(copies[0], copies[1], copies[2], copies[3], copies[4], copies[5], scale), tag,
                       row);
        } else {
            const auto at = [](const float* start, int x) { return start ? start + x : nullptr; };
            for (int next = 0; next < width; next += lanes) {
                const int x = std::min(next, width - lanes);
                hn::StoreU(rectified_slope(positive + x, negative + x, at(of_positive, x), at(of_negative, x),
                                           at(spread_positive, x), at(spread_negative, x), scale),
                           tag, row + x);
            }
        }
        for (int x = width; x < rounded; ++x) row[x] = 0;
    }
}

// tap_rows[t][x] = the sum over the filters of filter[t] * slope[x], for one vector of columns
template <int count>
HWY_INLINE void weigh_slopes(const float* HWY_RESTRICT slopes, std::ptrdiff_t slope_stride,
                             const float* HWY_RESTRICT taps, float* HWY_RESTRICT tap_rows) {
    const D tag;
    V slope[count];
    UNROLLED for (int f = 0; f < count; ++f) slope[f] = hn::LoadU(tag, slopes + f * slope_stride);
    for (int t = 0; t < pairs; ++t) {
        const float* HWY_RESTRICT weight = taps + t * count;
        V odd = hn::Mul(hn::Set(tag, weight[0]), slope[0]), even = hn::Mul(hn::Set(tag, weight[1]), slope[1]);
        UNROLLED for (int f = 2; f < count; ++f) {
            const V w = hn::Set(tag, weight[f]);
            if (is_odd(f))
                odd = hn::MulAdd(w, slope[f], odd);
            else
                even = hn::MulAdd(w, slope[f], even);
        }
        hn::StoreU(hn::Add(even, odd), tag, tap_rows + t * tap_row);
        hn::StoreU(hn::Sub(even, odd), tag, tap_rows + (filter_area - 1 - t) * tap_row);
    }
    V centre = hn::Zero(tag);
    UNROLLED for (int f = 1; f < count; ++f) if (!is_odd(f)) centre =
        hn::MulAdd(hn::Set(tag, taps[pairs * count + f]), slope[f], centre);
    hn::StoreU(centre, tag, tap_rows + pairs * tap_row);
}

void add_back(const float* slopes, std::ptrdiff_t slope_stride, const float* taps, int count, int width, int first,
              int last, float* window, std::ptrdiff_t window_stride, float* scratch) {
    const D tag;
    const V zero = hn::Zero(tag);
    for (int t = 0; t < filter_area; ++t)
        for (int x = 0; x < widest_vector; x += lanes) hn::StoreU(zero, tag, scratch + t * tap_row + x);
    for (int begin = 0; begin < width; begin += back_columns) {
        const int columns = std::min(back_columns, width - begin);
        const int rounded = (columns + lanes - 1) / lanes * lanes;
        for (int x = 0; x < rounded; x += lanes) {
            float* tap_rows = scratch + widest_vector + x;
            if (count == derivatives)
                weigh_slopes<derivatives>(slopes + begin + x, slope_stride, taps, tap_rows);
            else
                weigh_slopes<filter_count>(slopes + begin + x, slope_stride, taps, tap_rows);
        }
        for (int t = 0; t < filter_area; ++t)
            for (int x = 0; x < 2 * widest_vector; x += lanes)
                hn::StoreU(zero, tag, scratch + t * tap_row + widest_vector + rounded + x);
        // tap_rows[·][dx] of column x belongs to padded column x + dx
        for (int dy = first; dy < last; ++dy) {
            float* target = window + dy * window_stride + begin;
            const float* source = scratch + dy * filter_edge * tap_row + widest_vector;
            for (int x = 0; x < columns + filter_edge - 1; x += lanes) {
                V sum = hn::LoadU(tag, target + x);
                UNROLLED for (int dx = 0; dx < filter_edge; ++dx) sum =
                    hn::Add(sum, hn::LoadU(tag, source + dx * tap_row - dx + x));
                hn::StoreU(sum, tag, target + x);
            }
        }
    }
}

}  // namespace

const Kernels& kernels_of_target() {
    static const Kernels table = {hwy::TargetName(HWY_TARGET), respond, halve, rectify_slopes, add_back};
    return table;
}

}  // namespace HWY_NAMESPACE
}  // namespace neural_style::bank
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace neural_style::bank {
HWY_EXPORT(kernels_of_target);
const Kernels& kernels() { return HWY_DYNAMIC_DISPATCH(kernels_of_target)(); }
}  // namespace neural_style::bank
#endif
