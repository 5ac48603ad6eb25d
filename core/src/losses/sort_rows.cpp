#include "sort_rows.hpp"

#ifndef WITHOUT_HIGHWAY
#include <hwy/contrib/sort/vqsort.h>
#include <hwy/targets.h>
#endif

#include <cstring>
#include <utility>

namespace neural_style {
namespace {

// Maps floats to integers of the same order: negative numbers have all bits flipped, others the sign bit.
std::uint32_t to_ordered(float value) {
    std::uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits ^ (std::uint32_t(-std::int32_t(bits >> 31)) | 0x80000000u);
}

float from_ordered(std::uint32_t bits) {
    bits ^= ((bits >> 31) - 1) | 0x80000000u;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

// A key with its place below it: keys that are equal stay in the order of their places.
std::uint64_t with_place(std::uint32_t key, std::int64_t place) {
    return std::uint64_t(key) << 32 | std::uint32_t(place);
}
std::uint32_t key_of(std::uint64_t placed) { return std::uint32_t(placed >> 32); }

// The least significant digit first, in three passes.
constexpr int digit_bits[] = {10, 11, 11};
constexpr int digit_shift[] = {0, 10, 21};
constexpr int all_buckets = (1 << 10) + (1 << 11) + (1 << 11);

struct Digits {
    Digits(const float* row, std::int64_t length, SortScratch& scratch) {
        std::uint32_t* start = scratch.counts(all_buckets);
        std::memset(start, 0, sizeof(std::uint32_t) * all_buckets);
        for (int digit = 0; digit < 3; ++digit) {
            starts[digit] = start;
            start += 1 << digit_bits[digit];
        }
        for (std::int64_t i = 0; i < length; ++i) {
            const std::uint32_t key = to_ordered(row[i]);
            for (int digit = 0; digit < 3; ++digit) ++starts[digit][value(key, digit)];
        }
        for (int digit = 0; digit < 3; ++digit) {
            std::uint32_t sum = 0;
            for (int bucket = 0; bucket < 1 << digit_bits[digit]; ++bucket)
                sum += std::exchange(starts[digit][bucket], sum);
        }
    }
    static std::uint32_t value(std::uint32_t key, int digit) {
        return key >> digit_shift[digit] & ((1u << digit_bits[digit]) - 1);
    }
    /// The next place in the order by this digit.
    std::uint32_t next(std::uint32_t key, int digit) { return starts[digit][value(key, digit)]++; }

    std::uint32_t* starts[3];
};

}  // namespace

// Asked once: asking the processor takes longer than sorting a short row where a hypervisor answers for it.
SortScratch::SortScratch() {
#ifndef WITHOUT_HIGHWAY
    static const std::int64_t supported = hwy::SupportedTargets();
    targets_ = supported;
#endif
}

std::uint64_t* SortScratch::keys(std::size_t count) {
    if (keys_.size() < count) keys_ = std::vector<std::uint64_t>(count);
    return keys_.data();
}

std::uint32_t* SortScratch::counts(std::size_t count) {
    if (counts_.size() < count) counts_ = std::vector<std::uint32_t>(count);
    return counts_.data();
}

void sort_values(float* row, std::int64_t length, SortScratch& scratch) {
    auto* const keys = reinterpret_cast<std::uint32_t*>(scratch.keys(std::size_t(length)));
#ifndef WITHOUT_HIGHWAY
    if (scratch.has(HWY_AVX2 | HWY_AVX3)) {
        for (std::int64_t i = 0; i < length; ++i) keys[i] = to_ordered(row[i]);
        hwy::Sorter()(keys, std::size_t(length), hwy::SortAscending());
        for (std::int64_t i = 0; i < length; ++i) row[i] = from_ordered(keys[i]);
        return;
    }
#endif
    Digits digits(row, length, scratch);
    auto* const other = keys + length;
    for (std::int64_t i = 0; i < length; ++i) {
        const std::uint32_t key = to_ordered(row[i]);
        keys[digits.next(key, 0)] = key;
    }
    for (std::int64_t i = 0; i < length; ++i) other[digits.next(keys[i], 1)] = keys[i];
    for (std::int64_t i = 0; i < length; ++i) row[digits.next(other[i], 2)] = from_ordered(other[i]);
}

namespace {

// Calls `visit(rank, placed)` for each value of a row with its place, each rank once.
template <class Visit>
void for_each_rank(const float* row, std::int64_t length, SortScratch& scratch, const Visit& visit) {
#ifndef WITHOUT_HIGHWAY
    if (scratch.has(HWY_AVX3)) {
        std::uint64_t* const keys = scratch.keys(std::size_t(length));
        for (std::int64_t i = 0; i < length; ++i) keys[i] = with_place(to_ordered(row[i]), i);
        hwy::Sorter()(keys, std::size_t(length), hwy::SortAscending());
        for (std::int64_t i = 0; i < length; ++i) visit(i, keys[i]);
        return;
    }
#endif
    std::uint64_t* const keys = scratch.keys(2 * std::size_t(length));
    std::uint64_t* const other = keys + length;
    Digits digits(row, length, scratch);
    for (std::int64_t i = 0; i < length; ++i) {
        const std::uint32_t key = to_ordered(row[i]);
        keys[digits.next(key, 0)] = with_place(key, i);
    }
    for (std::int64_t i = 0; i < length; ++i) other[digits.next(key_of(keys[i]), 1)] = keys[i];
    for (std::int64_t i = 0; i < length; ++i) visit(digits.next(key_of(other[i]), 2), other[i]);
}

}  // namespace

const std::vector<std::uint32_t>& sort_with_places(float* row, std::int64_t length, SortScratch& scratch) {
    std::vector<std::uint32_t>& places = scratch.places();
    places.resize(std::size_t(length));
    // The keys hold all values, so that the row may be overwritten on the way.
    for_each_rank(row, length, scratch, [&](std::int64_t rank, std::uint64_t placed) {
        row[rank] = from_ordered(key_of(placed));
        places[std::size_t(rank)] = std::uint32_t(placed);
    });
    return places;
}

double match_quantiles(const float* row, std::int64_t length, const float* quantiles, float slope, float* pull,
                       SortScratch& scratch) {
    double sum = 0;
    for_each_rank(row, length, scratch, [&](std::int64_t rank, std::uint64_t placed) {
        const float difference = from_ordered(key_of(placed)) - quantiles[rank];
        sum += double(difference) * difference;
        pull[std::uint32_t(placed)] = slope * difference;
    });
    return sum;
}

}  // namespace neural_style
