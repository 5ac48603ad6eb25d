#include "card_encoder.hpp"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include <cmath>
#include <cstdlib>
#include <string>

#include "fused_encoder.hpp"
#include "short_numbers.hpp"

namespace neural_style {
namespace {

// Of a map's or a gradient's length. Roundings in another order are a two-thousandth of a map in half precision and a
// hundredth of a gradient, for a pool that chooses another of two alike numbers moves a slope; in bfloat16, whose last
// bit is worth eight times as much, they are a twentieth of it. A kernel that is wrong is off by about the whole.
constexpr double tolerance = 0.05, coarse_tolerance = 0.2;

bool is_close(const at::Tensor& got, const at::Tensor& expected, double tolerance) {
    const at::Tensor right = in_float32(expected), apart = in_float32(got) - right;
    return (apart.norm() <= right.norm() * tolerance).item<bool>();  // false if it is no number
}

// Numbers about zero without a pattern that a network would see.
at::Tensor scattered(at::IntArrayRef sizes, const at::TensorOptions& options) {
    const at::Tensor place = at::arange(c10::multiply_integers(sizes), options.dtype(at::kFloat));
    return at::sin(place * 1.7 + place * place * 0.013).view(sizes).to(options);
}

// A network in which kernels do all that they can. In a deep one roundings would hide what is wrong.
std::vector<ConvolutionLayer> trial_layers(const at::TensorOptions& options) {
    std::vector<ConvolutionLayer> layers;
    std::int64_t channels = 3;
    for (const std::int64_t out : {16, 24, 0, 8}) {
        layers.emplace_back();
        if (out == 0) continue;
        layers.back().weight = scattered({out, channels, 3, 3}, options) * std::sqrt(4 / (9.0 * double(channels)));
        layers.back().bias = scattered({out}, options) * 0.3;
        channels = out;
    }
    return layers;
}

// Whether kernels give what LibTorch's operations do, of a picture of odd size, and the same gradient of slopes of
// every kind.
bool agree(const at::TensorOptions& options, Padding padding, bool average_pooling) {
    auto passages = make_passages(options.device(), options.dtype().toScalarType());
    if (!passages) return false;
    const std::vector<ConvolutionLayer> layers = trial_layers(options);
    const std::vector<LayerTap> taps = {{0, true}, {2, true}, {3, false}};
    const InputConvention input = {2, true, {0.4F, 0.5F, 0.6F}, {0.5F, 0.7F, 0.9F}};
    ConvolutionEncoder plain(layers, taps, input, padding, average_pooling, MapLayout::pixels);
    FusedEncoder fused(layers, taps, input, padding, average_pooling, std::move(passages));
    const at::Tensor picture = scattered({1, 3, 37, 45}, options).to(at::kFloat) * 0.5 + 0.5;
    const std::vector<at::Tensor> got = fused.features(picture, true), expected = plain.features(picture, true);
    const auto slopes = [&] {
        const auto map = [&](std::size_t i) { return scattered(expected[i].sizes(), picture.options()); };
        const auto channels = expected[1].size(0);
        const at::Tensor half = scattered({channels, channels}, picture.options());
        return std::vector<Slope>{
            {map(0)}, {{}, half + half.t()}, {map(2), {}, {}, at::full({}, 3, picture.options())}};
    };
    for (std::size_t i = 0; i < expected.size(); ++i)
        if (!is_close(got[i], expected[i], tolerance)) return false;
    return is_close(fused.gradient(slopes()), plain.gradient(slopes()),
                    options.dtype() == at::kBFloat16 ? coarse_tolerance : tolerance);
}

}  // namespace

std::unique_ptr<Encoder> make_fused_encoder(const std::vector<ConvolutionLayer>& layers,
                                            const std::vector<LayerTap>& taps, const InputConvention& input,
                                            Padding padding, bool average_pooling) {
    const char* const wanted = std::getenv("NEURAL_STYLE_KERNELS");
    if ((wanted && std::string(wanted) == "off") || !can_be_fused(layers)) return nullptr;
    const at::TensorOptions options = layers[0].weight.options();
    try {
        if (agree(options, padding, average_pooling))
            return std::make_unique<FusedEncoder>(layers, taps, input, padding, average_pooling,
                                                  make_passages(options.device(), options.dtype().toScalarType()));
    } catch (const c10::Error&) {
        // A card that is lost will say so again.
    }
    return nullptr;
}

std::unique_ptr<Encoder> make_card_encoder(const std::vector<ConvolutionLayer>& layers,
                                           const std::vector<LayerTap>& taps, const InputConvention& input,
                                           Padding padding, bool average_pooling) {
    auto fused = make_fused_encoder(layers, taps, input, padding, average_pooling);
    if (fused) return fused;
    return std::make_unique<ConvolutionEncoder>(layers, taps, input, padding, average_pooling, MapLayout::pixels);
}

}  // namespace neural_style
