#include "half_layers.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace neural_style {
namespace {

constexpr int probe_edge = 128;
// Leaves a thousand times as much for other pictures, and the millionth part of it has all its bits.
constexpr double largest = 64;

// The power of two that brings `size` to half of `largest` or more: no rounding.
double scale_for(double size) {
    return std::isfinite(size) && size > 0 ? std::exp2(std::floor(std::log2(largest / size))) : 1;
}

double size_of(const at::Tensor& map) { return map.abs().max().item<double>(); }

double size_of(const at::Tensor& picture, const InputConvention& input) {
    double largest_colour = 0;
    for (int i = 0; i < 3; ++i)
        largest_colour = std::max(largest_colour, (input.range * size_of(picture) + std::abs(double(input.mean[i]))) /
                                                      double(input.deviation[i]));
    return largest_colour;
}

}  // namespace

at::Tensor probe_picture(const at::Device& device) {
    const at::Tensor along = at::arange(probe_edge, at::kFloat) / probe_edge;
    const at::Tensor squares = along.pow(2);
    std::vector<at::Tensor> colours;
    for (const float angle : {0.0F, 1.0F, 2.0F}) {  // waves that get shorter, to two pixels, in another direction each
        const at::Tensor phase = squares.unsqueeze(0) * std::cos(angle) + squares.unsqueeze(1) * std::sin(angle);
        colours.push_back(at::sin(phase * (probe_edge * M_PI / 2) + angle) * 0.5 + 0.5);
    }
    return at::stack(colours).unsqueeze(0).to(device);
}

void bring_to_half(std::vector<ConvolutionLayer>& layers, InputConvention& input, bool average_pooling) {
    const at::Tensor probe = probe_picture(layers.at(0).weight.device());
    std::vector<LayerTap> taps;
    for (std::size_t i = 0; i < layers.size(); ++i) taps.push_back({i, false});
    ConvolutionEncoder plain(layers, taps, input, Padding::reflect, average_pooling);
    const std::vector<at::Tensor> maps = plain.features(probe, false);

    double scale = scale_for(size_of(probe, input));
    input.range *= float(scale);
    for (float& mean : input.mean) mean *= float(scale);
    for (std::size_t i = 0; i < layers.size(); ++i) {
        ConvolutionLayer& layer = layers[i];
        if (!layer.is_pool()) {
            const double before = std::exchange(scale, scale_for(size_of(maps[i])));
            layer.weight = (layer.weight * (scale / before)).to(at::kHalf);
            layer.bias = (layer.bias * scale).to(at::kHalf);
        }
        layer.scale = float(scale);
    }
}

}  // namespace neural_style
