#include "chain_encoder.hpp"

#include <ATen/ATen.h>

namespace neural_style {
namespace {

winograd::Padding chain_padding(Padding padding) {
    switch (padding) {
        case Padding::zero:
            return winograd::Padding::zero;
        case Padding::replicate:
            return winograd::Padding::replicate;
        case Padding::circular:
            return winograd::Padding::circular;
        case Padding::reflect:
            break;
    }
    return winograd::Padding::reflect;
}

std::vector<float> numbers(const at::Tensor& tensor) {
    const at::Tensor whole = tensor.contiguous();
    return {whole.data_ptr<float>(), whole.data_ptr<float>() + whole.numel()};
}

std::vector<ChainLayer> chain_layers(const std::vector<ConvolutionLayer>& layers) {
    std::vector<ChainLayer> result;
    int channels = int(layers.front().weight.size(1));
    for (const ConvolutionLayer& layer : layers) {
        ChainLayer next;
        next.in_channels = next.out_channels = channels;
        next.kind = layer.is_pool() ? ChainLayer::Kind::pool : ChainLayer::Kind::convolution;
        if (!layer.is_pool()) {
            next.out_channels = channels = int(layer.weight.size(0));
            next.weight = numbers(layer.weight);
            next.bias = numbers(layer.bias);
        }
        result.push_back(std::move(next));
    }
    return result;
}

// A pool has one output, which either name means.
Tap chain_tap(const LayerTap& tap, const std::vector<ConvolutionLayer>& layers) {
    return {int(tap.layer), tap.after_relu || layers[tap.layer].is_pool()};
}

bool same(const Tap& a, const Tap& b) { return a.layer == b.layer && a.after_relu == b.after_relu; }

std::size_t index_of(const Tap& tap, const std::vector<Tap>& taps) {
    std::size_t i = 0;
    while (i < taps.size() && !same(taps[i], tap)) ++i;
    return i;
}

std::vector<Tap> unique_taps(const std::vector<LayerTap>& taps, const std::vector<ConvolutionLayer>& layers) {
    std::vector<Tap> unique;
    for (const LayerTap& wanted : taps) {
        const Tap tap = chain_tap(wanted, layers);
        if (index_of(tap, unique) == unique.size()) unique.push_back(tap);
    }
    return unique;
}

}  // namespace

ChainEncoder::ChainEncoder(const std::vector<ConvolutionLayer>& layers, const std::vector<LayerTap>& taps,
                           const InputConvention& input, Padding padding, bool average_pooling, int threads)
    : bgr_(input.bgr),
      shapes_(convolution_shapes(layers, taps)),
      halo_(convolution_halo(layers, taps)),
      chain_(chain_layers(layers), unique_taps(taps, layers), chain_padding(padding),
             average_pooling ? Pooling::average : Pooling::max, threads) {
    const std::vector<Tap> unique = unique_taps(taps, layers);
    tap_count_ = unique.size();
    for (const LayerTap& tap : taps) place_.push_back(index_of(chain_tap(tap, layers), unique));
    in_channels_ = layers.front().weight.size(1);
    if (in_channels_ != 3) return;
    const at::Tensor deviation = at::tensor(at::ArrayRef<float>(input.deviation, 3), at::kFloat);
    scale_ = input.range / deviation;
    shift_ = at::tensor(at::ArrayRef<float>(input.mean, 3), at::kFloat) / deviation;
}

void ChainEncoder::set_padding(Padding padding) { chain_.set_padding(chain_padding(padding)); }

std::vector<at::Tensor> ChainEncoder::features(const at::Tensor& picture, bool /*keep: it always does*/) {
    const at::Tensor ordered = bgr_ ? picture.flip(1) : picture;
    at::Tensor pixels = ordered.squeeze(0).permute({1, 2, 0});  // h×w×channels
    if (scale_.defined()) pixels = pixels * scale_ - shift_;
    pixels = pixels.contiguous();
    height_ = pixels.size(0);
    width_ = pixels.size(1);
    chain_.forward(pixels.data_ptr<float>(), int(height_), int(width_));
    std::vector<at::Tensor> maps;
    for (std::size_t index : place_) {
        const FeatureMap map = chain_.tap(index);
        // The chain's own memory, seen as channels first.
        maps.push_back(at::from_blob(const_cast<float*>(map.data), {map.height, map.width, map.channels}, at::kFloat)
                           .permute({2, 0, 1}));
    }
    return maps;
}

std::size_t ChainEncoder::work_bytes(int height, int width) const {
    const std::size_t pixels = std::size_t(height) * std::size_t(width);
    return chain_.work_bytes_for(height, width) +
           pixels * std::size_t(in_channels_) * sizeof(float) * 2;  // its input, and the slope of that
}

at::Tensor ChainEncoder::gradient(const std::vector<Slope>& of_features) {
    std::vector<Slope> slopes(tap_count_);  // by the chain's taps
    for (std::size_t i = 0; i < of_features.size(); ++i) slopes[place_[i]] = sum(slopes[place_[i]], of_features[i]);
    std::vector<TapGradient> given;
    const auto data = [](at::Tensor& tensor) { return tensor.defined() ? tensor.data_ptr<float>() : nullptr; };
    for (Slope& slope : slopes) {
        take_in_factor(slope);
        if (slope.map.defined()) slope.map = slope.map.permute({1, 2, 0}).contiguous();
        if (slope.matrix.defined()) slope.matrix = slope.matrix.contiguous();
        if (slope.shift.defined()) slope.shift = slope.shift.contiguous();
        given.push_back({data(slope.map), data(slope.matrix), data(slope.shift)});
    }
    at::Tensor of_pixels = at::empty({height_, width_, in_channels_}, at::kFloat);
    chain_.backward(given, of_pixels.data_ptr<float>());
    if (scale_.defined()) of_pixels = of_pixels * scale_;
    const at::Tensor of_colours = of_pixels.permute({2, 0, 1}).unsqueeze(0);
    if (in_channels_ != 3) return of_colours;
    return (bgr_ ? of_colours.flip(1) : of_colours).contiguous();
}

}  // namespace neural_style
