#include "network_encoder.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <functional>
#include <stdexcept>

#include "encoders/card_encoder.hpp"
#include "encoders/chain_encoder.hpp"
#include "encoders/half_layers.hpp"
#include "encoders/network_rescale.hpp"
#include "encoders/split_encoder.hpp"
#include "networks/weights_file.hpp"
#include "vector_code.hpp"

namespace neural_style {
namespace {

std::vector<LayerTap> taps_of(const Network& network, const std::vector<std::string>& names) {
    std::vector<LayerTap> taps;
    for (const std::string& name : names) {
        const LayerPlace place = find_layer(network, name);
        taps.push_back({place.layer, place.rectified});
    }
    return taps;
}

// The layers up to the deepest tap.
std::vector<ConvolutionLayer> loaded_layers(const Method& method, const std::vector<LayerTap>& taps,
                                            const c10::Device& device) {
    const Network& network = method.network;
    std::size_t deepest = 0, count = 0;
    for (const LayerTap& tap : taps) deepest = std::max(deepest, tap.layer);
    for (std::size_t i = 0; i <= deepest; ++i) count += network.layers[i].kind == NetworkLayer::Kind::convolution;
    auto loaded = load_convolutions(network, method.weights, count);
    if (network.rescale && method.loss != "tutorial") rescale_convolutions(network, loaded, at::get_num_threads());
    const auto on_device = [&](const std::vector<float>& numbers, at::IntArrayRef sizes) {
        return at::tensor(at::ArrayRef<float>(numbers), at::kFloat).view(sizes).to(device);
    };
    std::vector<ConvolutionLayer> layers;
    std::size_t next = 0;
    for (std::size_t i = 0; i <= deepest; ++i) {
        layers.emplace_back();
        if (network.layers[i].kind == NetworkLayer::Kind::pool) continue;
        const Convolution& own = loaded[next++];
        layers.back().weight = on_device(own.weights, {own.out_channels, own.in_channels, 3, 3});
        layers.back().bias = on_device(own.bias, {own.out_channels});
    }
    return layers;
}

InputConvention input_of(const Method& method) {
    const Network& network = method.network;
    InputConvention input;
    input.bgr = network.bgr;
    if (method.loss == "tutorial") return input;
    input.range = network.range;
    std::copy(network.mean.begin(), network.mean.end(), input.mean);
    std::copy(network.deviation.begin(), network.deviation.end(), input.deviation);
    return input;
}

using Layers = std::vector<ConvolutionLayer>;
using Taps = std::vector<LayerTap>;
using MakePart =
    std::function<std::unique_ptr<Encoder>(const Layers&, const Taps&, const InputConvention&, bool front)>;

// Cut behind the second pool, where there is one and something is wanted of what follows; beside an encoder that is not
// cut, if `make_whole` gives one.
std::unique_ptr<Encoder> make_parts(const Layers& layers, const Taps& taps, const InputConvention& input,
                                    const MakePart& make, const std::function<std::unique_ptr<Encoder>()>& make_whole) {
    std::size_t cut = 0, deepest = 0;
    for (int pools = 0; cut < layers.size() && pools < 2; ++cut) pools += layers[cut].is_pool();
    for (const LayerTap& tap : taps) deepest = std::max(deepest, tap.layer);
    if (deepest < cut || layers[cut].is_pool()) return make(layers, taps, input, true);
    Taps in_front, in_back;
    std::vector<SplitEncoder::Place> places;
    for (const LayerTap& tap : taps) {
        const bool front = tap.layer < cut;
        Taps& own = front ? in_front : in_back;
        places.push_back({front, own.size()});
        own.push_back({front ? tap.layer : tap.layer - cut, tap.after_relu});
    }
    in_front.push_back({cut - 1, true});
    const auto begin = layers.begin(), middle = begin + std::ptrdiff_t(cut);
    return std::make_unique<SplitEncoder>(make({begin, middle}, in_front, input, true),
                                          make({middle, layers.end()}, in_back, InputConvention(), false), places,
                                          convolution_halo(layers, taps), make_whole());
}

void bring_to_bfloat16(Layers& layers) {
    for (ConvolutionLayer& layer : layers) {
        if (layer.is_pool()) continue;
        layer.weight = layer.weight.to(at::kBFloat16);
        layer.bias = layer.bias.to(at::kBFloat16);
        layer.turned.reset();
    }
}

}  // namespace

std::unique_ptr<Encoder> make_network_encoder(const Method& method, const std::vector<std::string>& names,
                                              const Settings& settings, const c10::Device& device,
                                              Precision precision) {
    const Taps taps = taps_of(method.network, names);
    Layers layers = loaded_layers(method, taps, device);
    InputConvention input = input_of(method);
    const Padding padding = padding_from(method.padding);
    const bool average = settings.text("pooling") == "average";
    const auto none = [] { return std::unique_ptr<Encoder>(); };
    if constexpr (vector_code) {
        if (device.is_cpu() && precision == Precision::float32 && settings.text("convolutions") != "direct") {
            const auto make = [&](const Layers& own, const Taps& own_taps, const InputConvention& own_input, bool) {
                return std::make_unique<ChainEncoder>(own, own_taps, own_input, padding, average,
                                                      at::get_num_threads());
            };
            try {
                return make_parts(layers, taps, input, make, none);
            } catch (const std::invalid_argument&) {
                // a description with another sequence of layers; LibTorch takes any
            }
        }
    }
    if (precision == Precision::float16) bring_to_half(layers, input, average);
    if (!device.is_cpu()) prepare_for_cards(layers);
    const auto make = [&](Layers own, const Taps& own_taps, const InputConvention& own_input,
                          bool front) -> std::unique_ptr<Encoder> {
        // The first layers would round the picture's gradient so that a descent ends well above float32's.
        if (precision == Precision::bfloat16 && !front) bring_to_bfloat16(own);
        if (!device.is_cpu()) return make_card_encoder(own, own_taps, own_input, padding, average);
        return std::make_unique<ConvolutionEncoder>(own, own_taps, own_input, padding, average);
    };
    if (device.is_cpu() || precision == Precision::bfloat16) return make_parts(layers, taps, input, make, none);
    return make_parts(layers, taps, input, make,
                      [&] { return make_fused_encoder(layers, taps, input, padding, average); });
}

}  // namespace neural_style
