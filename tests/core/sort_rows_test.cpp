#include "sort_rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

namespace neural_style {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

void expect_sorted_like_stable_sort(const std::vector<float>& row) {
    std::vector<std::int32_t> expected(row.size());
    std::iota(expected.begin(), expected.end(), 0);
    std::stable_sort(expected.begin(), expected.end(), [&](std::int32_t a, std::int32_t b) {
        if (row[a] == 0 && row[b] == 0) return std::signbit(row[a]) && !std::signbit(row[b]);
        return row[a] < row[b];
    });
    // What lies behind the ends must stay as it is.
    std::vector<float> sorted(row.size() + 1, 77);
    std::vector<std::int32_t> order(row.size() + 1, 77);
    std::vector<std::uint64_t> scratch(2 * row.size() + 1, 77);
    sort_row(row.data(), std::int64_t(row.size()), sorted.data(), order.data(), scratch.data());
    for (std::size_t i = 0; i < row.size(); ++i) {
        ASSERT_EQ(order[i], expected[i]) << "at " << i << " of " << row.size();
        ASSERT_EQ(std::memcmp(&sorted[i], &row[expected[i]], sizeof(float)), 0) << "at " << i << " of " << row.size();
    }
    EXPECT_EQ(sorted.back(), 77);
    EXPECT_EQ(order.back(), 77);
    EXPECT_EQ(scratch.back(), 77u);

    std::vector<float> without_order(row.size());
    sort_row(row.data(), std::int64_t(row.size()), without_order.data(), nullptr, scratch.data());
    EXPECT_EQ(std::memcmp(without_order.data(), sorted.data(), row.size() * sizeof(float)), 0);
}

TEST(SortRows, ShortRows) {
    expect_sorted_like_stable_sort({});
    expect_sorted_like_stable_sort({3});
    expect_sorted_like_stable_sort({-1, -2});
    expect_sorted_like_stable_sort({2, 2});
}

TEST(SortRows, NegativeEqualZeroAndInfinite) {
    expect_sorted_like_stable_sort({0.F, -0.F, 1, -1, 0.F, -0.F, infinity, -infinity, infinity, -1, 1});
    const float smallest = std::numeric_limits<float>::denorm_min(), largest = std::numeric_limits<float>::max();
    expect_sorted_like_stable_sort({largest, -largest, smallest, -smallest, 0, infinity, -infinity, 1e-30F, -1e-30F});
    expect_sorted_like_stable_sort(std::vector<float>(1000, -0.25F));
}

TEST(SortRows, RandomRowsOfManyLengths) {
    std::mt19937 random(5);
    std::normal_distribution<float> normal;
    for (int length : {3, 10, 255, 256, 1000, 4097, 70000}) {
        std::vector<float> row(length);
        for (float& value : row) value = normal(random);
        expect_sorted_like_stable_sort(row);
        for (float& value : row) value = std::round(value * 3);  // many equal ones
        expect_sorted_like_stable_sort(row);
        std::sort(row.rbegin(), row.rend());
        expect_sorted_like_stable_sort(row);
    }
}

TEST(SortRows, AnyBitPatternsThatAreNumbers) {
    std::mt19937 random(6);
    std::vector<float> row;
    while (row.size() < 20000) {
        const std::uint32_t bits = random();
        float value;
        std::memcpy(&value, &bits, sizeof value);
        if (!std::isnan(value)) row.push_back(value);
    }
    expect_sorted_like_stable_sort(row);
}

}  // namespace
}  // namespace neural_style
