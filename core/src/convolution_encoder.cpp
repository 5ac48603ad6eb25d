#include "convolution_encoder.hpp"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "autograd_gradient.hpp"

namespace neural_style {

std::vector<int> convolution_strides(const std::vector<ConvolutionLayer>& layers, const std::vector<LayerTap>& taps) {
    std::vector<int> strides;
    for (const LayerTap& tap : taps) {
        int stride = 1;
        for (std::size_t i = 0; i <= tap.layer; ++i)
            if (layers[i].is_pool()) stride *= 2;
        strides.push_back(stride);
    }
    return strides;
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

ConvolutionEncoder::ConvolutionEncoder(std::vector<ConvolutionLayer> layers, std::vector<LayerTap> taps,
                                       const InputConvention& input, Padding padding, bool average_pooling)
    : layers_(std::move(layers)),
      taps_(std::move(taps)),
      bgr_(input.bgr),
      padding_(padding),
      average_pooling_(average_pooling) {
    std::size_t deepest = 0;
    for (const LayerTap& tap : taps_) deepest = std::max(deepest, tap.layer);
    layers_.resize(std::min(layers_.size(), deepest + 1));
    const at::TensorOptions options = layers_.at(0).weight.options().dtype(at::kFloat);
    const at::Tensor mean = at::tensor(at::ArrayRef<float>(input.mean, 3), at::kFloat).to(options).view({1, 3, 1, 1});
    const at::Tensor deviation =
        at::tensor(at::ArrayRef<float>(input.deviation, 3), at::kFloat).to(options).view({1, 3, 1, 1});
    scale_ = input.range / deviation;
    shift_ = mean / deviation;
}

std::vector<at::Tensor> ConvolutionEncoder::features(const at::Tensor& picture, bool keep) {
    c10::AutoGradMode record(keep);
    maps_.clear();
    features_.clear();
    picture_ = keep ? picture.detach().requires_grad_() : picture.detach();
    std::vector<at::Tensor> maps(taps_.size());
    const auto tap = [&](std::size_t layer, bool after_relu, const at::Tensor& map) {
        for (std::size_t i = 0; i < taps_.size(); ++i)
            if (taps_[i].layer == layer && taps_[i].after_relu == after_relu) maps[i] = map;
    };
    const at::Tensor input = (bgr_ ? picture_.flip(1) : picture_) * scale_ - shift_;
    at::Tensor map = input.to(layers_.front().weight.scalar_type());
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const ConvolutionLayer& layer = layers_[i];
        if (layer.is_pool()) {
            map = average_pooling_ ? at::avg_pool2d(map, {2, 2}) : at::max_pool2d(map, {2, 2});
            tap(i, true, map);
            tap(i, false, map);
            continue;
        }
        map = padding_ == Padding::zero ? at::conv2d(map, layer.weight, layer.bias, 1, 1)
                                        : at::conv2d(padded(map, 1, padding_), layer.weight, layer.bias);
        tap(i, false, map);
        map = at::relu(map);
        tap(i, true, map);
    }
    std::vector<at::Tensor> result;
    for (const at::Tensor& wanted : maps) result.push_back(wanted.detach().squeeze(0).to(at::kFloat));
    if (keep) {
        maps_ = std::move(maps);
        features_ = result;
    }
    return result;
}

at::Tensor ConvolutionEncoder::gradient(const std::vector<Slope>& of_features) {
    std::vector<at::Tensor> of_maps;
    for (std::size_t i = 0; i < of_features.size(); ++i) of_maps.push_back(as_map(of_features[i], features_[i]));
    at::Tensor result = autograd_gradient(maps_, of_maps, picture_);
    maps_.clear();
    features_.clear();
    return result;
}

std::vector<int> ConvolutionEncoder::strides() const { return convolution_strides(layers_, taps_); }

int ConvolutionEncoder::halo() const { return convolution_halo(layers_, taps_); }

}  // namespace neural_style
