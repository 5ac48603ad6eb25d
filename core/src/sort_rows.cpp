#include "sort_rows.hpp"

#include <cstring>
#include <utility>

namespace neural_style {
namespace {

// Maps floats to integers of the same order: negative numbers have all bits flipped, others the sign bit.
std::uint32_t to_ordered(float value) {
    std::uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits ^ ((bits >> 31) ? 0xFFFFFFFFu : 0x80000000u);
}

float from_ordered(std::uint32_t bits) {
    bits ^= (bits >> 31) ? 0x80000000u : 0xFFFFFFFFu;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

constexpr int digits = 3, digit_bits = 11, buckets = 1 << digit_bits;

}  // namespace

void sort_row(const float* row, std::int64_t length, float* sorted, std::int32_t* order, std::uint64_t* scratch) {
    std::uint64_t *from = scratch, *to = scratch + length;
    static thread_local std::uint32_t starts[digits][buckets];
    std::memset(starts, 0, sizeof starts);
    for (std::int64_t i = 0; i < length; ++i) {
        const std::uint32_t key = to_ordered(row[i]);
        from[i] = std::uint64_t(key) << 32 | std::uint32_t(i);
        for (int digit = 0; digit < digits; ++digit) ++starts[digit][(key >> (digit * digit_bits)) & (buckets - 1)];
    }
    for (auto& counts : starts) {
        std::uint32_t sum = 0;
        for (std::uint32_t& count : counts) sum += std::exchange(count, sum);
    }
    for (int digit = 0; digit < digits; ++digit) {
        const int shift = 32 + digit * digit_bits;
        std::uint32_t* const place = starts[digit];
        for (std::int64_t i = 0; i < length; ++i) to[place[(from[i] >> shift) & (buckets - 1)]++] = from[i];
        std::swap(from, to);
    }
    for (std::int64_t i = 0; i < length; ++i) sorted[i] = from_ordered(std::uint32_t(from[i] >> 32));
    if (order)
        for (std::int64_t i = 0; i < length; ++i) order[i] = std::int32_t(std::uint32_t(from[i]));
}

}  // namespace neural_style
