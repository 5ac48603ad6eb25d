#include "convolution_encoder.hpp"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>

#include "autograd_gradient.hpp"
#include "half_slopes.hpp"
#include "lean_convolution.hpp"

namespace neural_style {

std::vector<MapShape> convolution_shapes(const std::vector<ConvolutionLayer>& layers,
                                         const std::vector<LayerTap>& taps) {
    std::vector<MapShape> shapes;
    for (const LayerTap& tap : taps) {
        MapShape shape = {0, 1, 1 / double(layers[tap.layer].scale)};
        for (std::size_t i = 0; i <= tap.layer; ++i)
            if (layers[i].is_pool())
                shape.stride *= 2;
            else
                shape.channels = int(layers[i].weight.size(0));
        shapes.push_back(shape);
    }
    return shapes;
}

int convolution_halo(const std::vector<ConvolutionLayer>& layers, const std::vector<LayerTap>& taps) {
    int widest = 0;
    for (const LayerTap& tap : taps) {
        int halo = 0;
        for (std::size_t i = tap.layer + 1; i-- > 0;) halo = layers[i].is_pool() ? 2 * halo : halo + 1;
        widest = std::max(widest, halo);
    }
    return widest;
}

void prepare_for_cards(std::vector<ConvolutionLayer>& layers) {
    for (ConvolutionLayer& layer : layers) {
        if (layer.is_pool()) continue;
        layer.weight = layer.weight.contiguous(at::MemoryFormat::ChannelsLast);
        if (!layer.turned.defined()) layer.turned = turned(layer.weight);
    }
}

void drop_unseen(std::vector<ConvolutionLayer>& layers, const std::vector<LayerTap>& taps) {
    std::size_t deepest = 0;
    for (const LayerTap& tap : taps) deepest = std::max(deepest, tap.layer);
    layers.resize(std::min(layers.size(), deepest + 1));
}

ConvolutionEncoder::ConvolutionEncoder(std::vector<ConvolutionLayer> layers, std::vector<LayerTap> taps,
                                       const InputConvention& input, Padding padding, bool average_pooling,
                                       MapLayout layout)
    : layers_(std::move(layers)),
      taps_(std::move(taps)),
      input_(input, layers_.at(0).weight.options().dtype(at::kFloat)),
      padding_(padding),
      average_pooling_(average_pooling),
      by_pixels_(layout == MapLayout::pixels) {
    drop_unseen(layers_, taps_);
    if (by_pixels_) prepare_for_cards(layers_);
    for (ConvolutionLayer& layer : layers_)
        if (!layer.is_pool() && !layer.turned.defined()) layer.turned = turned(layer.weight);
}

bool ConvolutionEncoder::is_half() const { return layers_.front().weight.scalar_type() == at::kHalf; }

bool ConvolutionEncoder::wanted_before_relu(std::size_t layer) const {
    return std::any_of(taps_.begin(), taps_.end(),
                       [&](const LayerTap& tap) { return tap.layer == layer && !tap.after_relu; });
}

std::vector<at::Tensor> ConvolutionEncoder::features(const at::Tensor& picture, bool keep) {
    c10::AutoGradMode record(keep);
    maps_.clear();
    features_.clear();
    // The gradient is of the picture's number type, and half precision does not hold it.
    picture_ = is_half() ? picture.detach().to(at::kFloat) : picture.detach();
    if (keep) picture_.requires_grad_();
    std::vector<at::Tensor> maps(taps_.size());
    const auto tap = [&](std::size_t layer, bool after_relu, const at::Tensor& map) {
        for (std::size_t i = 0; i < taps_.size(); ++i)
            if (taps_[i].layer == layer && taps_[i].after_relu == after_relu) maps[i] = map;
    };
    at::Tensor map = input_.of(picture_).to(layers_.front().weight.scalar_type());
    if (by_pixels_) map = map.contiguous(at::MemoryFormat::ChannelsLast);
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const ConvolutionLayer& layer = layers_[i];
        if (layer.is_pool()) {
            map = average_pooling_ ? at::avg_pool2d(map, {2, 2}) : at::max_pool2d(map, {2, 2});
            tap(i, true, map);
            tap(i, false, map);
            continue;
        }
        const bool before_relu = wanted_before_relu(i);
        map = lean_convolution(map, layer.weight, layer.turned, layer.bias, padding_, !before_relu);
        if (before_relu) {
            tap(i, false, map);
            map = at::relu(map);
        }
        tap(i, true, map);
    }
    std::vector<at::Tensor> result;
    for (std::size_t i = 0; i < maps.size(); ++i) {
        const at::Tensor wanted = maps[i].detach().squeeze(0);
        result.push_back(is_half() ? wanted : wanted.to(at::kFloat));
    }
    if (keep) {
        maps_ = std::move(maps);
        features_ = result;
    }
    return result;
}

at::Tensor ConvolutionEncoder::gradient(const std::vector<Slope>& of_features) {
    at::Tensor unit;
    std::vector<at::Tensor> maps;
    if (is_half()) {
        std::vector<Slope> slopes = of_features;
        unit = bring_to_short(slopes, features_);
        for (std::size_t i = 0; i < slopes.size(); ++i)
            maps.push_back(slopes[i].defined() ? short_map(slopes[i], features_[i]) * (slopes[i].factor / unit)
                                               : at::Tensor());
    } else {
        maps = as_maps(of_features, features_);
    }
    features_.clear();
    at::Tensor result = autograd_gradient(maps_, std::move(maps), picture_);
    maps_.clear();
    return unit.defined() ? result.mul_(unit) : result;
}

void ConvolutionEncoder::release() {
    maps_.clear();
    features_.clear();
    picture_.reset();
}

std::vector<MapShape> ConvolutionEncoder::shapes() const { return convolution_shapes(layers_, taps_); }

// What autograd keeps: of a convolution its output, rectified, and where it is wanted the one before that; of a pool
// its output and where the largest were; of maps in bfloat16 the features. While the gradient goes back, three maps of
// the largest size besides.
std::size_t ConvolutionEncoder::work_bytes(int height, int width) const {
    const std::size_t number = layers_.front().weight.element_size();
    const bool copied = number != sizeof(float) && !is_half();
    std::size_t sum = 0, largest = 0, area = std::size_t(height) * std::size_t(width);
    std::int64_t channels = 3;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const ConvolutionLayer& layer = layers_[i];
        if (layer.is_pool()) {
            area /= 4;
            sum += std::size_t(channels) * area * (number + (average_pooling_ ? 0 : sizeof(std::int64_t)));
            continue;
        }
        channels = layer.weight.size(0);
        const std::size_t map = std::size_t(channels) * area * number;
        sum += (wanted_before_relu(i) ? 2 : 1) * map;
        largest = std::max(largest, map);
    }
    if (copied)
        for (const MapShape& shape : shapes())
            sum += sizeof(float) * std::size_t(shape.channels) * std::size_t(height / shape.stride) *
                   std::size_t(width / shape.stride);
    return sum + 3 * largest;
}

int ConvolutionEncoder::halo() const { return convolution_halo(layers_, taps_); }

}  // namespace neural_style
