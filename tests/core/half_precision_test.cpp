#include "encoders/half_layers.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "card_device.hpp"
#include "drawn_tensors.hpp"
#include "encoders/half_slopes.hpp"

namespace neural_style {
namespace {

using testing::card, testing::drawn, testing::drawn_picture, testing::relative_distance;

const std::vector<LayerTap> taps = {{0, true}, {1, false}, {2, true}, {4, true}, {3, false}};

// What each convolution gives is `gain` times what went in, or about it.
std::vector<ConvolutionLayer> layers(double gain) {
    std::vector<ConvolutionLayer> result;
    int channels = 3, seed = 70;
    double size = 1;
    for (const int out : {6, 8, 0, 8, 10}) {
        result.emplace_back();
        if (out == 0) continue;
        size *= gain;
        result.back().weight =
            drawn({out, channels, 3, 3}, std::uint64_t(seed++)).mul(gain * std::sqrt(2 / (9.0 * channels))).to(card());
        result.back().bias = drawn({out}, std::uint64_t(seed++)).mul(0.1 * size).to(card());
        channels = out;
    }
    return result;
}

InputConvention wide_input() {
    InputConvention input;
    input.range = 255;
    input.bgr = true;
    input.mean[0] = 104, input.mean[1] = 117, input.mean[2] = 124;
    return input;
}

TEST(HalfPrecision, IsCloseToFloat32HoweverLargeOrSmallFeaturesAndSlopesAre) {
    for (const double gain : {0.01, 1.0, 30.0})
        for (const double slope_size : {1e-12, 1.0, 1e9}) {
            SCOPED_TRACE(::testing::Message() << gain << " " << slope_size);
            std::vector<ConvolutionLayer> half = layers(gain);
            InputConvention input = wide_input();
            bring_to_half(half, input, true, probe_picture(card()));
            ConvolutionEncoder precise(layers(gain), taps, wide_input(), Padding::reflect, true, MapLayout::pixels),
                coarse(half, taps, input, Padding::reflect, true, MapLayout::pixels);
            const at::Tensor picture = drawn_picture(40, 36, 3).to(card());
            const auto expected = precise.features(picture, true), maps = coarse.features(picture, true);
            std::vector<at::Tensor> slopes;
            for (std::size_t i = 0; i < maps.size(); ++i) {
                const at::Tensor seen = maps[i].to(at::kCPU), wanted = expected[i].to(at::kCPU);
                EXPECT_EQ(seen.scalar_type(), at::kFloat);
                EXPECT_LT(relative_distance(seen, wanted), 2e-3) << "map " << i;
                EXPECT_GT(relative_distance(seen, wanted), 1e-5) << "map " << i << " is not of half precision";
                slopes.push_back(
                    drawn(wanted.sizes().vec(), 200 + i).mul(slope_size / wanted.norm().item<double>()).to(card()));
            }
            slopes[2].reset();
            const at::Tensor gradient = coarse.gradient(testing::as_slopes(slopes)).to(at::kCPU);
            EXPECT_EQ(gradient.scalar_type(), at::kFloat);
            EXPECT_LT(relative_distance(gradient, precise.gradient(testing::as_slopes(slopes)).to(at::kCPU)), 0.02);
        }
}

TEST(HalfPrecision, ScalesLayersByPowersOfTwoToFitTheProbe) {
    std::vector<ConvolutionLayer> half = layers(30);
    InputConvention input = wide_input();
    bring_to_half(half, input, false, probe_picture(card()));
    std::vector<LayerTap> all;
    for (std::size_t i = 0; i < half.size(); ++i) all.push_back({i, false});
    ConvolutionEncoder coarse(half, all, input, Padding::reflect, false);
    const auto maps = coarse.features(probe_picture(card()), false);
    for (std::size_t i = 0; i < half.size(); ++i) {
        EXPECT_EQ(std::exp2(std::round(std::log2(half[i].scale))), half[i].scale);
        const double most = (maps[i].to(at::kCPU) * half[i].scale).abs().max().item<double>();
        EXPECT_LE(most, 64.1) << "layer " << i;
        EXPECT_GT(most, half[i].is_pool() ? 1 : 31.9) << "layer " << i;
    }
}

TEST(HalfPrecision, OfSlopesHasSixteenAsTheLargest) {
    for (const double size : {1e-12, 1.0, 1e9}) {
        const at::Tensor first = drawn({2, 3, 4}, 1).mul(size), second = drawn({4, 2, 2}, 2).mul(30 * size);
        std::vector<at::Tensor> slopes = {first.to(card()), second.to(card())};
        const std::vector<at::Tensor> sizes = {at::full({1, 1, 1}, 8.0, card()), at::full({1, 1, 1}, 0.25, card())};
        const double unit = bring_to_half(slopes, sizes).to(at::kCPU).item<double>();
        double most = 0;
        for (const at::Tensor& slope : slopes)
            most = std::max(most, slope.to(at::kCPU).to(at::kFloat).abs().max().item<double>());
        EXPECT_NEAR(most, 16, 0.02);
        EXPECT_LT(relative_distance(slopes[0].to(at::kCPU).to(at::kDouble) * unit, first * 8), 1e-3);
        EXPECT_LT(relative_distance(slopes[1].to(at::kCPU).to(at::kDouble) * unit, second * 0.25), 1e-3);
    }
}

TEST(HalfPrecision, OfSlopesThatAreZeroIsZero) {
    std::vector<at::Tensor> slopes = {at::zeros({2, 3, 3}, card()), {}};
    const std::vector<at::Tensor> sizes(2, at::ones({1, 1, 1}, card()));
    const at::Tensor unit = bring_to_half(slopes, sizes);
    EXPECT_EQ(slopes[0].scalar_type(), at::kHalf);
    EXPECT_FALSE(slopes[1].defined());
    EXPECT_EQ(slopes[0].to(at::kCPU).abs().max().item<double>(), 0);
    EXPECT_TRUE(std::isfinite(unit.to(at::kCPU).item<double>()));
    slopes = std::vector<at::Tensor>(2);
    EXPECT_FALSE(bring_to_half(slopes, sizes).defined());
}

}  // namespace
}  // namespace neural_style
