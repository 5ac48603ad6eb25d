// The chain of convolutions as it is written down in a textbook, in double precision, forward and backward. The tests
// hold ConvChain against it.
#pragma once

#include <algorithm>
#include <random>
#include <vector>

#include "winograd/conv_chain.hpp"

namespace neural_style::reference {

struct Map {
    int height = 0, width = 0, channels = 0;
    std::vector<double> values;
    Map() = default;
    Map(int h, int w, int c) : height(h), width(w), channels(c), values(static_cast<std::size_t>(h) * w * c) {}
    double& at(int y, int x, int c) { return values[(static_cast<std::size_t>(y) * width + x) * channels + c]; }
    double at(int y, int x, int c) const { return values[(static_cast<std::size_t>(y) * width + x) * channels + c]; }
};

// where a pixel outside of the map comes from; -1: nowhere
inline int source_index(int i, int size, winograd::Padding padding) {
    using winograd::Padding;
    if (i >= 0 && i < size) return i;
    if (padding == Padding::zero) return -1;
    if (padding == Padding::circular) return (i + size) % size;
    if (padding == Padding::reflect && size > 1) return i < 0 ? -i : 2 * (size - 1) - i;
    return std::clamp(i, 0, size - 1);
}

// calls visit(y, x, kernel index, source y, source x) for every product of a convolution but for its channels
template <class Visit>
void for_products(int height, int width, winograd::Padding padding, const Visit& visit) {
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int k = 0; k < 9; ++k) {
                const int sy = source_index(y + k / 3 - 1, height, padding);
                const int sx = source_index(x + k % 3 - 1, width, padding);
                if (sy >= 0 && sx >= 0) visit(y, x, k, sy, sx);
            }
}

inline Map convolve(const Map& in, const ChainLayer& layer, winograd::Padding padding) {
    Map out(in.height, in.width, layer.out_channels);
    for (int y = 0; y < out.height; ++y)
        for (int x = 0; x < out.width; ++x)
            for (int o = 0; o < out.channels; ++o) out.at(y, x, o) = layer.bias[o];
    for_products(in.height, in.width, padding, [&](int y, int x, int k, int sy, int sx) {
        for (int o = 0; o < out.channels; ++o)
            for (int i = 0; i < in.channels; ++i)
                out.at(y, x, o) += in.at(sy, sx, i) * layer.weight[(std::size_t(o) * in.channels + i) * 9 + k];
    });
    return out;
}

inline Map convolve_backward(const Map& gradient, const ChainLayer& layer, winograd::Padding padding) {
    Map result(gradient.height, gradient.width, layer.in_channels);
    for_products(gradient.height, gradient.width, padding, [&](int y, int x, int k, int sy, int sx) {
        for (int o = 0; o < layer.out_channels; ++o)
            for (int i = 0; i < layer.in_channels; ++i)
                result.at(sy, sx, i) +=
                    gradient.at(y, x, o) * layer.weight[(std::size_t(o) * layer.in_channels + i) * 9 + k];
    });
    return result;
}

struct Chain {
    std::vector<ChainLayer> layers;
    std::vector<Tap> taps;
    winograd::Padding padding;
    Pooling pooling;
    std::vector<Map> before, after;  // of each layer, before and after ReLU; of a pooling the same

    void forward(const Map& input) {
        before.clear();
        after.clear();
        Map map = input;
        for (const ChainLayer& layer : layers) {
            if (layer.kind == ChainLayer::Kind::convolution) {
                map = convolve(map, layer, padding);
                before.push_back(map);
                for (double& value : map.values) value = std::max(value, 0.0);
            } else {
                Map pooled(map.height / 2, map.width / 2, map.channels);
                for_windows(pooled, [&](int y, int x, int c) {
                    if (pooling == Pooling::max)
                        pooled.at(y, x, c) =
                            map.at(2 * y + first_maximum(map, y, x, c) / 2, 2 * x + first_maximum(map, y, x, c) % 2, c);
                    else
                        for (int n = 0; n < 4; ++n) pooled.at(y, x, c) += map.at(2 * y + n / 2, 2 * x + n % 2, c) / 4;
                });
                map = pooled;
                before.push_back(map);
            }
            after.push_back(map);
        }
    }

    const Map& tap(std::size_t i) const { return taps[i].after_relu ? after[taps[i].layer] : before[taps[i].layer]; }

    // gradients: one a tap, empty for none
    Map backward(const std::vector<Map>& gradients) const {
        const auto add = [](Map& to, const Map& what) {
            for (std::size_t i = 0; i < what.values.size(); ++i) to.values[i] += what.values[i];
        };
        Map flowing(after.back().height, after.back().width, after.back().channels);
        for (int i = static_cast<int>(layers.size()) - 1; i >= 0; --i) {
            const bool convolution = layers[i].kind == ChainLayer::Kind::convolution;
            for (std::size_t t = 0; t < taps.size(); ++t)
                if (taps[t].layer == i && (taps[t].after_relu || !convolution)) add(flowing, gradients[t]);
            if (convolution) {
                for (std::size_t n = 0; n < flowing.values.size(); ++n)
                    if (before[i].values[n] <= 0) flowing.values[n] = 0;
                for (std::size_t t = 0; t < taps.size(); ++t)
                    if (taps[t].layer == i && !taps[t].after_relu) add(flowing, gradients[t]);
                flowing = convolve_backward(flowing, layers[i], padding);
            } else {
                const Map& full = after[i - 1];
                Map spread(full.height, full.width, full.channels);
                for_windows(flowing, [&](int y, int x, int c) {
                    if (pooling == Pooling::max) {
                        const int n = first_maximum(full, y, x, c);
                        spread.at(2 * y + n / 2, 2 * x + n % 2, c) = flowing.at(y, x, c);
                    } else {
                        for (int n = 0; n < 4; ++n)
                            spread.at(2 * y + n / 2, 2 * x + n % 2, c) = flowing.at(y, x, c) / 4;
                    }
                });
                flowing = spread;
            }
        }
        return flowing;
    }

private:
    template <class Visit>
    static void for_windows(const Map& pooled, const Visit& visit) {
        for (int y = 0; y < pooled.height; ++y)
            for (int x = 0; x < pooled.width; ++x)
                for (int c = 0; c < pooled.channels; ++c) visit(y, x, c);
    }
    static int first_maximum(const Map& map, int y, int x, int c) {
        int best = 0;
        for (int n = 1; n < 4; ++n)
            if (map.at(2 * y + n / 2, 2 * x + n % 2, c) > map.at(2 * y + best / 2, 2 * x + best % 2, c)) best = n;
        return best;
    }
};

}  // namespace neural_style::reference
