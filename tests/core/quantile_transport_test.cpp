#include "losses/quantile_transport.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

namespace neural_style {
namespace {

std::vector<float> drawn(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> values(count);
    for (float& value : values) value = normal(random);
    return values;
}

std::vector<float> quantiles(std::vector<float> values, const std::vector<float>& weights, std::int64_t count) {
    SortScratch scratch;
    std::vector<float> result(static_cast<std::size_t>(count));
    take_quantiles(values.data(), weights.empty() ? nullptr : weights.data(), std::int64_t(values.size()), 1, false,
                   count, result.data(), scratch);
    return result;
}

QuantileTransport fitted(std::vector<float> sample, const std::vector<float>& weights,
                         const std::vector<float>& quantiles) {
    SortScratch scratch;
    QuantileTransport transport;
    transport.fit(sample.data(), weights.empty() ? nullptr : weights.data(), std::int64_t(sample.size()),
                  quantiles.data(), std::int64_t(quantiles.size()), scratch);
    return transport;
}

TEST(Quantiles, OfAsManyValuesAreTheValuesSorted) {
    std::vector<float> values = drawn(1000, 1);
    const std::vector<float> taken = quantiles(values, {}, 1000);
    std::sort(values.begin(), values.end());
    for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(taken[i], values[i], 1e-6);
}

TEST(Quantiles, AWeightIsAsGoodAsARepetition) {
    const std::vector<float> values = drawn(20000, 2);
    std::vector<float> repeated, weights;
    for (std::size_t i = 0; i < values.size(); ++i) {
        weights.push_back(float(i % 3));
        for (std::size_t j = 0; j < i % 3; ++j) repeated.push_back(values[i]);
    }
    const std::vector<float> weighted = quantiles(values, weights, 101), plain = quantiles(repeated, {}, 101);
    for (std::size_t i = 2; i + 2 < plain.size(); ++i) EXPECT_NEAR(weighted[i], plain[i], 0.05);
}

TEST(Quantiles, SharesAddUp) {
    std::vector<float> low(50, 1.0F), high(70, 3.0F), sum(5);
    SortScratch scratch;
    take_quantiles(low.data(), nullptr, 50, 0.25, false, 5, sum.data(), scratch);
    take_quantiles(high.data(), nullptr, 70, 0.75, true, 5, sum.data(), scratch);
    for (float value : sum) EXPECT_FLOAT_EQ(value, 2.5F);
}

TEST(QuantileTransport, CarriesOneNormalDistributionOntoAnother) {
    std::vector<float> target = drawn(60000, 3);
    for (float& value : target) value = 2 * value + 5;
    const QuantileTransport transport = fitted(drawn(60000, 4), {}, quantiles(target, {}, 5000));
    for (float value : {-1.5F, -0.3F, 0.0F, 0.8F, 2.0F}) {
        float pull = value;
        transport.pull(&pull, nullptr, 1, 1);
        EXPECT_NEAR(value - pull, 2 * value + 5, 0.08) << value;
    }
}

TEST(QuantileTransport, EqualValuesGoToTheMiddleOfTheirRanks) {
    std::vector<float> sample(1000, 0.0F), ramp(1001);
    for (std::size_t i = 600; i < sample.size(); ++i) sample[i] = 1 + float(i - 600);
    std::iota(ramp.begin(), ramp.end(), 0.0F);
    const QuantileTransport transport = fitted(sample, {}, ramp);
    float pull = 0;
    transport.pull(&pull, nullptr, 1, 1);
    EXPECT_NEAR(-pull, 300, 1.5);  // ranks 0 to 0.6 of 0..1000
}

TEST(QuantileTransport, OneValueAloneGoesToTheMiddle) {
    const QuantileTransport transport = fitted(std::vector<float>(20, 7.0F), {}, {0, 1, 2, 3, 4});
    float values[] = {7, 100, -100};
    const double sum = transport.pull(values, nullptr, 3, 1);
    EXPECT_FLOAT_EQ(values[0], 5);
    EXPECT_FLOAT_EQ(values[1], 98);
    EXPECT_NEAR(sum, 25 + 98 * 98 + 102 * 102, 1);
}

TEST(QuantileTransport, WeightsAndSlopeScaleThePull) {
    const QuantileTransport transport = fitted(drawn(500, 5), {}, {0, 0});
    float values[] = {1, 1, 1};
    const float weights[] = {0, 0.5F, 1};
    EXPECT_NEAR(transport.pull(values, weights, 3, 4), 1.5, 1e-6);
    EXPECT_FLOAT_EQ(values[0], 0);
    EXPECT_FLOAT_EQ(values[1], 2);
    EXPECT_FLOAT_EQ(values[2], 4);
}

}  // namespace
}  // namespace neural_style
