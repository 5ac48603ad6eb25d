// ConvChain against the textbook in double precision, on every instruction set of this machine.
#include "winograd/conv_chain.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "conv_chain_reference.hpp"
#include "vector_targets.hpp"

namespace neural_style {
namespace {

using reference::Map;
using winograd::Padding;

// relative to the norm of what is right, for each convolution that a value went through
constexpr double tolerance_per_layer = 5e-6;

class OnEveryTarget : public testing::TestWithParam<std::int64_t> {
protected:
    void SetUp() override { hwy::SetSupportedTargetsForTest(GetParam()); }
    void TearDown() override { hwy::SetSupportedTargetsForTest(0); }
};

INSTANTIATE_TEST_SUITE_P(Target, OnEveryTarget, testing::ValuesIn(vector_targets()),
                         [](const auto& info) { return kernels_name(info.param); });

class Numbers {
public:
    explicit Numbers(unsigned seed) : generator_(seed) {}
    float operator()() { return normal_(generator_); }
    Map map(int height, int width, int channels) {
        Map result(height, width, channels);
        for (double& value : result.values) value = (*this)();
        return result;
    }
    ChainLayer convolution(int in_channels, int out_channels) {
        ChainLayer layer;
        layer.in_channels = in_channels;
        layer.out_channels = out_channels;
        for (int i = 0; i < in_channels * out_channels * 9; ++i)
            layer.weight.push_back((*this)() * std::sqrt(2.0f / (9 * in_channels)));
        for (int i = 0; i < out_channels; ++i) layer.bias.push_back(0.1f * (*this)());
        return layer;
    }

private:
    std::mt19937 generator_;
    std::normal_distribution<float> normal_;
};

ChainLayer pool() {
    ChainLayer layer;
    layer.kind = ChainLayer::Kind::pool;
    return layer;
}

std::vector<float> floats(const Map& map) { return {map.values.begin(), map.values.end()}; }

double relative_error(const float* values, const Map& right) {
    double difference = 0, norm = 0;
    for (std::size_t i = 0; i < right.values.size(); ++i) {
        difference += (values[i] - right.values[i]) * (values[i] - right.values[i]);
        norm += right.values[i] * right.values[i];
    }
    if (!std::isfinite(difference)) return INFINITY;
    return norm > 0 ? std::sqrt(difference / norm) : std::sqrt(difference);
}

int convolutions_before(const std::vector<ChainLayer>& layers, int layer) {
    int count = 0;
    for (int i = 0; i <= layer; ++i) count += layers[i].kind == ChainLayer::Kind::convolution;
    return count;
}

// Holds all taps and the gradient of one chain at one size against the reference; taps whose bit in `silent` is set get
// no gradient.
void expect_like_reference(ConvChain& chain, reference::Chain& right, int height, int width, unsigned seed,
                           unsigned silent = 0) {
    Numbers numbers(seed);
    const Map input = numbers.map(height, width, right.layers.front().in_channels);
    chain.forward(floats(input).data(), height, width);
    right.forward(input);
    std::vector<Map> gradients;
    std::vector<std::vector<float>> given;
    std::vector<const float*> pointers;
    int deepest = 0;
    for (std::size_t i = 0; i < right.taps.size(); ++i) {
        const FeatureMap map = chain.tap(i);
        const Map& wanted = right.tap(i);
        ASSERT_EQ(map.height, wanted.height);
        ASSERT_EQ(map.width, wanted.width);
        ASSERT_EQ(map.channels, wanted.channels);
        const int layers = convolutions_before(right.layers, right.taps[i].layer);
        deepest = std::max(deepest, layers);
        EXPECT_LE(relative_error(map.data, wanted), tolerance_per_layer * layers) << "tap " << i;
        if (silent >> i & 1) {
            gradients.emplace_back();
            given.emplace_back();
        } else {
            gradients.push_back(numbers.map(wanted.height, wanted.width, wanted.channels));
            given.push_back(floats(gradients.back()));
        }
    }
    for (const auto& values : given) pointers.push_back(values.empty() ? nullptr : values.data());
    std::vector<float> gradient(input.values.size(), NAN);
    chain.backward(pointers, gradient.data());
    EXPECT_LE(relative_error(gradient.data(), right.backward(gradients)), tolerance_per_layer * 2 * deepest);
}

struct Size {
    int height, width;
};

const Size sizes[] = {{1, 1}, {1, 7}, {9, 1}, {2, 2}, {3, 2}, {4, 4}, {5, 6}, {8, 13}, {18, 26}};
const Padding paddings[] = {Padding::zero, Padding::reflect, Padding::replicate, Padding::circular};

std::string described(const Size& size, Padding padding) {
    return std::to_string(size.height) + " x " + std::to_string(size.width) + ", padding " +
           std::to_string(static_cast<int>(padding));
}

TEST_P(OnEveryTarget, OneConvolution) {
    Numbers numbers(1);
    for (const auto& [in, out] : {std::pair{3, 16}, {1, 1}, {5, 13}, {16, 40}, {33, 3}}) {
        reference::Chain right{{numbers.convolution(in, out)}, {{0, out % 2 == 0}}, {}, Pooling::max, {}, {}};
        for (const Padding padding : paddings) {
            right.padding = padding;
            ConvChain chain(right.layers, right.taps, padding, Pooling::max, 2);
            for (const Size& size : sizes) {
                SCOPED_TRACE(described(size, padding) + ", " + std::to_string(in) + " to " + std::to_string(out));
                expect_like_reference(chain, right, size.height, size.width, size.width);
            }
        }
    }
}

TEST_P(OnEveryTarget, ChainWithEveryTap) {
    Numbers numbers(2);
    const std::vector<ChainLayer> layers = {
        numbers.convolution(3, 20), numbers.convolution(20, 16), pool(), numbers.convolution(16, 9), pool(),
        numbers.convolution(9, 32), numbers.convolution(32, 7)};
    const std::vector<Tap> taps = {{0, false}, {0, true},  {1, true}, {1, false}, {2, true},
                                   {4, true},  {5, false}, {6, true}, {6, false}};
    for (const Padding padding : paddings)
        for (const Pooling pooling : {Pooling::max, Pooling::average}) {
            reference::Chain right{layers, taps, padding, pooling, {}, {}};
            ConvChain chain(layers, taps, padding, pooling, 2);
            for (const Size& size : {Size{4, 4}, {5, 7}, {18, 11}, {23, 30}}) {
                SCOPED_TRACE(described(size, padding));
                expect_like_reference(chain, right, size.height, size.width, 3);
            }
        }
}

// the path that VGG takes: few taps, masks and pooling folded into the convolutions
TEST_P(OnEveryTarget, ChainWithFewTaps) {
    Numbers numbers(4);
    const std::vector<ChainLayer> layers = {
        numbers.convolution(3, 16),  numbers.convolution(16, 16), pool(), numbers.convolution(16, 24),
        numbers.convolution(24, 24), numbers.convolution(24, 32), pool(), numbers.convolution(32, 16)};
    for (const std::vector<Tap>& taps :
         {std::vector<Tap>{{0, true}, {3, true}, {7, true}}, {{0, false}, {4, false}}, {{7, true}}, {{6, true}}})
        for (const Padding padding : paddings)
            for (const Pooling pooling : {Pooling::max, Pooling::average}) {
                reference::Chain right{layers, taps, padding, pooling, {}, {}};
                ConvChain chain(layers, taps, padding, pooling, 2);
                for (const Size& size : {Size{4, 5}, {13, 22}}) {
                    SCOPED_TRACE(described(size, padding) + ", taps " + std::to_string(taps.size()));
                    expect_like_reference(chain, right, size.height, size.width, 5);
                }
            }
}

// gradients that are given as a matrix for the features, with and without a map and a shift
TEST_P(OnEveryTarget, GradientsByMatrices) {
    Numbers numbers(14);
    for (const int channels : {16, 24, 32, 64})
        for (const bool after : {false, true}) {
            const std::vector<ChainLayer> layers = {
                numbers.convolution(3, channels), numbers.convolution(channels, channels), pool(),
                numbers.convolution(channels, channels), numbers.convolution(channels, channels)};
            // between convolutions, in front of a pooling, behind it, both sides of one ReLU, at the end
            const std::vector<Tap> taps = {{0, after}, {1, after}, {2, true}, {3, true}, {3, false}, {4, after}};
            reference::Chain right{layers, taps, Padding::reflect, Pooling::average, {}, {}};
            ConvChain chain(layers, taps, Padding::reflect, Pooling::average, 2);
            const int height = 11, width = 18;
            const Map input = numbers.map(height, width, 3);
            chain.forward(floats(input).data(), height, width);
            right.forward(input);
            std::vector<Map> gradients;
            std::vector<std::vector<float>> kept;
            std::vector<TapGradient> given;
            kept.reserve(3 * taps.size());
            const auto keep = [&](const Map& map) { return kept.emplace_back(floats(map)).data(); };
            for (std::size_t i = 0; i < taps.size(); ++i) {
                const Map& features = right.tap(i);
                const Map matrix = numbers.map(channels, channels, 1), shift = numbers.map(1, 1, channels);
                Map gradient(features.height, features.width, channels);
                TapGradient terms;
                terms.matrix = keep(matrix);
                if (i % 2 == 0) {
                    gradient = numbers.map(features.height, features.width, channels);
                    terms.map = keep(gradient);
                }
                if (i % 3 == 0) terms.shift = keep(shift);
                for (int y = 0; y < features.height; ++y)
                    for (int x = 0; x < features.width; ++x)
                        for (int j = 0; j < channels; ++j) {
                            if (terms.shift) gradient.at(y, x, j) += shift.at(0, 0, j);
                            for (int k = 0; k < channels; ++k)
                                gradient.at(y, x, j) += features.at(y, x, k) * matrix.at(k, j, 0);
                        }
                gradients.push_back(gradient);
                given.push_back(terms);
            }
            std::vector<float> gradient(input.values.size(), NAN);
            chain.backward(given, gradient.data());
            EXPECT_LE(relative_error(gradient.data(), right.backward(gradients)), tolerance_per_layer * 8)
                << channels << " channels";
        }
}

TEST(ConvChain, TapsWithoutGradientAreLeftOut) {
    Numbers numbers(6);
    const std::vector<ChainLayer> layers = {numbers.convolution(3, 8), numbers.convolution(8, 8), pool(),
                                            numbers.convolution(8, 8)};
    const std::vector<Tap> taps = {{0, true}, {1, false}, {2, true}, {3, true}};
    for (const Pooling pooling : {Pooling::max, Pooling::average})
        for (unsigned silent = 0; silent < 16; ++silent) {
            SCOPED_TRACE(silent);
            reference::Chain right{layers, taps, Padding::reflect, pooling, {}, {}};
            ConvChain chain(layers, taps, Padding::reflect, pooling, 2);
            expect_like_reference(chain, right, 9, 10, 7, silent);
        }
}

TEST(ConvChain, ReferenceGradientIsTheSlope) {
    Numbers numbers(8);
    for (const Padding padding : paddings)
        for (const Pooling pooling : {Pooling::max, Pooling::average}) {
            reference::Chain chain{{numbers.convolution(2, 4), pool(), numbers.convolution(4, 3)},
                                   {{0, true}, {1, true}, {2, false}},
                                   padding,
                                   pooling,
                                   {},
                                   {}};
            Map input = numbers.map(5, 6, 2);
            chain.forward(input);
            std::vector<Map> gradients;
            for (std::size_t i = 0; i < chain.taps.size(); ++i)
                gradients.push_back(numbers.map(chain.tap(i).height, chain.tap(i).width, chain.tap(i).channels));
            const auto loss = [&] {
                chain.forward(input);
                double sum = 0;
                for (std::size_t i = 0; i < chain.taps.size(); ++i)
                    for (std::size_t n = 0; n < gradients[i].values.size(); ++n)
                        sum += gradients[i].values[n] * chain.tap(i).values[n];
                return sum;
            };
            const Map slope = chain.backward(gradients);
            for (std::size_t i = 0; i < input.values.size(); ++i) {
                const double kept = input.values[i], step = 1e-6;
                input.values[i] = kept + step;
                const double above = loss();
                input.values[i] = kept - step;
                const double below = loss();
                input.values[i] = kept;
                EXPECT_NEAR((above - below) / (2 * step), slope.values[i], 1e-6);
            }
        }
}

// maps large enough for several batches, with the weights and the tiles split in both ways; forward and backward must
// be each other's transpose, and the threads must not show
TEST(ConvChain, LargeMapsAreTransposedAndAlikeOnAnyThreads) {
    for (const int channels : {48, 144}) {
        Numbers numbers(9);
        ChainLayer layer = numbers.convolution(channels, channels);
        std::fill(layer.bias.begin(), layer.bias.end(), 0.0f);
        const int height = 70, width = 93;
        const std::size_t count = std::size_t(height) * width * channels;
        const Map x = numbers.map(height, width, channels), y = numbers.map(height, width, channels);
        for (const Padding padding : paddings) {
            std::vector<float> features, gradient(count);
            for (const int threads : {1, 2, 5}) {
                ConvChain chain({layer}, {{0, false}}, padding, Pooling::max, threads);
                chain.forward(floats(x).data(), height, width);
                const std::vector<float> these(chain.tap(0).data, chain.tap(0).data + count);
                std::vector<float> this_gradient(count);
                chain.backward({floats(y).data()}, this_gradient.data());
                if (threads > 1) {
                    EXPECT_EQ(these, features);
                    EXPECT_EQ(this_gradient, gradient);
                }
                features = these;
                gradient = this_gradient;
            }
            double forward = 0, backward = 0, norm = 0;
            for (std::size_t i = 0; i < count; ++i) {
                forward += features[i] * y.values[i];
                backward += gradient[i] * x.values[i];
                norm += features[i] * features[i];
            }
            EXPECT_NEAR(forward, backward, 1e-6 * std::sqrt(norm * count));
        }
    }
}

TEST(ConvChain, EqualValuesGiveTheGradientToTheFirst) {
    ChainLayer identity;
    identity.in_channels = identity.out_channels = 1;
    identity.weight = {0, 0, 0, 0, 1, 0, 0, 0, 0};
    identity.bias = {1};
    ConvChain chain({identity, pool()}, {{1, true}}, Padding::zero, Pooling::max, 1);
    const std::vector<float> input(6 * 4, 0.0f), ones(3 * 2, 1.0f);
    std::vector<float> gradient(6 * 4, NAN);
    chain.forward(input.data(), 6, 4);
    chain.backward({ones.data()}, gradient.data());
    for (int y = 0; y < 6; ++y)
        for (int x = 0; x < 4; ++x)
            EXPECT_NEAR(gradient[y * 4 + x], y % 2 == 0 && x % 2 == 0 ? 1.0f : 0.0f, 1e-6f) << y << ", " << x;
}

TEST(ConvChain, NothingPassesWhereNothingIsPositive) {
    ChainLayer identity;
    identity.in_channels = identity.out_channels = 1;
    identity.weight = {0, 0, 0, 0, 1, 0, 0, 0, 0};
    identity.bias = {0};
    for (const Pooling pooling : {Pooling::max, Pooling::average}) {
        ConvChain chain({identity, pool()}, {{1, true}}, Padding::reflect, pooling, 1);
        const std::vector<float> input(5 * 5, -1.0f), ones(2 * 2, 1.0f);
        std::vector<float> gradient(5 * 5, NAN);
        chain.forward(input.data(), 5, 5);
        chain.backward({ones.data()}, gradient.data());
        EXPECT_EQ(gradient, std::vector<float>(5 * 5, 0.0f));
    }
}

TEST(ConvChain, ABrokenPixelIsNoticed) {
    Numbers numbers(10);
    ConvChain chain({numbers.convolution(3, 8), numbers.convolution(8, 8)}, {{1, true}}, Padding::zero, Pooling::max,
                    1);
    std::vector<float> input(8 * 8 * 3, 0.5f);
    input[100] = NAN;
    chain.forward(input.data(), 8, 8);
    const FeatureMap map = chain.tap(0);
    EXPECT_TRUE(std::any_of(map.data, map.data + 8 * 8 * 8, [](float value) { return std::isnan(value); }));
}

TEST(ConvChain, SizesCanChangeAndMemoryIsAsPredicted) {
    Numbers numbers(11);
    const std::vector<ChainLayer> layers = {numbers.convolution(3, 16), pool(), numbers.convolution(16, 10)};
    const std::vector<Tap> taps = {{0, true}, {2, true}};
    ConvChain chain(layers, taps, Padding::reflect, Pooling::max, 2);
    reference::Chain right{layers, taps, Padding::reflect, Pooling::max, {}, {}};
    const float* before = nullptr;
    for (const Size& size : {Size{12, 20}, {30, 9}, {12, 20}, {12, 20}}) {
        expect_like_reference(chain, right, size.height, size.width, 12);
        EXPECT_EQ(chain.weight_bytes() + chain.work_bytes(),
                  ConvChain::predicted_bytes(layers, taps, Padding::reflect, Pooling::max, 2, size.height, size.width));
        before = chain.tap(0).data;
    }
    chain.forward(std::vector<float>(12 * 20 * 3).data(), 12, 20);
    EXPECT_EQ(chain.tap(0).data, before) << "the same size must reuse its memory";
}

TEST(ConvChain, RefusesWhatItCannotDo) {
    Numbers numbers(13);
    const ChainLayer first = numbers.convolution(3, 8), second = numbers.convolution(8, 8);
    const auto make = [](std::vector<ChainLayer> layers, std::vector<Tap> taps) {
        ConvChain(layers, taps, Padding::zero, Pooling::max, 1);
    };
    EXPECT_THROW(make({first}, {}), std::invalid_argument);
    EXPECT_THROW(make({first}, {{1, true}}), std::invalid_argument);
    EXPECT_THROW(make({first}, {{0, true}, {0, true}}), std::invalid_argument);
    EXPECT_THROW(make({pool(), first}, {{1, true}}), std::invalid_argument);
    EXPECT_THROW(make({first, pool(), pool()}, {{2, true}}), std::invalid_argument);
    EXPECT_THROW(make({second, first}, {{1, true}}), std::invalid_argument);
    ChainLayer short_of_weights = first;
    short_of_weights.weight.pop_back();
    EXPECT_THROW(make({short_of_weights}, {{0, true}}), std::invalid_argument);

    ConvChain chain({first, pool(), second, pool()}, {{3, true}}, Padding::zero, Pooling::max, 1);
    const std::vector<float> input(3 * 8 * 3);
    EXPECT_THROW(chain.forward(input.data(), 3, 8), std::invalid_argument);
    EXPECT_THROW(chain.tap(0), std::logic_error);
}

}  // namespace
}  // namespace neural_style
