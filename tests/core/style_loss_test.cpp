#include "losses/style_loss.hpp"

#include <cstring>

#include <functional>

#include "drawn_tensors.hpp"
#include "losses/moment_loss.hpp"
#include "losses/sliced_loss.hpp"

namespace neural_style {
namespace {

using testing::drawn;
using testing::expect_gradient;
using testing::relative_distance;
using Make = std::function<std::unique_ptr<StyleLoss>()>;

at::Tensor features(int channels, int positions, std::uint64_t seed, at::ScalarType type = at::kDouble) {
    return drawn({channels, positions}, seed, type) + drawn({channels, 1}, seed + 1000, type);
}

at::Tensor gram(const at::Tensor& f, double divisor) { return f.mm(f.t()) / divisor; }

at::Tensor covariance(const at::Tensor& f) {
    const at::Tensor centred = f - f.mean(1, true);
    return gram(centred, double(f.size(1)));
}

struct Case {
    const char* name;
    Make make;
    std::function<at::Tensor(const at::Tensor& now, const at::Tensor& start, const at::Tensor& style)> formula;
};

std::vector<Case> cases() {
    const auto distance = [](const at::Tensor& f, const at::Tensor& style) {
        return (covariance(f) - covariance(style)).pow(2).sum() +
               (f.mean(1) - style.mean(1)).pow(2).sum() * double(f.size(0));
    };
    return {
        {"tutorial", [] { return std::make_unique<GramLoss>(3.0, true); },
         [](const at::Tensor& now, const at::Tensor&, const at::Tensor& style) {
             return (gram(now, double(now.numel())) - gram(style, double(style.numel()))).pow(2).mean() * 3;
         }},
        {"gatys", [] { return std::make_unique<GramLoss>(0.5, false); },
         [](const at::Tensor& now, const at::Tensor&, const at::Tensor& style) {
             return (gram(now, double(now.size(1))) - gram(style, double(style.size(1)))).pow(2).mean() * 0.5;
         }},
        {"covariance", [] { return std::make_unique<CovarianceLoss>(2.0); },
         [distance](const at::Tensor& now, const at::Tensor& start, const at::Tensor& style) {
             return distance(now, style) / distance(start, style) * 2;
         }},
    };
}

using Subject = StyleLoss::Subject;

/// A matrix C×N as a map of one row, or of any height that divides N.
MapPart as_part(const at::Tensor& features, int height = 1) {
    return {features.view({features.size(0), height, features.size(1) / height}), {}, 0, 0};
}

void take(StyleLoss& loss, Subject subject, const MapPart& part, double share = 1) {
    loss.begin(subject, int(part.features.size(1)), int(part.features.size(2)));
    loss.take(part);
    loss.end(share);
}

struct LossValue {
    at::Tensor loss, gradient;  // gradient: C×N
};

LossValue value_of(StyleLoss& loss, const MapPart& now) {
    take(loss, Subject::picture, now);
    const at::Tensor gradient = as_map(loss.slope(now), now.features).flatten(1).clone();
    return {loss.loss(), gradient};
}
LossValue value_of(StyleLoss& loss, const at::Tensor& now) { return value_of(loss, as_part(now)); }

LossValue evaluate(StyleLoss& loss, const at::Tensor& now, const at::Tensor& start, const at::Tensor& style) {
    take(loss, Subject::style, as_part(style));
    take(loss, Subject::start, as_part(start));
    return value_of(loss, now);
}

TEST(StyleLoss, ValuesAndGradientsAreThoseOfAutograd) {
    for (const Case& one : cases()) {
        for (auto [channels, positions] : {std::pair(5, 40), {12, 7}, {1, 9}, {3, 1}}) {
            SCOPED_TRACE(std::string(one.name) + " " + std::to_string(channels) + "×" + std::to_string(positions));
            const at::Tensor start = features(channels, positions, 2), style = features(channels, 33, 3);
            at::Tensor now = features(channels, positions, 1).requires_grad_();
            const at::Tensor expected = one.formula(now, start, style);
            expected.backward();
            const LossValue value = evaluate(*one.make(), now.detach(), start, style);
            EXPECT_NEAR(value.loss.item<double>(), expected.item<double>(), 1e-9 * expected.item<double>());
            EXPECT_LT(relative_distance(value.gradient, now.grad()), 1e-9);
        }
    }
}

TEST(StyleLoss, GradientsAreTheSlopes) {
    for (const Case& one : cases()) {
        SCOPED_TRACE(one.name);
        const at::Tensor now = features(6, 30, 1), start = features(6, 30, 2), style = features(6, 50, 3);
        const auto loss = one.make();
        const LossValue value = evaluate(*loss, now, start, style);
        expect_gradient([&](const at::Tensor& f) { return value_of(*loss, f).loss.item<double>(); }, now,
                        value.gradient, 1e-4, 1e-6);
    }
}

std::vector<Case> all_cases() {
    std::vector<Case> all = cases();
    all.push_back({"sliced", [] { return std::make_unique<SlicedLoss>(2.0, 16, false, 5); }, {}});
    return all;
}

TEST(StyleLoss, MemoryLayoutAndOrderOfPositionsDoNotMatter) {
    for (const Case& one : all_cases()) {
        SCOPED_TRACE(one.name);
        const at::Tensor now = features(6, 31, 1, at::kFloat), style = features(6, 31, 3, at::kFloat);
        const LossValue value = evaluate(*one.make(), now, now, style);
        const auto by_channels = [](const at::Tensor& f) { return f.t().contiguous().t(); };
        const LossValue turned = evaluate(*one.make(), by_channels(now), by_channels(now), by_channels(style));
        EXPECT_NEAR(turned.loss.item<double>(), value.loss.item<double>(), 1e-5 * value.loss.item<double>());
        EXPECT_LT(relative_distance(turned.gradient, value.gradient), 1e-4);
        const LossValue mirrored = evaluate(*one.make(), now.flip(1), now.flip(1), style.flip(1));
        EXPECT_NEAR(mirrored.loss.item<double>(), value.loss.item<double>(), 1e-5 * value.loss.item<double>());
        EXPECT_LT(relative_distance(mirrored.gradient.flip(1), value.gradient), 1e-4);
    }
}

TEST(StyleLoss, TheStyleItselfCostsNothing) {
    for (const Case& one : all_cases()) {
        SCOPED_TRACE(one.name);
        const at::Tensor style = features(6, 31, 3, at::kFloat), other = features(6, 31, 4, at::kFloat);
        const double far = evaluate(*one.make(), other, other, style).loss.item<double>();
        const LossValue value = evaluate(*one.make(), style, other, style);
        EXPECT_LT(value.loss.item<double>(), 1e-6 * far);
        const LossValue same = evaluate(*one.make(), style, style, style);  // content and style agree
        EXPECT_TRUE(std::isfinite(same.loss.item<double>()));
        EXPECT_TRUE(at::isfinite(same.gradient).all().item<bool>());
    }
}

TEST(StyleLoss, FeaturesWithoutAnyContrastAreSurvived) {
    for (const Case& one : all_cases())
        for (float level : {0.F, 1.F}) {
            SCOPED_TRACE(one.name);
            const at::Tensor flat = at::full({4, 20}, level);
            for (const at::Tensor& style : {flat, features(4, 20, 1, at::kFloat), at::zeros({4, 20})}) {
                const LossValue value = evaluate(*one.make(), flat, flat, style);
                EXPECT_TRUE(std::isfinite(value.loss.item<double>()));
                EXPECT_TRUE(at::isfinite(value.gradient).all().item<bool>());
            }
        }
}

TEST(StyleLoss, SharesBlendTargets) {
    for (const Case& one : all_cases()) {
        SCOPED_TRACE(one.name);
        const at::Tensor now = features(4, 30, 1, at::kFloat), style = features(4, 30, 2, at::kFloat),
                         other = features(4, 30, 3, at::kFloat), start = features(4, 30, 4, at::kFloat);
        const auto blended = [&](double share) {
            const auto loss = one.make();
            take(*loss, Subject::style, as_part(style), share);
            take(*loss, Subject::style, as_part(other), 1 - share);
            take(*loss, Subject::start, as_part(start));
            return value_of(*loss, now).loss.item<double>();
        };
        const double alone = evaluate(*one.make(), now, start, style).loss.item<double>();
        EXPECT_NEAR(blended(1), alone, 1e-5 * alone);
        EXPECT_GT(std::abs(blended(0.5) - alone) + std::abs(blended(0.1) - blended(0.5)), 1e-4 * alone);
    }
}

// With one channel every direction is that channel, up to its sign: the distance is the exact Wasserstein distance.
TEST(SlicedLoss, IsTheWassersteinDistanceInOneDimension) {
    const at::Tensor now = drawn({1, 500}, 1), style = drawn({1, 500}, 2) * 2 + 1;
    SlicedLoss loss(3, 8, true, 7);
    take(loss, Subject::style, as_part(style));
    const double expected =
        3 * (std::get<0>(at::sort(now, 1)) - std::get<0>(at::sort(style, 1))).pow(2).mean().item<double>() /
        style.var(1, false).item<double>();
    for (int draw = 0; draw < 3; ++draw)
        EXPECT_NEAR(value_of(loss, now).loss.item<double>(), expected, 1e-4 * expected);
}

TEST(SlicedLoss, CountsOfPositionsMayDiffer) {
    const at::Tensor ramp = at::linspace(0, 1, 101).view({1, 101}), finer = at::linspace(0, 1, 777).view({1, 777});
    SlicedLoss loss(1, 4, false, 1);
    take(loss, Subject::style, as_part(finer));
    EXPECT_LT(value_of(loss, ramp).loss.item<double>(), 1e-9);
    const double variance = finer.var(1, false).item<double>();
    EXPECT_NEAR(value_of(loss, ramp + 0.5).loss.item<double>(), 0.25 / variance, 1e-4);
    EXPECT_TRUE(std::isfinite(value_of(loss, at::zeros({1, 1})).loss.item<double>()));
}

TEST(SlicedLoss, GradientIsTheSlope) {
    for (int positions : {40, 33}) {
        const at::Tensor now = drawn({6, positions}, 1), style = drawn({6, 40}, 2) * 2;
        SlicedLoss loss(1, 12, false, 3);
        take(loss, Subject::style, as_part(style));
        const LossValue value = value_of(loss, now);
        expect_gradient([&](const at::Tensor& f) { return value_of(loss, f).loss.item<double>(); }, now, value.gradient,
                        1e-2, 0.02);
    }
}

// A layer counts alike whatever the size of its numbers, and a style without contrast does not count without limit.
TEST(SlicedLoss, IsRelativeToTheStylesVariance) {
    const at::Tensor now = drawn({6, 40}, 1), style = drawn({6, 40}, 2) * 2 + 1;
    const auto value = [&](double unit) {
        SlicedLoss loss(1, 12, false, 3);
        take(loss, Subject::style, as_part(style * unit));
        return value_of(loss, now * unit);
    };
    const LossValue one = value(1), large = value(58);
    EXPECT_NEAR(large.loss.item<double>(), one.loss.item<double>(), 1e-4 * one.loss.item<double>());
    EXPECT_LT(relative_distance(large.gradient * 58, one.gradient), 1e-4);
    for (const double level : {0.0, 3.0}) {
        SlicedLoss flat(1, 12, false, 3);
        take(flat, Subject::style, as_part(at::full({6, 40}, level)));
        const double loss = value_of(flat, at::full({6, 40}, level + 1)).loss.item<double>();
        EXPECT_TRUE(std::isfinite(loss) && loss > 0) << loss;
    }
}

TEST(SlicedLoss, DirectionsAreSeededAndFreshOnlyIfAsked) {
    const at::Tensor now = drawn({6, 40}, 1), style = drawn({6, 40}, 2) * 2;
    const auto values = [&](bool fresh, std::uint64_t seed) {
        SlicedLoss loss(1, 4, fresh, seed);
        take(loss, Subject::style, as_part(style));
        return std::vector<double>{value_of(loss, now).loss.item<double>(), value_of(loss, now).loss.item<double>()};
    };
    EXPECT_EQ(values(true, 1), values(true, 1));
    EXPECT_NE(values(true, 1), values(true, 2));
    EXPECT_NE(values(true, 1)[0], values(true, 1)[1]);
    EXPECT_EQ(values(false, 1)[0], values(false, 1)[1]);
}

/// Weights of a map: some positions don't count at all.
at::Tensor drawn_weights(int height, int width, std::uint64_t seed, at::ScalarType type) {
    return (drawn({height, width}, seed, type) + 0.5).clamp(0, 1);
}

TEST(StyleLoss, WeightsThatAreEqualChangeNothing) {
    for (const Case& one : all_cases()) {
        SCOPED_TRACE(one.name);
        const bool exact = std::strcmp(one.name, "sliced") != 0;  // with weights it goes by a table
        const at::Tensor now = features(6, 600, 1, at::kFloat), style = features(6, 500, 3, at::kFloat) * 2;
        const LossValue expected = evaluate(*one.make(), now, now, style);
        const auto loss = one.make();
        MapPart weighted_style = as_part(style, 10), weighted = as_part(now, 20);
        weighted_style.weights = at::full({10, 50}, 0.5F);
        weighted.weights = at::full({20, 30}, 0.25F);
        take(*loss, Subject::style, weighted_style);
        take(*loss, Subject::start, weighted);
        const LossValue value = value_of(*loss, weighted);
        EXPECT_NEAR(value.loss.item<double>(), expected.loss.item<double>(),
                    (exact ? 1e-5 : 1e-3) * expected.loss.item<double>());
        EXPECT_LT(relative_distance(value.gradient, expected.gradient), exact ? 1e-4 : 1e-2);
    }
}

TEST(StyleLoss, WhatDoesNotCountHasNoInfluence) {
    for (const Case& one : all_cases()) {
        SCOPED_TRACE(one.name);
        const at::Tensor weights = drawn_weights(8, 10, 5, at::kFloat), hidden = weights.eq(0).to(at::kFloat);
        const auto value = [&](double change) {
            const at::Tensor noise = features(6, 80, 9, at::kFloat) * hidden.flatten() * change;
            MapPart now = as_part(features(6, 80, 1, at::kFloat) + noise, 8),
                    style = as_part(features(6, 80, 3, at::kFloat) + noise, 8);
            now.weights = style.weights = weights;
            const auto loss = one.make();
            take(*loss, Subject::style, style);
            take(*loss, Subject::start, now);
            return value_of(*loss, now);
        };
        const LossValue quiet = value(0), loud = value(30);
        EXPECT_EQ(quiet.loss.item<double>(), loud.loss.item<double>());
        EXPECT_TRUE(at::equal(quiet.gradient, loud.gradient));
        EXPECT_EQ((quiet.gradient * hidden.flatten()).abs().max().item<double>(), 0);
        EXPECT_GT(quiet.gradient.abs().max().item<double>(), 0);
    }
}

TEST(StyleLoss, WeightedGradientsAreTheSlopes) {
    for (const Case& one : all_cases()) {
        SCOPED_TRACE(one.name);
        const bool sliced = std::strcmp(one.name, "sliced") == 0;
        const auto type = sliced ? at::kFloat : at::kDouble;
        const at::Tensor weights = drawn_weights(30, 40, 5, type);
        const at::Tensor start = features(6, 1200, 2, type);
        MapPart style = as_part(features(6, 1200, 3, type) * 2, 30);
        style.weights = drawn_weights(30, 40, 6, type);
        const auto loss = one.make();
        take(*loss, Subject::style, style);
        take(*loss, Subject::start, as_part(start));
        const auto weighted = [&](const at::Tensor& f) {
            MapPart part = as_part(f, 30);
            part.weights = weights;
            return part;
        };
        const at::Tensor now = features(6, 1200, 1, type);
        const LossValue value = value_of(*loss, weighted(now));
        expect_gradient([&](const at::Tensor& f) { return value_of(*loss, weighted(f)).loss.item<double>(); }, now,
                        value.gradient, sliced ? 0.1 : 1e-4, sliced ? 0.05 : 1e-6);
    }
}

TEST(StyleLoss, PartsMakeTheWhole) {
    for (const Case& one : all_cases())
        for (const bool weighted : {false, true}) {
            SCOPED_TRACE(one.name + std::string(weighted ? " weighted" : ""));
            const at::Tensor now = features(6, 330, 1, at::kFloat), style = features(6, 330, 3, at::kFloat);
            const auto weights = drawn_weights(22, 15, 7, at::kFloat);
            const auto parts = [&](const at::Tensor& map, int rows) {
                std::vector<MapPart> result;
                for (int y = 0; y < 22; y += rows) {
                    const int height = std::min(rows, 22 - y);
                    result.push_back({map.view({6, 22, 15}).narrow(1, y, height), {}, y, 0});
                    if (weighted) result.back().weights = weights.narrow(0, y, height);
                }
                return result;
            };
            const auto value = [&](int rows) {
                const auto loss = one.make();
                for (auto [subject, map] :
                     {std::pair(Subject::style, style), {Subject::start, now}, {Subject::picture, now}}) {
                    loss->begin(subject, 22, 15);
                    for (const MapPart& part : parts(map, rows)) loss->take(part);
                    loss->end(1);
                }
                std::vector<at::Tensor> slopes;
                for (const MapPart& part : parts(now, rows))
                    slopes.push_back(as_map(loss->slope(part), part.features).clone());
                return LossValue{loss->loss(), at::cat(slopes, 1)};
            };
            const LossValue whole = value(22), cut = value(5);
            EXPECT_NEAR(cut.loss.item<double>(), whole.loss.item<double>(), 1e-5 * whole.loss.item<double>());
            EXPECT_LT(relative_distance(cut.gradient, whole.gradient), weighted ? 1e-4 : 1e-5);
        }
}

// Too many positions to be sorted: the transport is estimated from samples.
TEST(SlicedLoss, ALargeMapIsComparedBySamples) {
    const int height = 700, width = 400;
    ASSERT_GT(std::int64_t(height) * width, SlicedLoss::most_sorted);
    const at::Tensor now = drawn({3, height * width}, 1), style = drawn({3, 90000}, 2) * 2 + 1;
    SlicedLoss loss(3, 8, false, 7);
    take(loss, Subject::style, as_part(style, 300));
    const LossValue value = value_of(loss, as_part(now, height));
    SlicedLoss small(3, 8, false, 7);
    take(small, Subject::style, as_part(style, 300));
    const LossValue sorted = value_of(small, as_part(now.narrow(1, 0, 250000).contiguous(), 500));
    EXPECT_NEAR(value.loss.item<double>(), sorted.loss.item<double>(), 0.03 * sorted.loss.item<double>());
    // The slope carries each feature towards the style: a step along it does away with most of the loss.
    const double variance = style.var(1, false).mean().item<double>();
    const at::Tensor moved = now - value.gradient * (variance * double(height) * width * 3 / 2 / 3);
    EXPECT_LT(value_of(loss, as_part(moved, height)).loss.item<double>(), 0.35 * value.loss.item<double>());
}

}  // namespace
}  // namespace neural_style
