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
            bring_to_half(half, input, true);
            ConvolutionEncoder precise(layers(gain), taps, wide_input(), Padding::reflect, true, MapLayout::pixels),
                coarse(half, taps, input, Padding::reflect, true, MapLayout::pixels);
            const at::Tensor picture = drawn_picture(40, 36, 3).to(card());
            const auto expected = precise.features(picture, true), maps = coarse.features(picture, true);
            const std::vector<MapShape> shapes = coarse.shapes();
            std::vector<at::Tensor> slopes, own;
            for (std::size_t i = 0; i < maps.size(); ++i) {
                EXPECT_EQ(maps[i].scalar_type(), at::kHalf);
                const at::Tensor seen = maps[i].to(at::kCPU).to(at::kDouble) * shapes[i].unit,
                                 wanted = expected[i].to(at::kCPU);
                EXPECT_LT(relative_distance(seen, wanted), 2e-3) << "map " << i;
                EXPECT_GT(relative_distance(seen, wanted), 1e-5) << "map " << i << " is not of half precision";
                slopes.push_back(
                    drawn(wanted.sizes().vec(), 200 + i).mul(slope_size / wanted.norm().item<double>()).to(card()));
                own.push_back(slopes.back() * shapes[i].unit);
            }
            slopes[2].reset();
            own[2].reset();
            const at::Tensor gradient = coarse.gradient(testing::as_slopes(own)).to(at::kCPU);
            EXPECT_EQ(gradient.scalar_type(), at::kFloat);
            EXPECT_LT(relative_distance(gradient, precise.gradient(testing::as_slopes(slopes)).to(at::kCPU)), 0.02);
        }
}

TEST(HalfPrecision, ScalesLayersByPowersOfTwoToFitTheProbe) {
    std::vector<ConvolutionLayer> half = layers(30);
    InputConvention input = wide_input();
    bring_to_half(half, input, false);
    std::vector<LayerTap> all;
    for (std::size_t i = 0; i < half.size(); ++i) all.push_back({i, false});
    ConvolutionEncoder coarse(half, all, input, Padding::reflect, false);
    const auto maps = coarse.features(probe_picture(card()), false);
    for (std::size_t i = 0; i < half.size(); ++i) {
        EXPECT_EQ(std::exp2(std::round(std::log2(half[i].scale))), half[i].scale);
        EXPECT_EQ(coarse.shapes()[i].unit * half[i].scale, 1);
        const double most = maps[i].to(at::kCPU).to(at::kFloat).abs().max().item<double>();
        EXPECT_LE(most, 64.1) << "layer " << i;
        EXPECT_GT(most, half[i].is_pool() ? 1 : 31.9) << "layer " << i;
    }
}

at::Tensor here(const at::Tensor& tensor) { return tensor.to(at::kCPU).to(at::kDouble); }

// What a slope that was brought to short numbers stands for.
at::Tensor stands_for(const Slope& slope, const at::Tensor& features) {
    return here(short_map(slope, features)) * here(slope.factor);
}

TEST(HalfPrecision, OfSlopesIsWhatTheyWereAndFitsItsRange) {
    for (const double size : {1e-12, 1.0, 1e9}) {
        const std::vector<at::Tensor> features = {drawn({2, 3, 4}, 3).mul(20).to(card()).to(at::kHalf),
                                                  drawn({64, 5, 7}, 4).mul(20).to(card()).to(at::kHalf)};
        const at::Tensor map = drawn({2, 3, 4}, 1).mul(size), half = drawn({64, 64}, 2).mul(size);
        std::vector<Slope> slopes = {{map.to(card())}, {{}, (half + half.t()).to(card())}};
        const at::Tensor of_matrix = as_map(slopes[1], features[1]);
        const at::Tensor unit = bring_to_short(slopes, features);
        for (std::size_t i = 0; i < slopes.size(); ++i) {
            const at::Tensor numbers = here(short_map(slopes[i], features[i]));
            EXPECT_EQ(short_map(slopes[i], features[i]).scalar_type(), at::kHalf);
            EXPECT_LT(numbers.abs().max().item<double>(), 64);
            EXPECT_GT(numbers.abs().max().item<double>(), 1e-2);
            EXPECT_LE(here(slopes[i].factor).item<double>(), here(unit).item<double>());
        }
        EXPECT_EQ(here(unit).item<double>(),
                  std::max(here(slopes[0].factor).item<double>(), here(slopes[1].factor).item<double>()));
        EXPECT_LT(relative_distance(stands_for(slopes[0], features[0]), map), 1e-3);
        EXPECT_LT(relative_distance(stands_for(slopes[1], features[1]), here(of_matrix)), 2e-3);
    }
}

TEST(HalfPrecision, OfSlopesStaysInItsRangeWhateverTheMatrix) {
    const at::Tensor features = at::full({512, 2, 2}, 64.0).to(card()).to(at::kHalf);
    for (const bool all : {false, true}) {
        at::Tensor matrix = at::zeros({512, 512});
        if (all)
            matrix.fill_(1e-9);
        else
            matrix[3][3] = 1e20;
        std::vector<Slope> slopes = {{{}, matrix.to(card())}};
        const at::Tensor expected = as_map(slopes[0], features);
        bring_to_short(slopes, {features});
        const double most = here(short_map(slopes[0], features)).max().item<double>();
        EXPECT_LT(most, 64 * std::sqrt(512) / 32 * 1.01);
        EXPECT_LT(relative_distance(stands_for(slopes[0], features), here(expected)), 2e-3);
    }
}

TEST(HalfPrecision, OfSlopesThatAreZeroIsZero) {
    const at::Tensor features = at::ones({2, 3, 3}, card()).to(at::kHalf);
    std::vector<Slope> slopes = {{at::zeros({2, 3, 3}, card())}, {}, {{}, at::zeros({2, 2}, card())}};
    const at::Tensor unit = bring_to_short(slopes, {features, features, features});
    EXPECT_FALSE(slopes[1].defined());
    for (const std::size_t i : {0, 2}) EXPECT_EQ(stands_for(slopes[i], features).abs().max().item<double>(), 0);
    EXPECT_TRUE(std::isfinite(1 / here(unit).item<double>()));
    slopes = std::vector<Slope>(2);
    EXPECT_FALSE(bring_to_short(slopes, {features, features}).defined());
}

}  // namespace
}  // namespace neural_style
