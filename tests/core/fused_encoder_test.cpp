#include "encoders/fused_encoder.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "card_device.hpp"
#include "drawn_tensors.hpp"
#include "encoders/half_layers.hpp"
#include "host_passages.hpp"

namespace neural_style {
namespace {

using testing::card, testing::convention, testing::drawn, testing::drawn_picture, testing::relative_distance;
using Maps = std::vector<at::Tensor>;

constexpr Padding paddings[] = {Padding::zero, Padding::reflect, Padding::replicate, Padding::circular};

std::unique_ptr<Passages> passages(at::ScalarType number) {
    const c10::Device device = card();
    return device.is_cpu() ? testing::make_host_passages(device, number) : make_passages(device, number);
}

std::vector<ConvolutionLayer> layers() {
    std::vector<ConvolutionLayer> result;
    int channels = 3, seed = 50;
    for (int out : {8, 16, 0, 24, 8, 0, 16}) {
        result.emplace_back();
        if (out == 0) continue;
        const auto own = std::uint64_t(seed++);
        result.back().weight = drawn({out, channels, 3, 3}, own).mul(std::sqrt(2.0 / (9 * channels))).to(card());
        result.back().bias = drawn({out}, own + 100).mul(0.2).to(card());
        channels = out;
    }
    return result;
}

// Pools that follow a map that is wanted and pools that do not, maps wanted twice, on both sides of a ReLU, and a last
// one before its ReLU.
const std::vector<std::vector<LayerTap>> all_taps = {{{0, true}, {3, true}, {4, false}, {6, true}},
                                                     {{6, false}, {1, true}, {3, false}, {3, true}, {3, true}},
                                                     {{1, false}, {2, true}, {0, false}, {5, false}, {6, true}},
                                                     {{5, true}, {4, true}},
                                                     {{0, false}}};

Maps slopes_for(const Maps& maps) {
    Maps slopes;
    for (std::size_t i = 0; i < maps.size(); ++i)
        slopes.push_back(i == 1 ? at::Tensor() : drawn(maps[i].sizes().vec(), 200 + i).to(maps[i].device()));
    return slopes;
}

at::Tensor here(const at::Tensor& tensor) { return tensor.to(at::kCPU); }

at::Tensor in_full(const at::Tensor& map, const MapShape& shape) { return here(map).to(at::kFloat) * shape.unit; }

void expect_same(Encoder& encoder, Encoder& reference, const at::Tensor& picture, double of_maps, double of_gradient,
                 at::ScalarType number = at::kFloat) {
    const Maps expected = reference.features(picture, true), maps = encoder.features(picture, true);
    const std::vector<MapShape> shapes = encoder.shapes();
    ASSERT_EQ(maps.size(), expected.size());
    for (std::size_t i = 0; i < maps.size(); ++i) {
        ASSERT_EQ(maps[i].sizes(), expected[i].sizes());
        EXPECT_EQ(maps[i].scalar_type(), number);
        EXPECT_LT(relative_distance(in_full(maps[i], shapes[i]), here(expected[i])), of_maps) << "map " << i;
    }
    const Maps slopes = slopes_for(expected);
    std::vector<Slope> own = testing::as_slopes(slopes);
    for (std::size_t i = 0; i < own.size(); ++i)
        if (own[i].defined()) own[i].map.mul_(shapes[i].unit);
    const at::Tensor gradient = encoder.gradient(own);
    EXPECT_TRUE(gradient.is_contiguous());
    EXPECT_EQ(gradient.scalar_type(), at::kFloat);
    EXPECT_LT(relative_distance(here(gradient), here(reference.gradient(testing::as_slopes(slopes)))), of_gradient);
}

TEST(FusedEncoder, FeaturesAndGradientsAreThoseOfConvolutionEncoder) {
    for (const std::vector<LayerTap>& taps : all_taps)
        for (Padding padding : paddings)
            for (bool average : {false, true})
                for (auto [width, height] : {std::pair(32, 32), {33, 47}, {4, 4}, {7, 5}, {15, 4}}) {
                    SCOPED_TRACE(::testing::Message() << taps.size() << " taps, padding " << int(padding) << average
                                                      << " " << width << "×" << height);
                    ConvolutionEncoder reference(layers(), taps, convention(), padding, average, MapLayout::pixels);
                    FusedEncoder fused(layers(), taps, convention(), padding, average, passages(at::kFloat));
                    const at::Tensor picture = drawn_picture(width, height, 3).to(card());
                    expect_same(fused, reference, picture, 1e-5, 1e-4);
                    EXPECT_EQ(fused.halo(), reference.halo());
                }
}

TEST(FusedEncoder, TakesOneSizeAndPaddingAfterAnother) {
    ConvolutionEncoder reference(layers(), all_taps[1], convention(), Padding::circular, false, MapLayout::pixels);
    FusedEncoder fused(layers(), all_taps[1], convention(), Padding::circular, false, passages(at::kFloat));
    for (auto [width, height] : {std::pair(20, 30), {64, 40}, {20, 30}}) {
        const Padding padding = width == 64 ? Padding::reflect : Padding::circular;
        fused.set_padding(padding);
        reference.set_padding(padding);
        const at::Tensor picture = drawn_picture(width, height, 4).to(card());
        const Maps maps = fused.features(picture, false), expected = reference.features(picture, false);
        for (std::size_t i = 0; i < maps.size(); ++i)
            EXPECT_LT(relative_distance(here(maps[i]), here(expected[i])), 1e-5) << "map " << i;
        expect_same(fused, reference, picture, 1e-5, 1e-4);
    }
}

// A map with a factor, a matrix with a shift, the two together, a bare matrix: what losses make.
TEST(FusedEncoder, TakesSlopesOfEveryKind) {
    const std::vector<LayerTap> taps = {{0, true}, {3, true}, {4, false}, {6, true}, {0, true}};
    for (const at::ScalarType number : {at::kFloat, at::kHalf})
        for (const double size : {1e-12, 1.0}) {
            std::vector<ConvolutionLayer> own = layers();
            InputConvention input = convention();
            if (number == at::kHalf) bring_to_half(own, input, true);
            ConvolutionEncoder reference(layers(), taps, convention(), Padding::reflect, true, MapLayout::pixels);
            FusedEncoder fused(own, taps, input, Padding::reflect, true, passages(number));
            const at::Tensor picture = drawn_picture(30, 22, 5).to(card());
            const Maps maps = fused.features(picture, true);
            reference.features(picture, true);
            const auto slopes = [&](const std::vector<MapShape>& shapes) {
                std::vector<Slope> result(maps.size());
                for (std::size_t i = 0; i < maps.size(); ++i) {
                    const auto channels = maps[i].size(0);
                    const double unit = shapes[i].unit;
                    if (i != 1) {
                        const at::Tensor half = drawn({channels, channels}, 300 + i) * size;
                        result[i].matrix = ((half + half.t()) * (unit * unit)).to(card());
                    }
                    if (i == 0 || i == 3) result[i].shift = (drawn({channels}, 400 + i) * (size * unit)).to(card());
                    if (i == 1 || i == 3) result[i].map = (drawn(maps[i].sizes().vec(), 500 + i) * unit).to(card());
                    if (i == 3) result[i].map.mul_(size);
                    if (i == 1) result[i].factor = at::full({}, size, picture.options());
                }
                return result;
            };
            EXPECT_LT(relative_distance(here(fused.gradient(slopes(fused.shapes()))),
                                        here(reference.gradient(slopes(reference.shapes())))),
                      number == at::kHalf ? 0.02 : 1e-4)
                << size;
        }
}

// As the objective gives the content's: a difference of features, in their own numbers.
TEST(FusedEncoder, InHalfPrecisionTakesAShortMapWithItsFactor) {
    std::vector<ConvolutionLayer> half = layers();
    InputConvention input = convention();
    bring_to_half(half, input, true);
    const std::vector<LayerTap> taps = {{4, true}};
    FusedEncoder fused(half, taps, input, Padding::reflect, true, passages(at::kHalf));
    const at::Tensor picture = drawn_picture(30, 22, 5).to(card());
    const at::Tensor map = drawn(fused.features(picture, true)[0].sizes().vec(), 7).to(card());
    const at::Tensor expected = here(fused.gradient({{map * 1e-7}}));
    fused.features(picture, true);
    const at::Tensor factor = at::full({}, 1e-7, picture.options());
    EXPECT_LT(relative_distance(here(fused.gradient({{map.to(at::kHalf), {}, {}, factor}})), expected), 5e-3);
}

TEST(FusedEncoder, WithoutAnySlopeHasNoGradient) {
    FusedEncoder fused(layers(), all_taps[0], convention(), Padding::reflect, false, passages(at::kFloat));
    fused.features(drawn_picture(16, 12, 6).to(card()), true);
    const at::Tensor gradient = fused.gradient(std::vector<Slope>(all_taps[0].size()));
    EXPECT_EQ(gradient.sizes(), at::IntArrayRef({1, 3, 12, 16}));
    EXPECT_EQ(here(gradient).abs().max().item<float>(), 0);
}

TEST(FusedEncoder, InHalfPrecisionIsCloseToFloat32) {
    for (Padding padding : {Padding::zero, Padding::reflect})
        for (const std::vector<LayerTap>& taps : all_taps) {
            SCOPED_TRACE(::testing::Message() << taps.size() << " taps, padding " << int(padding));
            std::vector<ConvolutionLayer> half = layers();
            InputConvention input = convention();
            bring_to_half(half, input, true);
            FusedEncoder fused(half, taps, input, padding, true, passages(at::kHalf));
            ConvolutionEncoder reference(layers(), taps, convention(), padding, true, MapLayout::pixels);
            const at::Tensor picture = drawn_picture(40, 36, 3).to(card());
            expect_same(fused, reference, picture, 2e-3, 0.02, at::kHalf);
            EXPECT_GT(relative_distance(in_full(fused.features(picture, false)[0], fused.shapes()[0]),
                                        here(reference.features(picture, false)[0])),
                      1e-6);
        }
}

TEST(FusedEncoder, InBfloat16IsCloseToFloat32) {
    std::vector<ConvolutionLayer> coarse = layers();
    for (ConvolutionLayer& layer : coarse) {
        if (layer.is_pool()) continue;
        layer.weight = layer.weight.to(at::kBFloat16);
        layer.bias = layer.bias.to(at::kBFloat16);
    }
    FusedEncoder fused(coarse, all_taps[0], convention(), Padding::reflect, true, passages(at::kBFloat16));
    ConvolutionEncoder reference(layers(), all_taps[0], convention(), Padding::reflect, true, MapLayout::pixels);
    expect_same(fused, reference, drawn_picture(33, 47, 3).to(card()), 0.03, 0.1, at::kBFloat16);
}

TEST(FusedEncoder, IsForNetworksOfWholeEightsOfChannels) {
    EXPECT_TRUE(can_be_fused(layers()));
    std::vector<ConvolutionLayer> odd = layers();
    odd[3].weight = odd[3].weight.narrow(0, 0, 20);
    EXPECT_FALSE(can_be_fused(odd));
    EXPECT_FALSE(can_be_fused({ConvolutionLayer()}));
}

}  // namespace
}  // namespace neural_style
