// Sorting the projections of the sliced Wasserstein distance: rows of 10² to 10⁷ floats. Torch-free and serial; any
// thread may call it with its own scratch. Highway's vectorised quicksort where it is the faster one (measured: from
// AVX2 on, with places only on AVX-512), else a radix sort; which one it is changes nothing in the result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace neural_style {

/// Memory that sorting works in, kept from row to row, and the choice of the way.
class SortScratch {
public:
    SortScratch();  ///< the fastest way on this machine
    /// As on a machine with these instruction sets of Highway's, which this one must have too.
    explicit SortScratch(std::int64_t targets) : targets_(targets) {}

    bool has(std::int64_t targets) const { return (targets_ & targets) != 0; }
    std::uint64_t* keys(std::size_t count);  ///< as many as are needed; their contents are undefined
    std::uint32_t* counts(std::size_t count);
    std::vector<std::uint32_t>& places() { return places_; }

private:
    std::int64_t targets_ = 0;
    std::vector<std::uint32_t> places_;
    std::vector<std::uint64_t> keys_;
    std::vector<std::uint32_t> counts_;
};

/// Sorts `length` floats upwards in place; -0 goes before 0, NaN to the ends.
void sort_values(float* row, std::int64_t length, SortScratch& scratch);

/// Sorts likewise, equal values in their order in the row, and says where each came from; valid until the next call.
const std::vector<std::uint32_t>& sort_with_places(float* row, std::int64_t length, SortScratch& scratch);

/// Pairs each value of `row` with the quantile of its rank (equal values in their order in the row): writes
/// slope * (value - quantile) to the value's place in `pull`, which may be `row` itself, and returns the sum of the
/// squared differences. `quantiles` and `row` hold `length` < 2³² values.
double match_quantiles(const float* row, std::int64_t length, const float* quantiles, float slope, float* pull,
                       SortScratch& scratch);

}  // namespace neural_style
