// The vector code of the built-in network's filters on the CPU: rows of rectified responses, their means of 2x2, and
// the way back. Used by filter_bank; every function here is serial and free of state, so any thread may call it. One
// table of functions exists per instruction set.
//
// The filters are odd and even by turns (bank_filters.hpp), so two opposite taps need one product: the odd filters take
// the difference of the two values, the even ones their sum.
#pragma once

#include <cstddef>

namespace neural_style::bank {

constexpr int widest_vector = 16;  // floats

/// Floats that must be readable behind the last one a row needs.
constexpr int row_slack = 3 * widest_vector;

/// Rows of one plane's channels: the positive halves of all filters' responses and the negative ones, one filter's
/// `channel` floats after the former's. Null: there are none.
template <class Float>
struct HalfRows {
    Float* positive = nullptr;
    Float* negative = nullptr;
    std::ptrdiff_t channel = 0;
};

struct Kernels {
    const char* target;  // Highway's name of the instruction set

    /// Responses of one row. `window`: the padded plane at the row's first tap, 7 rows `window_stride` floats apart,
    /// width + 6 floats and row_slack each. `taps`: the first `count` of the 13 filters as packed by pack_taps.
    /// `scales`: count values.
    void (*respond)(const float* window, std::ptrdiff_t window_stride, const float* taps, const float* scales,
                    int count, int width, const HalfRows<float>& out);

    /// Means of 2×2 (of 1×2, 2×1 or 1×1 where `rows` or `columns` is 1) of two rows, `lower` floats apart.
    void (*halve)(const float* row, std::ptrdiff_t lower, int rows, int columns, int halved_width, float* out);

    /// d loss / d response before rectifying and scaling, for one row of one plane: `slopes`, count rows of
    /// `slope_stride` floats, zeros up to a multiple of the widest vector behind the width. `out`: the responses that
    /// respond() gave. `of_out`: d loss / d out, may be null; `of_halved`: d loss / d means of the row's 2×2, may be
    /// null, of which each column spreads `share` to `columns` columns. `spread`: scratch, 2 * width + row_slack.
    void (*rectify_slopes)(const HalfRows<const float>& out, const HalfRows<const float>& of_out,
                           const HalfRows<const float>& of_halved, float share, int columns, int halved_width,
                           const float* scales, int count, int width, float* slopes, std::ptrdiff_t slope_stride,
                           float* spread);

    /// Adds what a row of slopes gives to the padded plane's rows: row i of `first` ≤ i < `last` of the 7 that the
    /// filters see, `window_stride` floats apart; written up to a multiple of the widest vector behind width + 6.
    /// `scratch`: tap_scratch floats.
    void (*add_back)(const float* slopes, std::ptrdiff_t slope_stride, const float* taps, int count, int width,
                     int first, int last, float* window, std::ptrdiff_t window_stride, float* scratch);
};

constexpr int back_columns = 128;  // slopes that add_back spreads at a time, so that they stay in the first-level cache
constexpr int tap_row = widest_vector + back_columns + 2 * widest_vector;
constexpr int tap_scratch = 49 * tap_row;

/// The functions of the best instruction set of this machine (or of those that Highway was told to use).
const Kernels& kernels();

}  // namespace neural_style::bank
