#include "descent/tiles.hpp"

#include <optional>

#include "descent/objective.hpp"
#include "drawn_tensors.hpp"
#include "encoders/chain_encoder.hpp"
#include "encoders/split_encoder.hpp"
#include "losses/moment_loss.hpp"
#include "losses/sliced_loss.hpp"
#include "objective_value.hpp"

namespace neural_style {
namespace {

using testing::drawn;
using testing::drawn_picture;
using testing::ObjectiveValue;
using testing::relative_distance;

/// VGG-19's sequence of layers up to relu5_1, with few channels.
std::vector<ConvolutionLayer> vgg_layers() {
    std::vector<ConvolutionLayer> layers;
    int channels = 3, seed = 1;
    for (const char* step = "46p66p8888p8888p8"; *step; ++step) {
        if (*step == 'p') {
            layers.emplace_back();
            continue;
        }
        const int out = *step - '0';
        const double spread = std::sqrt(2.0 / (9 * channels));
        layers.push_back({drawn({out, channels, 3, 3}, seed) * spread, drawn({out}, seed + 50) * 0.1});
        channels = out;
        ++seed;
    }
    return layers;
}

// relu4_2 for the content, relu1_1, relu2_1, relu3_1, relu4_1 and relu5_1 for the style
const std::vector<LayerTap> vgg_taps = {{12, true}, {0, true}, {3, true}, {6, true}, {11, true}, {16, true}};

constexpr Padding paddings[] = {Padding::zero, Padding::reflect, Padding::replicate, Padding::circular};

std::vector<StyleTerm> terms(const std::string& loss, std::size_t content, std::size_t count) {
    std::vector<StyleTerm> result;
    for (std::size_t i = content; i < count; ++i) {
        std::unique_ptr<StyleLoss> made;
        if (loss == "tutorial") made = std::make_unique<GramLoss>(1, true);
        if (loss == "gatys") made = std::make_unique<GramLoss>(1, false);
        if (loss == "covariance") made = std::make_unique<CovarianceLoss>(1);
        if (loss == "sliced") made = std::make_unique<SlicedLoss>(1, 8, false, i);
        result.push_back({i, std::move(made)});
    }
    return result;
}

struct Sizes {
    int width, height;
};
Sizes size_for(Padding padding) { return padding == Padding::circular ? Sizes{224, 160} : Sizes{201, 155}; }

ObjectiveValue evaluate(Encoder& encoder, std::size_t content, const std::string& loss, Padding padding, int edge,
                        bool masked, bool hybrid = false) {
    const Sizes size = size_for(padding);
    const at::Tensor picture = drawn_picture(size.width, size.height, 3),
                     goal = drawn_picture(size.width, size.height, 5), style = drawn_picture(230, 170, 4);
    at::Tensor mask;
    if (masked) {
        mask = at::ones({1, 1, size.height, size.width});
        mask.narrow(2, 20, 70).narrow(3, 30, 60).zero_();
        mask.narrow(3, 150, 40).mul_(0.5);
    }
    std::vector<ContentTerm> content_terms;
    for (std::size_t i = 0; i < content; ++i) content_terms.push_back({i, 1, loss == "sliced"});
    Objective objective(encoder, content_terms, terms(loss, content, encoder.shapes().size()), 0.5,
                        {edge, hybrid, padding == Padding::circular});
    objective.set_targets(goal, mask, {{mask, {{style, {}, 1}}, 1}});
    return ObjectiveValue(objective.evaluate(picture));
}

void expect_same(Encoder& encoder, std::size_t content, const std::string& loss, Padding padding, bool masked = false,
                 bool hybrid = false) {
    SCOPED_TRACE(loss + " padding " + std::to_string(int(padding)) + (masked ? " masked" : ""));
    const ObjectiveValue whole = evaluate(encoder, content, loss, padding, 0, masked);
    const ObjectiveValue tiled = evaluate(encoder, content, loss, padding, 64, masked, hybrid);
    EXPECT_NEAR(tiled.content, whole.content, 1e-5 * whole.content);
    // The sliced loss takes in the features' last digits where two almost equal ones change their order, or a value
    // its step in a table of quantiles.
    // A covariance is what is left of two sums, and LibTorch 2 may convolve a tile in another way than the whole.
    const double tolerance = loss == "sliced" ? (masked ? 3e-4 : 1e-4) : loss == "covariance" ? 3e-5 : 1e-5;
    EXPECT_NEAR(tiled.style, whole.style, 5 * tolerance * whole.style);  // a small difference of sums
    EXPECT_EQ(tiled.tv, whole.tv);
    EXPECT_LT(relative_distance(tiled.gradient, whole.gradient), tolerance);
}

TEST(Tiles, GradientsOfVggAreThoseOfTheWholePicture) {
    for (Padding padding : paddings)
        for (bool average : {false, true}) {
            if (average && padding != Padding::reflect) continue;
            ConvolutionEncoder direct(vgg_layers(), vgg_taps, {}, padding, average);
            expect_same(direct, 1, "covariance", padding);
            ChainEncoder chain(vgg_layers(), vgg_taps, {}, padding, average, 2);
            for (const char* loss : {"tutorial", "gatys", "sliced"}) expect_same(chain, 1, loss, padding);
            expect_same(chain, 1, "gatys", padding, true);
            expect_same(chain, 1, "sliced", padding, true);
        }
}

/// The same layers cut behind the second pool; with LibTorch's operations if a layout is given.
SplitEncoder split_encoder(Padding padding, bool average, std::optional<MapLayout> layout = {}) {
    const std::vector<ConvolutionLayer> layers = vgg_layers();
    const std::vector<ConvolutionLayer> first(layers.begin(), layers.begin() + 6),
        rest(layers.begin() + 6, layers.end());
    const std::vector<LayerTap> in_front = {{0, true}, {3, true}, {5, true}},
                                in_back = {{6, true}, {0, true}, {5, true}, {10, true}};
    const auto part = [&](const auto& own, const auto& own_taps) -> std::unique_ptr<Encoder> {
        if (!layout) return std::make_unique<ChainEncoder>(own, own_taps, InputConvention(), padding, average, 2);
        return std::make_unique<ConvolutionEncoder>(own, own_taps, InputConvention(), padding, average, *layout);
    };
    return {part(first, in_front),
            part(rest, in_back),
            {{false, 0}, {true, 0}, {true, 1}, {false, 1}, {false, 2}, {false, 3}},
            convolution_halo(layers, vgg_taps)};
}

TEST(Tiles, AnEncoderCutInTwoIsTheSameEncoder) {
    for (bool average : {false, true}) {
        ChainEncoder whole(vgg_layers(), vgg_taps, {}, Padding::reflect, average, 2);
        for (MapLayout layout : {MapLayout::planes, MapLayout::pixels}) {
            SplitEncoder direct = split_encoder(Padding::reflect, average, layout);
            ConvolutionEncoder uncut(vgg_layers(), vgg_taps, {}, Padding::reflect, average);
            const ObjectiveValue one = evaluate(uncut, 1, "gatys", Padding::reflect, 0, false),
                                 two = evaluate(direct, 1, "gatys", Padding::reflect, 0, false);
            EXPECT_NEAR(two.total(), one.total(), 1e-5 * one.total());
            EXPECT_LT(relative_distance(two.gradient, one.gradient), 1e-5);
        }
        SplitEncoder split = split_encoder(Padding::reflect, average);
        EXPECT_EQ(split.halo(), whole.halo());
        for (std::size_t i = 0; i < vgg_taps.size(); ++i) {
            EXPECT_EQ(split.shapes()[i].stride, whole.shapes()[i].stride);
            EXPECT_EQ(split.shapes()[i].channels, whole.shapes()[i].channels);
        }
        for (const char* loss : {"gatys", "sliced"}) {
            const ObjectiveValue one = evaluate(whole, 1, loss, Padding::reflect, 0, false),
                                 two = evaluate(split, 1, loss, Padding::reflect, 0, false);
            EXPECT_NEAR(two.total(), one.total(), 1e-6 * one.total());
            EXPECT_LT(relative_distance(two.gradient, one.gradient), 1e-6);
        }
    }
}

TEST(Tiles, OnlyTheFirstLayersInTilesAreTheWholePicture) {
    for (Padding padding : paddings) {
        SplitEncoder split = split_encoder(padding, padding == Padding::zero);
        for (const char* loss : {"tutorial", "gatys", "sliced"}) expect_same(split, 1, loss, padding, false, true);
        expect_same(split, 1, "gatys", padding, true, true);
    }
    for (MapLayout layout : {MapLayout::planes, MapLayout::pixels})
        for (Padding padding : paddings) {
            SplitEncoder direct = split_encoder(padding, padding == Padding::zero, layout);
            expect_same(direct, 1, "gatys", padding, padding == Padding::reflect, true);
        }
    SplitEncoder split = split_encoder(Padding::reflect, false);
    expect_same(split, 1, "gatys", Padding::reflect, false, false);
}

// A flat picture is the same to either padding, so that only the style can tell them apart.
double style_loss_of_flat(Encoder& encoder, bool circular) {
    const at::Tensor flat = at::full({1, 3, 160, 224}, 0.5), style = drawn_picture(230, 170, 4);
    Objective objective(encoder, {}, terms("gatys", 0, encoder.shapes().size()), 0, {0, false, circular});
    objective.set_targets(flat, {}, {{{}, {{style, {}, 1}}, 1}});
    return ObjectiveValue(objective.evaluate(flat)).style;
}

TEST(Circular, AStylesSidesDoNotMeet) {
    const auto expect_own_edges = [](const auto& encoder_with) {
        const auto mirrored = encoder_with(Padding::reflect), circular = encoder_with(Padding::circular);
        const double right = style_loss_of_flat(*mirrored, false);
        EXPECT_NEAR(style_loss_of_flat(*circular, true), right, 1e-6 * right);
        EXPECT_GT(std::abs(style_loss_of_flat(*circular, false) - right), 1e-5 * right) << "they met all the same";
    };
    expect_own_edges([](Padding padding) {
        return std::make_unique<ConvolutionEncoder>(vgg_layers(), vgg_taps, InputConvention(), padding, false);
    });
    expect_own_edges([](Padding padding) {
        return std::make_unique<ChainEncoder>(vgg_layers(), vgg_taps, InputConvention(), padding, false, 2);
    });
    expect_own_edges([](Padding padding) { return std::make_unique<SplitEncoder>(split_encoder(padding, false)); });
}

TEST(Tiles, OutOfStepWithThePoolingsTheyDiffer) {
    ChainEncoder encoder(vgg_layers(), vgg_taps, {}, Padding::reflect, false, 2);
    const at::Tensor picture = drawn_picture(96, 400, 3);
    const at::Tensor whole = encoder.features(picture, false)[5].narrow(1, 10, 3).clone();
    const auto apart = [&](int y) {
        const Tile tile = {y, 0, 370 - y, 96, 160, 0, 48, 96};
        return relative_distance(inner_part(encoder.features(cut(picture, tile), false)[5], tile, 16).map, whole);
    };
    EXPECT_LT(apart(80), 1e-5);
    EXPECT_GT(apart(79), 1e-2);
    EXPECT_GT(apart(72), 1e-2);
}

// A halo one pixel narrower would let something in, one that is wider would be waste.
void expect_exact_halo(Encoder& encoder, std::size_t deepest, int edge) {
    const int stride = encoder.shapes()[deepest].stride, cell = edge / stride / 2, first = cell * stride;
    const auto feature = [&](int x, float value) {
        at::Tensor picture = at::full({1, 3, 32, edge}, 0.5F);
        if (x >= 0) picture.select(3, x).fill_(value);
        return encoder.features(picture, false)[deepest].select(2, cell).clone();
    };
    const at::Tensor quiet = feature(-1, 0);
    for (float value : {1e4F, -1e4F}) {
        EXPECT_TRUE(at::equal(feature(first - encoder.halo() - 1, value), quiet));
        EXPECT_TRUE(at::equal(feature(first + stride + encoder.halo(), value), quiet));
    }
    const auto seen = [&](int x) {
        return !at::equal(feature(x, 1e4F), quiet) || !at::equal(feature(x, -1e4F), quiet);
    };
    EXPECT_TRUE(seen(first - encoder.halo()));
    EXPECT_TRUE(seen(first + stride + encoder.halo() - 1));
}

TEST(Tiles, TheHaloIsHowFarAFeatureSees) {
    std::vector<ConvolutionLayer> layers = vgg_layers();
    for (ConvolutionLayer& layer : layers)
        if (!layer.is_pool()) layer.weight = layer.weight.abs();
    ConvolutionEncoder direct(layers, vgg_taps, {}, Padding::zero, true);
    EXPECT_EQ(direct.halo(), 70);
    expect_exact_halo(direct, 5, 320);
    EXPECT_EQ(ChainEncoder(layers, vgg_taps, {}, Padding::zero, true, 1).halo(), 70);
}

TEST(Tiles, AreDisjointAlignedAndCoverThePicture) {
    ChainEncoder encoder(vgg_layers(), vgg_taps, {}, Padding::reflect, false, 1);
    for (auto [width, height, edge] : {std::tuple(201, 155, 64), {500, 40, 100}, {33, 700, 1}, {96, 96, 48}}) {
        const std::vector<Tile> tiles = plan_tiles(height, width, edge, encoder, false);
        at::Tensor counts = at::zeros({height, width});
        for (const Tile& tile : tiles) {
            EXPECT_EQ(tile.y % 16, 0);
            EXPECT_EQ(tile.x % 16, 0);
            EXPECT_LE(tile.y + tile.height, height);
            EXPECT_LE(tile.x + tile.width, width);
            EXPECT_TRUE(tile.inner_y - tile.y >= 70 || tile.y == 0);
            EXPECT_TRUE(tile.x + tile.width - tile.inner_x - tile.inner_width >= 70 || tile.x + tile.width == width);
            counts.narrow(0, tile.inner_y, tile.inner_height).narrow(1, tile.inner_x, tile.inner_width).add_(1);
        }
        EXPECT_GT(tiles.size(), 1u);
        EXPECT_TRUE(counts.eq(1).all().item<bool>());
    }
    EXPECT_EQ(plan_tiles(155, 201, 0, encoder, false).size(), 1u);
    EXPECT_EQ(plan_tiles(155, 201, 256, encoder, false).size(), 1u);
    EXPECT_EQ(plan_tiles(160, 201, 64, encoder, true).size(), 1u) << "201 pixels don't halve four times into a circle";
}

TEST(Tiles, TargetsMayBeHalvedOrRecomputed) {
    ChainEncoder encoder(vgg_layers(), vgg_taps, {}, Padding::reflect, false, 2);
    const at::Tensor goal = drawn_picture(201, 155, 5), picture = drawn_picture(201, 155, 3);
    using Targets = Encoding::Targets;
    for (int edge : {0, 64}) {
        const auto value = [&](Targets targets) {
            Objective objective(encoder, {{0, 1, false}, {2, 1, true}}, terms("gatys", 1, 6), 0,
                                {edge, false, false, targets});
            objective.set_targets(goal, {}, {{{}, {{goal.flip(2), {}, 1}}, 1}});
            return ObjectiveValue(objective.evaluate(picture));
        };
        const ObjectiveValue kept = value(Targets::kept), halved = value(Targets::halved),
                             recomputed = value(Targets::recomputed);
        EXPECT_NEAR(halved.content, kept.content, 1e-3 * kept.content);
        EXPECT_NE(halved.content, kept.content);
        EXPECT_NEAR(recomputed.total(), kept.total(), 1e-6 * kept.total());
        EXPECT_LT(relative_distance(recomputed.gradient, kept.gradient), 1e-6);
    }
}

}  // namespace
}  // namespace neural_style
