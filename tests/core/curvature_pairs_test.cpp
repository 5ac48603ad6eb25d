#include "descent/curvature_pairs.hpp"

#include <ATen/Parallel.h>

#include <deque>
#include <functional>

#include "descent/row_products.hpp"
#include "drawn_tensors.hpp"

namespace neural_style {
namespace {

using testing::drawn;
using testing::relative_distance;
using Products = std::function<at::Tensor(const at::Tensor&, const std::vector<at::Tensor>&)>;

TEST(RowProducts, AreThoseOfTheRowsWhateverTheirLength) {
    for (const Products& products : {Products(row_products), Products(row_products_by_matrices)})
        for (std::int64_t length : {1, 15, 4095, 4096, 4097, 8192, 8193, 40000})
            for (std::size_t count : {1, 2, 3})
                for (at::ScalarType type : {at::kFloat, at::kDouble}) {
                    SCOPED_TRACE(::testing::Message() << length << " " << count << " " << type);
                    const at::Tensor rows = drawn({9, length}, 1, type).narrow(0, 2, 5);
                    std::vector<at::Tensor> with;
                    for (std::size_t i = 0; i < count; ++i) with.push_back(drawn({length}, 2 + i, type));
                    const at::Tensor own = products(rows, with);
                    ASSERT_EQ(own.scalar_type(), at::kDouble);
                    const at::Tensor expected = at::mm(rows.to(at::kDouble), at::stack(with).t().to(at::kDouble));
                    EXPECT_LT((own - expected).abs().max().item<double>(),
                              (type == at::kFloat ? 1e-6 : 1e-14) * double(length));
                }
}

TEST(RowProducts, OnTheCpuAreTheSameForAnyNumberOfThreads) {
    const at::Tensor rows = drawn({5, 100000}, 1);
    const std::vector<at::Tensor> with = {rows[0], rows[3], drawn({100000}, 2)};
    const int threads = at::get_num_threads();
    at::set_num_threads(1);
    const at::Tensor alone = row_products(rows, with);
    at::set_num_threads(3);
    EXPECT_TRUE(at::equal(row_products(rows, with), alone));
    at::set_num_threads(threads);
}

/// The two-loop recursion as it is written in Nocedal and Wright (Numerical Optimization, algorithm 7.4), in double.
class Recursion {
public:
    explicit Recursion(std::size_t capacity) : capacity_(capacity) {}
    void remember(const at::Tensor& step, const at::Tensor& change) {
        if (pairs_.size() == capacity_) pairs_.pop_front();
        if ((step * change).sum().item<double>() > 1e-8 * (step.norm() * change.norm()).item<double>())
            pairs_.emplace_back(step, change);
    }
    at::Tensor direction(const at::Tensor& gradient) const {
        const auto dot = [](const at::Tensor& a, const at::Tensor& b) { return at::dot(a, b).item<double>(); };
        at::Tensor d = -gradient;
        std::vector<double> weights(pairs_.size());
        for (std::size_t i = pairs_.size(); i-- > 0;) {
            const auto& [step, change] = pairs_[i];
            weights[i] = dot(step, d) / dot(step, change);
            d = d - change * weights[i];
        }
        if (!pairs_.empty()) {
            const auto& [step, change] = pairs_.back();
            d = d * (dot(step, change) / dot(change, change));
        }
        for (std::size_t i = 0; i < pairs_.size(); ++i) {
            const auto& [step, change] = pairs_[i];
            d = d + step * (weights[i] - dot(change, d) / dot(step, change));
        }
        return d;
    }

private:
    std::size_t capacity_;
    std::deque<std::pair<at::Tensor, at::Tensor>> pairs_;
};

std::vector<double> on_host(const at::Tensor& products) {
    const at::Tensor flat = products.flatten().to(at::kDouble).contiguous();
    return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

// Steps of a function with curvatures from 1 to 100, now and then against its curvature, the gradient drawn anew each
// time; histories that wrap around several times, that lose a pair while they do, and that are forgotten in between.
void expect_recursion(at::ScalarType type, int capacity, double tolerance) {
    constexpr std::int64_t length = 10007;
    const at::Tensor curvature = at::logspace(0, 2, length, 10.0, at::TensorOptions(at::kDouble));
    CurvaturePairs pairs(capacity);
    Recursion recursion{std::size_t(capacity)};
    pairs.start(drawn({length}, 1, type));
    for (int turn = 0; turn < 30; ++turn) {
        SCOPED_TRACE(turn);
        if (turn == 17) {
            pairs.forget();
            recursion = Recursion{std::size_t(capacity)};
        }
        const at::Tensor step = drawn({length}, 100 + turn, at::kDouble).mul(0.01).to(type);
        const double sign = turn % 8 == 3 ? -1 : 1;
        const at::Tensor change = (step.to(at::kDouble) * curvature * sign).to(type);
        const at::Tensor gradient = drawn({length}, 200 + turn, type);
        pairs.step().copy_(step);
        pairs.change().copy_(change);
        pairs.gradient().copy_(gradient);
        pairs.read(on_host(pairs.measure(true)).data(), true);
        ASSERT_TRUE(pairs.finite());
        EXPECT_NEAR(pairs.step_norm(), step.to(at::kDouble).norm().item<double>(), 1e-6);
        pairs.keep();
        recursion.remember(step.to(at::kDouble), change.to(at::kDouble));

        const CurvaturePairs::Direction direction = pairs.direction();
        at::Tensor own = at::empty({length}, step.options());
        pairs.add_up(direction, own);
        const at::Tensor expected = recursion.direction(gradient.to(at::kDouble));
        EXPECT_LT(relative_distance(own, expected), tolerance);
        const double norm = expected.norm().item<double>(),
                     descent = -at::dot(expected, gradient.to(at::kDouble)).item<double>();
        EXPECT_NEAR(direction.length, norm, 10 * tolerance * norm);
        EXPECT_NEAR(direction.descent, descent, 10 * tolerance * descent);
        EXPECT_GT(direction.descent, 0);
    }
}

TEST(CurvaturePairs, GiveTheDirectionOfTheTwoLoopRecursion) {
    for (int capacity : {1, 2, 5, 20}) {
        SCOPED_TRACE(capacity);
        expect_recursion(at::kDouble, capacity, 1e-10);
        expect_recursion(at::kFloat, capacity, 2e-6);
    }
}

TEST(CurvaturePairs, WithoutPairsTheDirectionIsTheGradientTurnedRound) {
    CurvaturePairs pairs(3);
    const at::Tensor gradient = drawn({50}, 1);
    pairs.start(gradient);
    pairs.gradient().copy_(gradient);
    pairs.read(on_host(pairs.measure(false)).data(), false);
    const CurvaturePairs::Direction direction = pairs.direction();
    at::Tensor own = at::empty({50});
    pairs.add_up(direction, own);
    EXPECT_TRUE(at::equal(own, -gradient));
    EXPECT_NEAR(direction.length, gradient.norm().item<double>(), 1e-5);
}

// What was written but not kept, such as the gradient of a place where nothing is finite, leaves no trace.
TEST(CurvaturePairs, APairThatIsNotFiniteIsSaidToBeSo) {
    CurvaturePairs pairs(3);
    pairs.start(drawn({50}, 1));
    for (int turn = 0; turn < 8; ++turn) {
        const bool good = turn % 3 != 1;
        pairs.step().copy_(drawn({50}, 10 + turn));
        pairs.change().copy_(good ? pairs.step() * 2 : at::full({50}, INFINITY));
        pairs.gradient().copy_(drawn({50}, 20 + turn));
        pairs.read(on_host(pairs.measure(true)).data(), true);
        EXPECT_EQ(pairs.finite(), good);
        if (!good) continue;
        pairs.keep();
        at::Tensor own = at::empty({50});
        pairs.add_up(pairs.direction(), own);
        EXPECT_TRUE(at::isfinite(own).all().item<bool>());
    }
}

}  // namespace
}  // namespace neural_style
