#include "losses/sort_rows.hpp"

#include <gtest/gtest.h>
#include <hwy/targets.h>

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

bool same_bits(const float* one, const float* other, std::size_t count) {
    return count == 0 || std::memcmp(one, other, count * sizeof(float)) == 0;
}

// Both functions, with every instruction set that a vectorised sort may choose and with none.
void expect_sorted_like_stable_sort(const std::vector<float>& row) {
    const auto length = std::int64_t(row.size());
    std::vector<std::int32_t> order(row.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
        if (row[a] == 0 && row[b] == 0) return std::signbit(row[a]) && !std::signbit(row[b]);
        return row[a] < row[b];
    });
    std::vector<float> quantiles(row.size()), expected_pull(row.size(), 0.F);
    double expected_sum = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
        quantiles[i] = 0.5F * float(i % 1000);
        const float difference = row[order[i]] - quantiles[i];
        expected_sum += double(difference) * difference;
        expected_pull[order[i]] = 0.25F * difference;
    }
    for (const std::int64_t target :
         {std::int64_t{0}, std::int64_t{HWY_AVX3}, std::int64_t{HWY_AVX2}, std::int64_t{HWY_SCALAR}}) {
        if (target && !(hwy::SupportedTargets() & target)) continue;
        hwy::SetSupportedTargetsForTest(target);
        SortScratch scratch = target ? SortScratch(target) : SortScratch();
        std::vector<float> sorted = row;
        sorted.push_back(77);  // what lies behind the end must stay as it is
        sort_values(sorted.data(), length, scratch);
        for (std::size_t i = 0; i < row.size(); ++i)
            ASSERT_TRUE(same_bits(&sorted[i], &row[order[i]], 1)) << "at " << i << " of " << row.size();
        EXPECT_EQ(sorted.back(), 77);

        std::vector<float> placed = row;
        const std::vector<std::uint32_t>& places = sort_with_places(placed.data(), length, scratch);
        EXPECT_TRUE(same_bits(placed.data(), sorted.data(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) ASSERT_EQ(places[i], std::uint32_t(order[i]));

        std::vector<float> pull = row;  // in place
        pull.push_back(77);
        const double sum = match_quantiles(pull.data(), length, quantiles.data(), 0.25F, pull.data(), scratch);
        EXPECT_TRUE(same_bits(pull.data(), expected_pull.data(), row.size())) << row.size() << " values";
        EXPECT_EQ(pull.back(), 77);
        if (std::isfinite(expected_sum)) {
            EXPECT_NEAR(sum, expected_sum, 1e-9 * expected_sum);
        }
        hwy::SetSupportedTargetsForTest(0);
    }
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

// A diverging run must end with a sentence, not in the sort.
TEST(SortRows, NotANumberDoesNoHarm) {
    std::vector<float> row(5000, std::nanf(""));
    for (std::size_t i = 0; i < row.size(); i += 3) row[i] = float(i % 77);
    const std::vector<float> quantiles(row.size());
    SortScratch scratch;
    std::vector<float> sorted = row;
    sort_values(sorted.data(), std::int64_t(row.size()), scratch);
    EXPECT_TRUE(std::is_sorted(sorted.begin(), sorted.begin() + 1667));
    EXPECT_TRUE(
        std::isnan(match_quantiles(row.data(), std::int64_t(row.size()), quantiles.data(), 1, row.data(), scratch)));
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
