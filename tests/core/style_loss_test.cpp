#include "style_loss.hpp"

#include <functional>

#include "drawn_tensors.hpp"

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

LossValue evaluate(StyleLoss& loss, const at::Tensor& now, const at::Tensor& start, const at::Tensor& style) {
    loss.add_target(style, 1);
    loss.set_start(start);
    return loss.evaluate(now);
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
        expect_gradient([&](const at::Tensor& f) { return loss->evaluate(f).loss.item<double>(); }, now, value.gradient,
                        1e-4, 1e-6);
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
            loss->add_target(style, share);
            loss->add_target(other, 1 - share);
            loss->set_start(start);
            return loss->evaluate(now).loss.item<double>();
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
    loss.add_target(style, 1);
    const double expected =
        3 * (std::get<0>(at::sort(now, 1)) - std::get<0>(at::sort(style, 1))).pow(2).mean().item<double>();
    for (int draw = 0; draw < 3; ++draw) EXPECT_NEAR(loss.evaluate(now).loss.item<double>(), expected, 1e-4 * expected);
}

TEST(SlicedLoss, CountsOfPositionsMayDiffer) {
    const at::Tensor ramp = at::linspace(0, 1, 101).view({1, 101}), finer = at::linspace(0, 1, 777).view({1, 777});
    SlicedLoss loss(1, 4, false, 1);
    loss.add_target(finer, 1);
    EXPECT_LT(loss.evaluate(ramp).loss.item<double>(), 1e-9);
    EXPECT_NEAR(loss.evaluate(ramp + 0.5).loss.item<double>(), 0.25, 1e-5);
    EXPECT_TRUE(std::isfinite(loss.evaluate(at::zeros({1, 1})).loss.item<double>()));
}

TEST(SlicedLoss, GradientIsTheSlope) {
    for (int positions : {40, 33}) {
        const at::Tensor now = drawn({6, positions}, 1), style = drawn({6, 40}, 2) * 2;
        SlicedLoss loss(1, 12, false, 3);
        loss.add_target(style, 1);
        const LossValue value = loss.evaluate(now);
        expect_gradient([&](const at::Tensor& f) { return loss.evaluate(f).loss.item<double>(); }, now, value.gradient,
                        1e-2, 0.02);
    }
}

TEST(SlicedLoss, DirectionsAreSeededAndFreshOnlyIfAsked) {
    const at::Tensor now = drawn({6, 40}, 1), style = drawn({6, 40}, 2) * 2;
    const auto values = [&](bool fresh, std::uint64_t seed) {
        SlicedLoss loss(1, 4, fresh, seed);
        loss.add_target(style, 1);
        return std::vector<double>{loss.evaluate(now).loss.item<double>(), loss.evaluate(now).loss.item<double>()};
    };
    EXPECT_EQ(values(true, 1), values(true, 1));
    EXPECT_NE(values(true, 1), values(true, 2));
    EXPECT_NE(values(true, 1)[0], values(true, 1)[1]);
    EXPECT_EQ(values(false, 1)[0], values(false, 1)[1]);
}

}  // namespace
}  // namespace neural_style
