// Products on maps in planes against sums in double precision, on every instruction set of this machine.
#include "numerics/plane_products.hpp"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cmath>
#include <random>
#include <vector>

namespace neural_style::planes {
namespace {

std::vector<float> numbers(std::size_t count, unsigned seed) {
    std::mt19937 generator(seed);
    std::normal_distribution<float> normal;
    std::vector<float> result(count);
    for (float& value : result) value = normal(generator);
    return result;
}

// rows×columns of left (rows×depth, or its transpose) times right (depth×columns)
void expect_product(const std::vector<float>& result, const std::vector<float>& left, bool transposed,
                    const std::vector<float>& right, int rows, int depth, int columns) {
    for (int row = 0; row < rows; ++row)
        for (int x = 0; x < columns; ++x) {
            double sum = 0, size = 0;
            for (int k = 0; k < depth; ++k) {
                const double term =
                    double(left[transposed ? k * rows + row : row * depth + k]) * right[k * columns + x];
                sum += term;
                size += std::abs(term);
            }
            ASSERT_NEAR(result[row * columns + x], sum, 1e-5 * size + 1e-12)
                << rows << "x" << depth << "x" << columns << ", row " << row << ", column " << x;
        }
    EXPECT_EQ(result.back(), 77) << "written behind the end";
}

std::vector<std::int64_t> targets_here() {
    std::vector<std::int64_t> targets;
    for (const std::int64_t target : {HWY_AVX3, HWY_AVX2, HWY_SSE4, HWY_NEON, HWY_SCALAR, HWY_EMU128})
        if (hwy::SupportedTargets() & target) targets.push_back(target);
    return targets;
}

class OnEveryTarget : public testing::TestWithParam<std::int64_t> {
protected:
    void SetUp() override { hwy::SetSupportedTargetsForTest(GetParam()); }
    void TearDown() override { hwy::SetSupportedTargetsForTest(0); }
};

INSTANTIATE_TEST_SUITE_P(Target, OnEveryTarget, testing::ValuesIn(targets_here()),
                         [](const auto& info) { return std::string(hwy::TargetName(info.param)); });

TEST_P(OnEveryTarget, ProductsAreThoseOfTheTextbook) {
    const int sizes[][3] = {{1, 1, 1},    {32, 3, 5},    {32, 78, 48}, {32, 366, 300},
                            {5, 13, 257}, {12, 24, 512}, {13, 7, 600}};
    for (const auto& [directions, channels, length] : sizes) {
        const auto weights = numbers(std::size_t(directions) * channels, 1);
        const auto map = numbers(std::size_t(channels) * length, 2);
        std::vector<float> projected(std::size_t(directions) * length + 1, 77);
        multiply(weights.data(), directions, map.data(), channels, length, nullptr, projected.data(), 3);
        expect_product(projected, weights, false, map, directions, channels, length);

        std::vector<float> of_map(std::size_t(channels) * length + 1, 77);
        multiply_transposed(weights.data(), channels, projected.data(), directions, length, of_map.data(), 3);
        expect_product(of_map, weights, true, projected, channels, directions, length);
    }
}

TEST_P(OnEveryTarget, AShiftIsAddedToEachRow) {
    const auto matrix = numbers(13 * 7, 5), map = numbers(7 * 300, 6), shift = numbers(13, 7);
    std::vector<float> plain(13 * 300), shifted(13 * 300);
    multiply(matrix.data(), 13, map.data(), 7, 300, nullptr, plain.data(), 2);
    multiply(matrix.data(), 13, map.data(), 7, 300, shift.data(), shifted.data(), 2);
    for (int row = 0; row < 13; ++row)
        for (int x = 0; x < 300; ++x)
            ASSERT_NEAR(shifted[row * 300 + x], plain[row * 300 + x] + shift[row], 1e-5) << row << " " << x;
}

TEST_P(OnEveryTarget, GramMatricesAreThoseOfTheTextbook) {
    const int sizes[][2] = {{1, 1}, {1, 700}, {3, 5}, {5, 257}, {13, 4100}, {78, 600}, {366, 700}};
    for (const auto& [channels, length] : sizes) {
        const auto map = numbers(std::size_t(channels) * length, 8);
        std::vector<float> transposed(map.size()), product(std::size_t(channels) * channels + 1, 77);
        std::vector<float> sums(std::size_t(channels) + 1, 77);
        for (int k = 0; k < channels; ++k)
            for (int x = 0; x < length; ++x)
                transposed[std::size_t(x) * channels + k] = map[std::size_t(k) * length + x];
        gram(map.data(), channels, length, product.data(), sums.data(), 3);
        expect_product(product, map, false, transposed, channels, length, channels);
        const std::vector<float> ones(std::size_t(length), 1);
        expect_product(sums, map, false, ones, channels, length, 1);
    }
}

TEST(Gram, TheSameThreadsGiveTheSameBits) {
    const auto map = numbers(20 * 9000, 9);
    std::vector<float> first(400), second(400), sums(20);
    gram(map.data(), 20, 9000, first.data(), sums.data(), 3);
    gram(map.data(), 20, 9000, second.data(), sums.data(), 3);
    EXPECT_EQ(first, second);
}

TEST(Products, ThreadsDoNotChangeAnyBit) {
    const auto weights = numbers(32 * 50, 3), map = numbers(50 * 3001, 4);
    std::vector<float> one(32 * 3001), many(32 * 3001);
    multiply(weights.data(), 32, map.data(), 50, 3001, nullptr, one.data(), 1);
    multiply(weights.data(), 32, map.data(), 50, 3001, nullptr, many.data(), 4);
    EXPECT_EQ(one, many);
}

}  // namespace
}  // namespace neural_style::planes
