// The monotone map that carries one distribution of numbers onto another, row by row: what the sliced loss compares
// with where positions have weights or are too many to be sorted. On the CPU, torch-free; each row belongs to one
// thread.
#pragma once

#include <cstdint>
#include <vector>

#include "sort_rows.hpp"

namespace neural_style {

/// Quantiles at `count` evenly spaced ranks from 0 to 1 of `length` values, which are sorted in place: on straight
/// lines between the sorted values. With `weights` (≥ 0, null: all 1) a value takes as much of the ranks as its weight
/// is. Writes them, times `share`, to `quantiles`, or adds them if `add`.
void take_quantiles(float* values, const float* weights, std::int64_t length, double share, bool add,
                    std::int64_t count, float* quantiles, SortScratch& scratch);

/// The map from the distribution of a sample onto the one with the given quantiles, tabulated in even steps between the
/// sample's ends; beyond them it is constant.
class QuantileTransport {
public:
    /// `sample` and `weights` as for take_quantiles; `sample` is sorted in place.
    void fit(float* sample, const float* weights, std::int64_t length, const float* quantiles, std::int64_t count,
             SortScratch& scratch);

    /// Replaces each value by slope · weight · (value − where it is carried to); returns the sum of weight · (value −
    /// where)².
    double pull(float* values, const float* weights, std::int64_t length, float slope) const;

private:
    std::size_t step_of(float value) const;

    float low_ = 0, steps_per_unit_ = 0;
    std::vector<float> table_;
};

}  // namespace neural_style
