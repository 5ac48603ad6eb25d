// The built-in network's fast encoder against the one of LibTorch's operations, on every instruction set of this
// machine.
#include "encoders/filter_bank_encoder.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include <cmath>

#include "drawn_tensors.hpp"
#include "encoders/bank_encoder.hpp"
#include "vector_targets.hpp"

namespace neural_style {
namespace {

using Kind = BankTap::Kind;

constexpr double tolerance = 1e-5;
constexpr float doubtful = 1e-5F;  // a rectifier's input that rounding may give another sign

class OnEveryTarget : public ::testing::TestWithParam<std::int64_t> {
protected:
    void SetUp() override { hwy::SetSupportedTargetsForTest(GetParam()); }
    void TearDown() override { hwy::SetSupportedTargetsForTest(0); }
};

INSTANTIATE_TEST_SUITE_P(Target, OnEveryTarget, ::testing::ValuesIn(vector_targets()),
                         [](const auto& info) { return kernels_name(info.param); });

at::Tensor numbers(at::IntArrayRef shape, std::uint64_t seed) {
    return at::randn(shape, at::make_generator<at::CPUGeneratorImpl>(seed), at::TensorOptions(at::kFloat));
}

at::Tensor picture(int height, int width, std::uint64_t seed) {
    return numbers({1, 3, height, width}, seed).mul_(0.2).add_(0.5);
}

double difference(const at::Tensor& one, const at::Tensor& other) {
    return (one.to(at::kDouble) - other.to(at::kDouble)).norm().item<double>();
}

// Relative to the map, but not below a tenth of what is usual: some responses are nothing but rounding.
void expect_same_map(const at::Tensor& map, const at::Tensor& right, const std::string& where) {
    ASSERT_EQ(map.sizes(), right.sizes()) << where;
    const double size = std::max(right.norm().item<double>(), 0.1 * std::sqrt(double(right.numel())));
    EXPECT_LE(difference(map, right), tolerance * size) << where;
}

void expect_like_libtorch(int height, int width, Padding padding) {
    const std::vector<BankTap> taps = {{1, Kind::colours},   {0, Kind::responses}, {0, Kind::strokes},
                                       {1, Kind::responses}, {1, Kind::strokes},   {2, Kind::responses},
                                       {2, Kind::strokes},   {1, Kind::responses}, {2, Kind::colours}};
    const std::string where =
        std::to_string(height) + "x" + std::to_string(width) + ", padding " + std::to_string(static_cast<int>(padding));
    BankEncoder right(taps, padding, at::kCPU);
    FilterBankEncoder encoder(taps, padding, 3);
    // A response that the second layer sees may be zero but for rounding, and its gradient fall to either side: chance
    // on one picture, not on three.
    double apart = INFINITY;
    for (std::uint64_t seed = 1; seed <= 3 && !(apart <= tolerance); ++seed) {
        const at::Tensor input = picture(height, width, seed);
        const auto right_maps = right.features(input, true), maps = encoder.features(input, true);
        std::vector<at::Tensor> slopes;
        for (std::size_t i = 0; i < maps.size(); ++i) {
            expect_same_map(maps[i], right_maps[i], where + ", tap " + std::to_string(i));
            slopes.push_back(numbers(maps[i].sizes(), 100 + i));
            if (taps[i].kind != Kind::colours) slopes.back().mul_(right_maps[i] > doubtful);
        }
        const at::Tensor right_gradient = right.gradient(neural_style::testing::as_slopes(slopes)),
                         gradient = encoder.gradient(testing::as_slopes(slopes));
        ASSERT_EQ(gradient.sizes(), right_gradient.sizes());
        apart = difference(gradient, right_gradient) / right_gradient.norm().item<double>();
    }
    EXPECT_LE(apart, tolerance) << where;
}

TEST_P(OnEveryTarget, MapsAndGradientsAreLibTorchs) {
    const int sizes[][2] = {{1, 1},   {1, 7},   {2, 3},   {3, 2},   {13, 1},  {3, 3},   {4, 5},  {7, 8},
                            {16, 16}, {17, 31}, {33, 40}, {40, 19}, {5, 150}, {64, 34}, {70, 40}};
    for (const auto padding : {Padding::zero, Padding::reflect, Padding::replicate, Padding::circular})
        for (const auto& size : sizes) expect_like_libtorch(size[0], size[1], padding);
}

TEST(FilterBank, SmallSizes) {
    for (int height = 4; height <= 40; height += 3)
        for (int width = 4; width <= 40; width += 5) expect_like_libtorch(height, width, Padding::reflect);
}

TEST(FilterBank, EachKindAlone) {
    const at::Tensor input = picture(37, 52, 3);
    for (const BankTap tap : {BankTap{0, Kind::colours}, BankTap{3, Kind::colours}, BankTap{0, Kind::responses},
                              BankTap{4, Kind::responses}, BankTap{0, Kind::strokes}, BankTap{3, Kind::strokes}}) {
        BankEncoder right({tap}, Padding::reflect, at::kCPU);
        FilterBankEncoder encoder({tap}, Padding::reflect, 2);
        const at::Tensor right_map = right.features(input, true)[0], map = encoder.features(input, true)[0];
        expect_same_map(map, right_map, std::to_string(tap.level));
        const at::Tensor slope = numbers(map.sizes(), 7) * (right_map.abs() > doubtful);
        const at::Tensor right_gradient = right.gradient({{slope, {}, {}}});
        EXPECT_LE(difference(encoder.gradient({{slope, {}, {}}}), right_gradient),
                  1e-4 * right_gradient.norm().item<double>());
    }
}

// The bank is piecewise linear, so that a small step along a direction changes a weighted sum of features by the
// gradient's part in it, but for the few rectifiers that change their sign.
TEST(FilterBank, GradientIsThatOfFiniteDifferences) {
    const std::vector<BankTap> taps = {
        {0, Kind::responses}, {0, Kind::strokes}, {1, Kind::strokes}, {1, Kind::colours}};
    for (const auto padding : {Padding::zero, Padding::reflect, Padding::replicate, Padding::circular}) {
        FilterBankEncoder encoder(taps, padding, 2);
        const at::Tensor input = picture(30, 41, 4), direction = numbers(input.sizes(), 5);
        std::vector<at::Tensor> slopes;
        const auto loss = [&](const at::Tensor& at) {
            const auto maps = encoder.features(at, true);
            double sum = 0;
            for (std::size_t i = 0; i < maps.size(); ++i) {
                if (slopes.size() <= i) slopes.push_back(numbers(maps[i].sizes(), 20 + i).abs_());
                sum += (maps[i].to(at::kDouble) * slopes[i]).sum().item<double>();
            }
            return sum;
        };
        constexpr double step = 1e-4;
        const double slope = (loss(input + direction * step) - loss(input - direction * step)) / (2 * step);
        loss(input);
        const at::Tensor gradient = encoder.gradient(neural_style::testing::as_slopes(slopes));
        const double expected = (gradient.to(at::kDouble) * direction).sum().item<double>();
        const double scale = gradient.norm().item<double>();  // what such a sum usually is
        EXPECT_NEAR(slope, expected, 5e-3 * scale) << static_cast<int>(padding);
    }
}

TEST(FilterBank, ThreadsDoNotChangeAnyBit) {
    const std::vector<BankTap> taps = {{0, Kind::responses}, {0, Kind::strokes}, {2, Kind::strokes}};
    const at::Tensor input = picture(150, 90, 6);
    FilterBankEncoder one(taps, Padding::reflect, 1), many(taps, Padding::reflect, 5);
    const auto maps = one.features(input, true), same = many.features(input, true);
    std::vector<at::Tensor> slopes;
    for (std::size_t i = 0; i < maps.size(); ++i) {
        EXPECT_TRUE(at::equal(maps[i], same[i]));
        slopes.push_back(numbers(maps[i].sizes(), 30 + i));
    }
    EXPECT_TRUE(
        at::equal(one.gradient(neural_style::testing::as_slopes(slopes)), many.gradient(testing::as_slopes(slopes))));
}

TEST(FilterBank, SizesChangeFromPictureToPicture) {
    const std::vector<BankTap> taps = {{0, Kind::strokes}, {1, Kind::responses}};
    FilterBankEncoder encoder(taps, Padding::reflect, 2);
    for (const auto& size : {std::pair(20, 30), std::pair(60, 50), std::pair(33, 17)}) {
        const at::Tensor input = picture(size.first, size.second, 8);
        BankEncoder right(taps, Padding::reflect, at::kCPU);
        const auto maps = encoder.features(input, true), right_maps = right.features(input, false);
        for (std::size_t i = 0; i < maps.size(); ++i) expect_same_map(maps[i], right_maps[i], "");
    }
}

// What the pairing of opposite taps rests on.
TEST(BankFilters, OddAndEvenByTurns) {
    const std::vector<float> filters = bank::filters();
    ASSERT_EQ(filters.size(), std::size_t(bank::filter_count * bank::filter_area));
    for (int filter = 0; filter < bank::filter_count; ++filter) {
        const bool odd = filter < bank::derivatives && filter % 2 == 0;
        const float* values = filters.data() + filter * bank::filter_area;
        for (int tap = 0; tap < bank::filter_area; ++tap)
            EXPECT_EQ(values[tap], (odd ? -1 : 1) * values[bank::filter_area - 1 - tap]) << filter << " " << tap;
    }
}

}  // namespace
}  // namespace neural_style
