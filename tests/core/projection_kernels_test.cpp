// The sliced loss' products against sums in double precision, on every instruction set of this machine.
#include "losses/projection_kernels.hpp"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cmath>
#include <random>
#include <vector>

namespace neural_style {
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
        project(weights.data(), directions, map.data(), channels, length, projected.data(), 3);
        expect_product(projected, weights, false, map, directions, channels, length);

        std::vector<float> of_map(std::size_t(channels) * length + 1, 77);
        project_back(weights.data(), directions, projected.data(), channels, length, of_map.data(), 3);
        expect_product(of_map, weights, true, projected, channels, directions, length);
    }
}

TEST(Projection, ThreadsDoNotChangeAnyBit) {
    const auto weights = numbers(32 * 50, 3), map = numbers(50 * 3001, 4);
    std::vector<float> one(32 * 3001), many(32 * 3001);
    project(weights.data(), 32, map.data(), 50, 3001, one.data(), 1);
    project(weights.data(), 32, map.data(), 50, 3001, many.data(), 4);
    EXPECT_EQ(one, many);
}

}  // namespace
}  // namespace neural_style
