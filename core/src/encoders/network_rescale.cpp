#include "network_rescale.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>

#include "winograd/conv_chain.hpp"

namespace neural_style {
namespace {

constexpr int pictures = 3, edge_pixels = 160;
constexpr float nearly_dead = 0.01f;  // of the layer's mean

/// Rows of pixels, channels together: how a ConvChain takes and gives them.
struct Map {
    int height = 0, width = 0;
    std::vector<float> values;
};

/// The distributions of the standard library differ between its makers; this one does not.
float uniform(std::mt19937& random, float low, float high) {
    return low + (high - low) * float(random() >> 8) * (1.0f / (1 << 24));
}

// Discs painted one over the other, radii with density r^-3.
Map dead_leaves(const Network& network, unsigned seed) {
    std::mt19937 random(seed);
    Map map{edge_pixels, edge_pixels, std::vector<float>(std::size_t(3) * edge_pixels * edge_pixels, 0.5f)};
    constexpr float smallest = 1.5f, largest = edge_pixels / 3.0f;
    for (int disc = 0; disc < 6000; ++disc) {
        const float from = 1 / (largest * largest), to = 1 / (smallest * smallest);
        const float radius = 1 / std::sqrt(uniform(random, from, to));
        const float x0 = uniform(random, -radius, edge_pixels + radius),
                    y0 = uniform(random, -radius, edge_pixels + radius);
        const float light = uniform(random, 0.05f, 0.95f);
        float colour[3];
        for (float& value : colour) value = std::clamp(light + uniform(random, -0.2f, 0.2f), 0.0f, 1.0f);
        const auto clipped = [](float at) { return std::clamp(int(std::ceil(at)), 0, edge_pixels); };
        for (int y = clipped(y0 - radius); y < clipped(y0 + radius); ++y)
            for (int x = clipped(x0 - radius); x < clipped(x0 + radius); ++x)
                if ((x - x0) * (x - x0) + (y - y0) * (y - y0) <= radius * radius)
                    std::copy(colour, colour + 3, &map.values[3 * (std::size_t(y) * edge_pixels + std::size_t(x))]);
    }
    for (std::size_t i = 0; i < map.values.size(); i += 3) {
        if (network.bgr) std::swap(map.values[i], map.values[i + 2]);
        for (std::size_t c = 0; c < 3; ++c)
            map.values[i + c] = (network.range * map.values[i + c] - network.mean[c]) / network.deviation[c];
    }
    return map;
}

void take(const FeatureMap& from, Map& to) {
    to = {from.height, from.width,
          std::vector<float>(from.data, from.data + std::size_t(from.height) * from.width * from.channels)};
}

}  // namespace

std::vector<std::vector<float>> mean_activations(const Network& network, const std::vector<Convolution>& convolutions,
                                                 int threads) {
    std::vector<Map> maps;
    for (int i = 0; i < pictures; ++i) maps.push_back(dead_leaves(network, unsigned(i) + 1));
    std::vector<std::vector<float>> means;
    // One layer at a time: the whole chain at once would need several times the memory of the run that follows.
    for (std::size_t i = 0; i < network.layers.size() && means.size() < convolutions.size(); ++i) {
        if (network.layers[i].kind != NetworkLayer::Kind::convolution)
            throw Error(Cause::settings, "The network " + network.name + " cannot be rescaled, because its layer " +
                                             network.layers[i].name +
                                             " does not follow a convolution; set rescale = no.");
        const Convolution& convolution = convolutions[means.size()];
        std::vector<ChainLayer> layers(1);
        layers[0].in_channels = convolution.in_channels;
        layers[0].out_channels = convolution.out_channels;
        layers[0].weight = convolution.weights;
        layers[0].bias = convolution.bias;
        std::vector<Tap> taps = {{0, true}};
        if (i + 1 < network.layers.size() && network.layers[i + 1].kind == NetworkLayer::Kind::pool) {
            layers.emplace_back();
            layers[1].kind = ChainLayer::Kind::pool;
            layers[1].in_channels = layers[1].out_channels = convolution.out_channels;
            taps.push_back({1, true});
            ++i;
        }
        ConvChain chain(layers, taps, winograd::Padding::reflect, Pooling::max, threads);
        std::vector<double> sums(std::size_t(convolution.out_channels));
        double pixels = 0;
        for (Map& map : maps) {
            if (taps.size() > 1 && (map.height < 2 || map.width < 2)) continue;  // too deep for the pictures
            chain.forward(map.values.data(), map.height, map.width);
            const FeatureMap features = chain.tap(0);
            const std::size_t count = std::size_t(features.height) * features.width;
            for (std::size_t pixel = 0; pixel < count; ++pixel)
                for (std::size_t c = 0; c < sums.size(); ++c) sums[c] += features.data[pixel * sums.size() + c];
            pixels += double(count);
            take(chain.tap(taps.size() - 1), map);
        }
        std::vector<float> mean(sums.size());
        for (std::size_t c = 0; c < sums.size(); ++c) mean[c] = float(sums[c] / std::max(pixels, 1.0));
        means.push_back(std::move(mean));
    }
    return means;
}

void rescale_convolutions(const Network& network, std::vector<Convolution>& convolutions, int threads) {
    const auto means = mean_activations(network, convolutions, threads);
    std::vector<float> before(3, 1.0f);  // factors of the layer's input channels; the picture's own stay
    for (std::size_t i = 0; i < means.size(); ++i) {
        Convolution& convolution = convolutions[i];
        double sum = 0;
        for (const float mean : means[i]) sum += mean;
        const auto floor = float(nearly_dead * sum / double(means[i].size()));
        std::vector<float> factors(means[i].size(), 1.0f);
        for (std::size_t c = 0; c < factors.size(); ++c)
            if (const float mean = std::max(means[i][c], floor); mean > 0 && std::isfinite(1 / mean))
                factors[c] = 1 / mean;
        float* weight = convolution.weights.data();
        for (std::size_t out = 0; out < factors.size(); ++out) {
            for (const float input : before)
                for (int k = 0; k < 9; ++k) *weight++ *= factors[out] / input;
            convolution.bias[out] *= factors[out];
        }
        before = std::move(factors);
    }
}

}  // namespace neural_style
