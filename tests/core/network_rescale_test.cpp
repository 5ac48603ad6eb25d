#include "encoders/network_rescale.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "winograd/conv_chain.hpp"

namespace neural_style {
namespace {

const char* description =
    "[network]\nname=small\ntitle=Small\nloss=l\nrescale=yes\n[layers]\n"
    "sequence=conv1_1:8 conv1_2:12 pool1 conv2_1:16 pool2 conv3_1:16\nweight-key=w{count}\nbias-key=b{count}\n"
    "[input]\nrange=255\norder=bgr\nmean=103 116 123\ndeviation=1 1 1\n[loss l]\ncontent-layers=conv_1\n"
    "style-layers=conv_1\n";

std::vector<Convolution> random_convolutions(const Network& network) {
    std::mt19937 random(3);
    const auto normal = [&] { return (float(random() % 2001) - 1000) / 577; };  // deviation 1
    std::vector<Convolution> list;
    for (const NetworkLayer& layer : network.layers) {
        if (layer.kind != NetworkLayer::Kind::convolution) continue;
        Convolution convolution;
        convolution.in_channels = layer.in_channels;
        convolution.out_channels = layer.out_channels;
        for (int i = 0; i < layer.in_channels * layer.out_channels * 9; ++i)
            convolution.weights.push_back(normal() * std::sqrt(2.0f / float(9 * layer.in_channels)));
        for (int i = 0; i < layer.out_channels; ++i) convolution.bias.push_back(normal() * 5);
        list.push_back(convolution);
    }
    return list;
}

/// The last convolution's features, after its ReLU, of a picture that has nothing to do with the calibration.
std::vector<float> features(const Network& network, const std::vector<Convolution>& convolutions) {
    std::vector<ChainLayer> layers;
    std::size_t next = 0;
    for (const NetworkLayer& layer : network.layers) {
        ChainLayer made;
        made.in_channels = layer.in_channels;
        made.out_channels = layer.out_channels;
        if (layer.kind == NetworkLayer::Kind::pool) {
            made.kind = ChainLayer::Kind::pool;
        } else {
            made.weight = convolutions[next].weights;
            made.bias = convolutions[next++].bias;
        }
        layers.push_back(made);
    }
    std::vector<float> picture(24 * 20 * 3);
    for (std::size_t i = 0; i < picture.size(); ++i) picture[i] = 100 * std::sin(float(i * i % 977));
    ConvChain chain(layers, {{int(layers.size()) - 1, true}}, winograd::Padding::reflect, Pooling::max, 1);
    chain.forward(picture.data(), 24, 20);
    const FeatureMap map = chain.tap(0);
    return {map.data, map.data + map.height * map.width * map.channels};
}

TEST(Rescale, BringsEveryLivingChannelToMeanOne) {
    const Network network = read_network(description, "small.ini");
    auto convolutions = random_convolutions(network);
    const auto before = mean_activations(network, convolutions, 1);
    rescale_convolutions(network, convolutions, 1);
    const auto after = mean_activations(network, convolutions, 1);
    ASSERT_EQ(after.size(), 4u);
    int living = 0;
    for (std::size_t layer = 0; layer < after.size(); ++layer) {
        float mean = 0;
        for (const float value : before[layer]) mean += value / float(before[layer].size());
        for (std::size_t c = 0; c < after[layer].size(); ++c) {
            if (before[layer][c] < 0.01f * mean) {
                EXPECT_LE(after[layer][c], 1.001f);
                continue;
            }
            ++living;
            EXPECT_NEAR(after[layer][c], 1, 1e-3) << layer << " " << c;
        }
    }
    EXPECT_GT(living, 40);
}

TEST(Rescale, KeepsFeaturesUpToAFactorOfTheirChannel) {
    const Network network = read_network(description, "small.ini");
    auto convolutions = random_convolutions(network);
    const auto means = mean_activations(network, convolutions, 1).back();
    const auto before = features(network, convolutions);
    rescale_convolutions(network, convolutions, 1);
    const auto after = features(network, convolutions);
    ASSERT_EQ(before.size(), after.size());
    float largest = 0;
    for (const float value : after) largest = std::max(largest, value);
    EXPECT_GT(largest, 0.1f);
    for (std::size_t i = 0; i < before.size(); ++i)
        if (means[i % 16] > 0.1f) {
            EXPECT_NEAR(after[i], before[i] / means[i % 16], 1e-3 * largest);
        }
}

TEST(Rescale, LeavesDeadChannelsDeadAndEverythingFinite) {
    const Network network = read_network(description, "small.ini");
    auto convolutions = random_convolutions(network);
    for (std::size_t layer = 0; layer < convolutions.size(); ++layer) {
        Convolution& convolution = convolutions[layer];
        convolution.bias[1] = -1e9f;
        if (layer == 2) std::fill(convolution.bias.begin(), convolution.bias.end(), -1e9f);  // a layer without life
    }
    rescale_convolutions(network, convolutions, 1);
    for (const Convolution& convolution : convolutions)
        for (const auto* list : {&convolution.weights, &convolution.bias})
            for (const float value : *list) ASSERT_TRUE(std::isfinite(value));
    for (const auto& layer : mean_activations(network, convolutions, 1)) EXPECT_EQ(layer[1], 0);
}

TEST(Rescale, DoesNotDependOnThreads) {
    const Network network = read_network(description, "small.ini");
    auto one = random_convolutions(network), two = one;
    rescale_convolutions(network, one, 1);
    rescale_convolutions(network, two, 2);
    for (std::size_t layer = 0; layer < one.size(); ++layer) EXPECT_EQ(one[layer].weights, two[layer].weights);
}

}  // namespace
}  // namespace neural_style
