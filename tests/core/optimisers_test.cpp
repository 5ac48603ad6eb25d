#include <functional>
#include <limits>

#include "descent/adam.hpp"
#include "descent/lbfgs.hpp"
#include "drawn_tensors.hpp"

namespace neural_style {
namespace {

using testing::drawn;
using testing::drawn_picture;

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

struct Value {
    double loss;
    at::Tensor gradient;
};
using Function = std::function<Value(const at::Tensor&)>;

const std::vector<std::int64_t> shape = {1, 3, 5, 7};

/// Σ a (x − c)² / 2 with curvatures from 1 to 1000 and centres that partly lie outside of 0..1, where the minimum over
/// the box is simply the nearest point.
struct Bowl {
    at::Tensor curvature = at::logspace(0, 3, 105).view(shape), centre = drawn(shape, 3) * 0.8 + 0.5;

    Value operator()(const at::Tensor& x) const {
        const at::Tensor apart = (x - centre).to(at::kDouble);
        return {(apart.pow(2) * curvature).sum().item<double>() / 2, (x - centre) * curvature};
    }
    at::Tensor minimum() const { return centre.clamp(0, 1); }
};

/// xᵀAx/2 − bᵀx with a full matrix; its minimum over the box has pixels on both bounds and between.
struct Coupled {
    at::Tensor matrix, linear;

    Coupled() {
        const at::Tensor root = drawn({105, 105}, 4);
        matrix = root.mm(root.t()) / 105 + at::eye(105) * 0.05;
        linear = matrix.mm(drawn({105, 1}, 5) + 0.5);
    }
    Value operator()(const at::Tensor& x) const {
        const at::Tensor flat = x.reshape({105, 1}), product = matrix.mm(flat);
        return {(flat * product).sum().item<double>() / 2 - (flat * linear).sum().item<double>(),
                (product - linear).view(shape)};
    }
    /// By plain projected gradient steps, long enough.
    at::Tensor minimum() const {
        at::Tensor x = at::full(shape, 0.5);
        for (int i = 0; i < 6000; ++i) x = (x - (*this)(x).gradient * 0.2).clamp(0, 1);
        return x;
    }
};

/// A curved valley (Rosenbrock) between neighbours: not convex.
Value valley(const at::Tensor& x) {
    at::Tensor y = (x * 3 - 1).reshape({-1});
    const at::Tensor first = y.narrow(0, 0, 104), next = y.narrow(0, 1, 104);
    const at::Tensor bend = next - first * first, slope = 1 - first;
    at::Tensor gradient = at::zeros({105});
    gradient.narrow(0, 0, 104).add_(-400 * first * bend - 2 * slope);
    gradient.narrow(0, 1, 104).add_(200 * bend);
    return {(100 * bend * bend + slope * slope).sum().item<double>(), (gradient * 3).view(shape)};
}

bool in_range(const at::Tensor& x) {
    return at::isfinite(x).all().item<bool>() && x.min().item<float>() >= 0 && x.max().item<float>() <= 1;
}

double largest_difference(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>(); }

at::Tensor as_losses(double sum) { return at::tensor({sum * 0.75, sum * 0.25}, at::kDouble); }

/// Lets the optimiser take its turns; every point must lie in 0..1. Returns the losses at best() after each turn.
std::vector<double> minimise(Optimiser& optimiser, const Function& function, const at::Tensor& start, int turns,
                             const std::function<void(int, Value&)>& spoil = {}) {
    optimiser.start(start, turns);
    std::vector<double> losses;
    for (int turn = 0; turn < turns && !optimiser.stalled(); ++turn) {
        Value value = function(optimiser.point());
        if (spoil) spoil(turn, value);
        const bool inside = in_range(optimiser.point());
        optimiser.tell(as_losses(value.loss), value.gradient);
        losses.push_back(function(optimiser.best()).loss);
        if (!inside || !in_range(optimiser.best())) {
            ADD_FAILURE() << "outside of 0..1 at turn " << turn;
            break;
        }
    }
    return losses;
}

void expect_never_upwards(const std::vector<double>& losses) {
    for (std::size_t i = 1; i < losses.size(); ++i)
        ASSERT_LE(losses[i], losses[i - 1] + 1e-5 * std::abs(losses[i - 1])) << "turn " << i;
}

TEST(Lbfgs, ReachesTheMinimumOfABoundedBowl) {
    const Bowl bowl;
    ASSERT_GT(bowl.minimum().eq(0).sum().item<int>(), 10);
    ASSERT_GT(bowl.minimum().eq(1).sum().item<int>(), 10);
    for (const at::Tensor& start : {at::full(shape, 0.5), at::zeros(shape), at::ones(shape), drawn(shape, 6)}) {
        Lbfgs lbfgs;
        expect_never_upwards(minimise(lbfgs, bowl, start, 200));
        EXPECT_LT(largest_difference(lbfgs.best(), bowl.minimum()), 2e-3);
    }
}

TEST(Lbfgs, ReachesTheMinimumOfACoupledQuadraticWithItsActiveBounds) {
    const Coupled coupled;
    const at::Tensor minimum = coupled.minimum();
    ASSERT_GT(minimum.eq(0).sum().item<int>(), 5);
    ASSERT_GT(minimum.eq(1).sum().item<int>(), 5);
    Lbfgs lbfgs;
    expect_never_upwards(minimise(lbfgs, coupled, at::full(shape, 0.5), 300));
    const double reached = coupled(lbfgs.best()).loss, lowest = coupled(minimum).loss;
    const double first = coupled(at::full(shape, 0.5)).loss;
    EXPECT_LT(reached - lowest, 1e-4 * (first - lowest));
    EXPECT_LT(largest_difference(lbfgs.best(), minimum), 0.02);
    EXPECT_LT(lbfgs.best().eq(0).ne(minimum.eq(0)).sum().item<int>(), 3);
}

TEST(Lbfgs, ComesDownACurvedValleyWithoutALeap) {
    Lbfgs lbfgs;
    const auto losses = minimise(lbfgs, valley, drawn_picture(7, 5, 2), 400);
    expect_never_upwards(losses);
    EXPECT_LT(losses.back(), 0.05 * losses.front());
}

TEST(Lbfgs, SurvivesLossesAndGradientsThatAreNotFinite) {
    const Bowl bowl;
    for (int kind = 0; kind < 4; ++kind) {
        SCOPED_TRACE(kind);
        Lbfgs lbfgs;
        const auto losses = minimise(lbfgs, bowl, at::full(shape, 0.5), 300, [&](int turn, Value& value) {
            if (turn == 0 || turn % 7 != 3) return;
            if (kind == 0) value.loss = nan_value;
            if (kind == 1) value.loss = std::numeric_limits<double>::infinity();
            if (kind == 2) value.gradient = at::full(shape, float(nan_value));
            if (kind == 3) value.gradient[0][1][2][3] = -std::numeric_limits<float>::infinity();
        });
        expect_never_upwards(losses);
        EXPECT_LT(largest_difference(lbfgs.best(), bowl.minimum()), 0.02);
    }
}

TEST(Lbfgs, SurvivesARegionWithoutLosses) {
    // Beyond a wall nothing is finite, as where a network overflows; the minimum lies behind it.
    const Bowl bowl;
    Lbfgs lbfgs;
    const at::Tensor start = at::full(shape, 0.5);
    minimise(
        lbfgs,
        [&](const at::Tensor& x) {
            Value value = bowl(x);
            if (largest_difference(x, start) > 0.3) value.loss = nan_value;
            return value;
        },
        start, 200);
    EXPECT_LT(bowl(lbfgs.best()).loss, 0.7 * bowl(start).loss);
}

TEST(Lbfgs, AStartWithoutALossIsAStallAndTheStartIsKept) {
    Lbfgs lbfgs;
    const at::Tensor start = at::full(shape, 0.25);
    lbfgs.start(start, 40);
    lbfgs.tell(as_losses(nan_value), at::zeros(shape));
    EXPECT_TRUE(lbfgs.stalled());
    EXPECT_TRUE(at::equal(lbfgs.best(), start));
}

TEST(Lbfgs, AMinimumIsAStall) {
    const Bowl bowl;
    Lbfgs lbfgs;
    minimise(lbfgs, bowl, bowl.minimum(), 50);
    EXPECT_TRUE(lbfgs.stalled());
    EXPECT_LT(largest_difference(lbfgs.best(), bowl.minimum()), 1e-6);
}

TEST(Lbfgs, BeginsAnewAtEachScale) {
    const Bowl bowl;
    Lbfgs lbfgs;
    minimise(
        lbfgs,
        [](const at::Tensor& x) {
            return Value{x.pow(2).sum().item<double>(), x * 2};
        },
        drawn_picture(9, 4, 1), 30);
    minimise(lbfgs, bowl, at::full(shape, 0.5), 200);
    EXPECT_LT(largest_difference(lbfgs.best(), bowl.minimum()), 2e-3);
}

TEST(Lbfgs, DoesNotTouchTheStart) {
    const at::Tensor start = drawn(shape, 8), kept = start.clone();
    Lbfgs lbfgs;
    minimise(lbfgs, Bowl(), start, 20);
    EXPECT_TRUE(at::equal(start, kept));
}

TEST(Adam, ComesCloseToTheMinimumOfABoundedBowl) {
    const Bowl bowl;
    Adam adam;
    minimise(adam, bowl, at::full(shape, 0.5), 400);
    EXPECT_LT(largest_difference(adam.best(), bowl.minimum()), 0.02);
}

TEST(Adam, ItsStepsShrinkOverAScaleUnlessAPictureIsToBeImproved) {
    for (const double first_rate : {0.1, Adam::last_rate}) {
        Adam adam(first_rate);
        for (int scale = 0; scale < 2; ++scale) {
            adam.start(at::full(shape, 0.5), 50);
            std::vector<double> steps;
            for (int turn = 0; turn < 60; ++turn) {  // more than planned
                const at::Tensor before = adam.point().clone();
                adam.tell(as_losses(1), at::ones(shape) * (turn % 3 ? 1 : -1));
                steps.push_back(largest_difference(adam.point(), before));
            }
            if (scale == 0) {
                EXPECT_NEAR(steps.front(), first_rate, 1e-3);
            }
            for (std::size_t turn = 50; turn < 60; ++turn) EXPECT_LE(steps[turn], Adam::last_rate * 1.01);
        }
    }
}

TEST(Adam, LargeFirstStepsGetFurtherInFewTurns) {
    const Bowl bowl;
    Adam adam, careful(Adam::last_rate);
    EXPECT_LT(minimise(adam, bowl, at::full(shape, 0.5), 15).back(),
              minimise(careful, bowl, at::full(shape, 0.5), 15).back());
}

TEST(Adam, AveragesWhatIsDrawnAnewEachTime) {
    // A noisy gradient: the average of the iterates lies closer to the minimum than the iterates do.
    const Bowl bowl;
    Adam adam;
    adam.start(at::full(shape, 0.5), 400);
    double of_point = 0, of_best = 0;
    for (int turn = 0; turn < 400; ++turn) {
        const at::Tensor x = adam.point() + drawn(shape, 1000 + turn) * 0.3;
        adam.tell(as_losses(bowl(x).loss), bowl(x).gradient);
        if (turn < 200) continue;
        of_point += bowl(adam.point()).loss;
        of_best += bowl(adam.best()).loss;
    }
    EXPECT_LT(of_best, of_point);
}

TEST(Adam, SurvivesLossesAndGradientsThatAreNotFinite) {
    const Bowl bowl;
    Adam adam;
    minimise(adam, bowl, at::full(shape, 0.5), 400, [&](int turn, Value& value) {
        if (turn % 7 == 0) value.loss = nan_value;
        if (turn % 7 == 4) value.gradient[0][0][0][0] = float(nan_value);
    });
    EXPECT_LT(largest_difference(adam.best(), bowl.minimum()), 0.1);
}

TEST(Adam, HugeGradientsLeadWhereOrdinaryOnesDo) {
    // As huge weights make them: their squares are no floats any more.
    const Bowl bowl;
    Adam adam;
    for (int scale = 0; scale < 2; ++scale)
        minimise(adam, bowl, at::full(shape, 0.5), 400,
                 [](int, Value& value) { value.gradient = value.gradient * 1e25; });
    EXPECT_LT(largest_difference(adam.best(), bowl.minimum()), 0.02);
}

TEST(Adam, PixelsWithoutAGradientRest) {
    Adam adam;
    const at::Tensor start = drawn_picture(7, 5, 3);
    minimise(
        adam,
        [](const at::Tensor& x) {
            return Value{1.0, at::zeros_like(x)};
        },
        start, 20);
    EXPECT_LT(largest_difference(adam.best(), start), 1e-6);
}

TEST(Adam, GoesOnAtTheNextScale) {
    const Bowl bowl;
    Adam adam;
    minimise(
        adam,
        [](const at::Tensor& x) {
            return Value{x.pow(2).sum().item<double>(), x * 2};
        },
        drawn_picture(4, 3, 1), 30);
    minimise(adam, bowl, at::full(shape, 0.5), 400);
    EXPECT_LT(largest_difference(adam.best(), bowl.minimum()), 0.02);
}

}  // namespace
}  // namespace neural_style
