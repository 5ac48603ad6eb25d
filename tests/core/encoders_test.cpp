#include <functional>

#include "drawn_tensors.hpp"
#include "encoders/chain_encoder.hpp"
#include "encoders/padded_map.hpp"

namespace neural_style {
namespace {

using testing::convention;
using testing::drawn;
using testing::drawn_picture;
using testing::expect_gradient;
using testing::relative_distance;
using Maps = std::vector<at::Tensor>;

constexpr Padding paddings[] = {Padding::zero, Padding::reflect, Padding::replicate, Padding::circular};

std::vector<ConvolutionLayer> layers(at::ScalarType type) {
    std::vector<ConvolutionLayer> result;
    int channels = 3, seed = 50;
    for (int out : {5, 0, 6, 4, 0, 3}) {
        if (out == 0) {
            result.emplace_back();
            continue;
        }
        result.push_back({drawn({out, channels, 3, 3}, seed++, at::kDouble).mul(0.3).to(type),
                          drawn({out}, seed++, at::kDouble).mul(0.2).to(type)});
        channels = out;
    }
    return result;
}

const std::vector<LayerTap> taps = {{5, false}, {0, false}, {0, true}, {1, true}, {3, true}, {2, false}, {3, true}};

/// Fixed slopes of a loss that is linear in all maps; one of them stays undefined, which stands for zero.
Maps slopes_for(const Maps& maps) {
    Maps slopes;
    for (std::size_t i = 0; i < maps.size(); ++i)
        slopes.push_back(i == 1 ? at::Tensor() : drawn(maps[i].sizes().vec(), 200 + i, maps[i].scalar_type()));
    return slopes;
}

double linear_loss(const Maps& maps, const Maps& slopes) {
    double sum = 0;
    for (std::size_t i = 0; i < maps.size(); ++i)
        if (slopes[i].defined()) sum += (maps[i].to(at::kDouble) * slopes[i].to(at::kDouble)).sum().item<double>();
    return sum;
}

void expect_slopes(Encoder& encoder, const at::Tensor& picture, double step, double tolerance) {
    const Maps maps = encoder.features(picture, true), slopes = slopes_for(maps);
    const at::Tensor gradient = encoder.gradient(testing::as_slopes(slopes)).clone();
    expect_gradient([&](const at::Tensor& p) { return linear_loss(encoder.features(p, false), slopes); }, picture,
                    gradient, step, tolerance);
}

TEST(ConvolutionEncoder, GradientsAreTheSlopes) {
    for (Padding padding : paddings)
        for (bool average : {false, true})
            for (auto [width, height] : {std::pair(13, 9), {4, 4}, {5, 7}}) {
                SCOPED_TRACE(::testing::Message() << int(padding) << average << " " << width << "×" << height);
                ConvolutionEncoder encoder(layers(at::kDouble), taps, convention(), padding, average);
                expect_slopes(encoder, drawn_picture(width, height, 1, at::kDouble), 1e-4, 0.01);
            }
}

TEST(ConvolutionEncoder, SeesThePictureAsItsConventionSays) {
    ConvolutionLayer same;  // the first channel of the network's own order comes out as it went in
    same.weight = at::zeros({1, 3, 3, 3});
    same.weight[0][0][1][1] = 1;
    same.bias = at::zeros({1});
    const at::Tensor picture = drawn_picture(6, 5, 2);
    for (bool bgr : {false, true}) {
        InputConvention input = convention();
        input.bgr = bgr;
        ConvolutionEncoder encoder({same}, {{0, false}}, input, Padding::zero, false);
        const at::Tensor expected = (picture.select(1, bgr ? 2 : 0) * 2 - 0.4) / 0.5;
        EXPECT_LT(relative_distance(encoder.features(picture, false)[0], expected), 1e-6);
    }
}

TEST(ConvolutionEncoder, IsTheSameInEitherLayout) {
    for (Padding padding : paddings)
        for (bool average : {false, true})
            for (auto [width, height] : {std::pair(32, 32), {33, 47}, {4, 4}, {5, 7}}) {
                SCOPED_TRACE(::testing::Message() << int(padding) << average << " " << width << "×" << height);
                ConvolutionEncoder planes(layers(at::kDouble), taps, convention(), padding, average),
                    pixels(layers(at::kDouble), taps, convention(), padding, average, MapLayout::pixels);
                const at::Tensor picture = drawn_picture(width, height, 3, at::kDouble);
                const Maps expected = planes.features(picture, true), maps = pixels.features(picture, true);
                for (std::size_t i = 0; i < maps.size(); ++i) {
                    ASSERT_EQ(maps[i].sizes(), expected[i].sizes());
                    // No layer puts the map back into planes.
                    if (width > 5) {
                        EXPECT_EQ(maps[i].stride(0), 1) << "map " << i;
                    }
                    EXPECT_LT(relative_distance(maps[i], expected[i]), 1e-6) << "map " << i;
                }
                const Maps slopes = slopes_for(expected);
                EXPECT_LT(relative_distance(pixels.gradient(testing::as_slopes(slopes)),
                                            planes.gradient(testing::as_slopes(slopes))),
                          1e-6);
            }
}

TEST(ConvolutionEncoder, InBfloat16IsCloseToItselfInFloat32) {
    for (MapLayout layout : {MapLayout::planes, MapLayout::pixels})
        for (Padding padding : paddings) {
            SCOPED_TRACE(::testing::Message() << int(padding) << " " << int(layout));
            ConvolutionEncoder precise(layers(at::kFloat), taps, convention(), padding, true),
                coarse(layers(at::kBFloat16), taps, convention(), padding, true, layout);
            const at::Tensor picture = drawn_picture(33, 47, 3);
            const Maps expected = precise.features(picture, true), maps = coarse.features(picture, true);
            for (std::size_t i = 0; i < maps.size(); ++i) {
                EXPECT_EQ(maps[i].scalar_type(), at::kFloat);
                EXPECT_LT(relative_distance(maps[i], expected[i]), 0.03) << "map " << i;
            }
            const Maps slopes = slopes_for(expected);
            const at::Tensor gradient = coarse.gradient(testing::as_slopes(slopes));
            EXPECT_EQ(gradient.scalar_type(), at::kFloat);
            EXPECT_LT(relative_distance(gradient, precise.gradient(testing::as_slopes(slopes))), 0.1);
        }
}

TEST(ChainEncoder, FeaturesAndGradientsAreThoseOfConvolutionEncoder) {
    for (Padding padding : paddings)
        for (bool average : {false, true})
            for (auto [width, height] : {std::pair(32, 32), {33, 47}, {4, 4}, {5, 7}}) {
                SCOPED_TRACE(::testing::Message() << int(padding) << average << " " << width << "×" << height);
                ConvolutionEncoder reference(layers(at::kFloat), taps, convention(), padding, average);
                ChainEncoder chain(layers(at::kFloat), taps, convention(), padding, average, 1);
                const at::Tensor picture = drawn_picture(width, height, 3);
                const Maps expected = reference.features(picture, true), maps = chain.features(picture, true);
                ASSERT_EQ(maps.size(), taps.size());
                for (std::size_t i = 0; i < maps.size(); ++i) {
                    ASSERT_EQ(maps[i].sizes(), expected[i].sizes());
                    EXPECT_LT(relative_distance(maps[i], expected[i]), 1e-4) << "map " << i;
                }
                const Maps slopes = slopes_for(expected);
                EXPECT_LT(relative_distance(chain.gradient(testing::as_slopes(slopes)),
                                            reference.gradient(testing::as_slopes(slopes))),
                          1e-3);
            }
}

TEST(ChainEncoder, TakesOneSizeAfterAnother) {
    ChainEncoder chain(layers(at::kFloat), taps, convention(), Padding::reflect, false, 2);
    ConvolutionEncoder reference(layers(at::kFloat), taps, convention(), Padding::reflect, false);
    for (auto [width, height] : {std::pair(20, 30), {64, 40}, {20, 30}, {9, 9}}) {
        const at::Tensor picture = drawn_picture(width, height, 4);
        const Maps expected = reference.features(picture, true);
        EXPECT_LT(relative_distance(chain.features(picture, true)[0], expected[0]), 1e-4);
        const Maps slopes = slopes_for(expected);
        EXPECT_LT(relative_distance(chain.gradient(testing::as_slopes(slopes)),
                                    reference.gradient(testing::as_slopes(slopes))),
                  1e-3);
    }
}

// A tile that continues on the other side looks the same wherever it is cut.
template <class Step>
void expect_rolled(Encoder& encoder, const at::Tensor& picture, int distance, Step halvings) {
    Maps maps;
    for (const at::Tensor& map : encoder.features(picture, false)) maps.push_back(map.clone());
    const Maps rolled = encoder.features(picture.roll({distance, -distance}, {2, 3}), false);
    for (std::size_t i = 0; i < maps.size(); ++i) {
        const std::int64_t shift = distance >> halvings(i);
        ASSERT_EQ(shift << halvings(i), distance);
        EXPECT_LT(relative_distance(rolled[i], maps[i].roll({shift, -shift}, {1, 2})), 1e-4) << "map " << i;
    }
}

TEST(CircularPadding, FeaturesOfARolledPictureAreTheRolledFeatures) {
    const int pools_before[] = {2, 0, 0, 1, 1, 1, 1};
    const auto halvings = [&](std::size_t i) { return pools_before[i]; };
    for (bool average : {false, true}) {
        ConvolutionEncoder convolutions(layers(at::kFloat), taps, convention(), Padding::circular, average);
        expect_rolled(convolutions, drawn_picture(24, 16, 7), 4, halvings);
        ChainEncoder chain(layers(at::kFloat), taps, convention(), Padding::circular, average, 1);
        expect_rolled(chain, drawn_picture(24, 16, 7), 4, halvings);
    }
}

TEST(Padded, ShowsWhatItsNameSays) {
    const at::Tensor map = at::arange(12, at::kFloat).view({1, 1, 3, 4});
    const auto row = [&](Padding padding, int y) {
        const at::Tensor line = padded(map, 2, padding)[0][0][y].contiguous();
        return std::vector<float>(line.data_ptr<float>(), line.data_ptr<float>() + 8);
    };
    using Row = std::vector<float>;
    EXPECT_EQ(row(Padding::zero, 2), Row({0, 0, 0, 1, 2, 3, 0, 0}));
    EXPECT_EQ(row(Padding::zero, 1), Row(8, 0));
    EXPECT_EQ(row(Padding::reflect, 2), Row({2, 1, 0, 1, 2, 3, 2, 1}));
    EXPECT_EQ(row(Padding::reflect, 1), Row({6, 5, 4, 5, 6, 7, 6, 5}));
    EXPECT_EQ(row(Padding::replicate, 1), Row({0, 0, 0, 1, 2, 3, 3, 3}));
    EXPECT_EQ(row(Padding::circular, 2), Row({2, 3, 0, 1, 2, 3, 0, 1}));
    EXPECT_EQ(row(Padding::circular, 1), Row({10, 11, 8, 9, 10, 11, 8, 9}));
    for (Padding padding : paddings) {  // a map whose channels lie side by side, padded the same and left so
        const at::Tensor planes = drawn({1, 3, 7, 5}, 1), pixels = planes.contiguous(at::MemoryFormat::ChannelsLast);
        for (int margin : {1, 3}) {
            EXPECT_TRUE(at::equal(padded(pixels, margin, padding), padded(planes, margin, padding)));
            EXPECT_TRUE(padded(pixels, margin, padding).is_contiguous(at::MemoryFormat::ChannelsLast));
        }
    }
    for (Padding padding : paddings)  // too small to be reflected or wrapped
        EXPECT_EQ(padded(at::ones({1, 2, 1, 1}), 3, padding).sizes().vec(), (std::vector<std::int64_t>{1, 2, 7, 7}));
}

}  // namespace
}  // namespace neural_style
