#include "card_encoder.hpp"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include <cstdlib>
#include <string>

#include "fused_encoder.hpp"

namespace neural_style {
namespace {

// Of a map's or a gradient's length. Roundings in another order are a hundredth of it in half precision, and a pool
// that chooses another of two alike numbers moves a slope; a kernel that is wrong is off by more than the whole.
constexpr double tolerance = 0.05;

bool is_close(const at::Tensor& got, const at::Tensor& expected) {
    return ((got - expected).norm() <= expected.norm() * tolerance).item<bool>();  // false if it is no number
}

// Whether both give the same of a picture of odd size, and the same gradient of slopes that are nowhere zero.
bool agree(Encoder& one, Encoder& other, const ConvolutionLayer& first) {
    const at::Tensor column = at::arange(61, first.bias.options().dtype(at::kFloat)),
                     row = at::arange(53, column.options()).unsqueeze(1),
                     channel = at::arange(first.weight.size(1), column.options()).view({1, -1, 1, 1});
    const at::Tensor picture = at::sin(column * row * 0.013 + column * 0.7 + row * 0.4 + channel) * 0.5 + 0.5;
    const std::vector<at::Tensor> got = one.features(picture, true), expected = other.features(picture, true);
    std::vector<Slope> slopes, same;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        if (!is_close(got[i], expected[i])) return false;
        const at::Tensor slope = expected[i] + expected[i].abs().mean();
        slopes.push_back({slope, {}, {}});
        same.push_back({slope.clone(), {}, {}});
    }
    return is_close(one.gradient(slopes), other.gradient(same));
}

}  // namespace

std::unique_ptr<Encoder> make_card_encoder(std::vector<ConvolutionLayer> layers, std::vector<LayerTap> taps,
                                           const InputConvention& input, Padding padding, bool average_pooling) {
    for (ConvolutionLayer& layer : layers)  // once for both
        if (!layer.is_pool()) layer.weight = layer.weight.contiguous(at::MemoryFormat::ChannelsLast);
    auto plain = std::make_unique<ConvolutionEncoder>(layers, taps, input, padding, average_pooling, MapLayout::pixels);
    const char* const wanted = std::getenv("NEURAL_STYLE_KERNELS");
    if ((wanted && std::string(wanted) == "off") || !can_be_fused(layers)) return plain;
    const ConvolutionLayer first = layers[0];
    try {
        auto passages = make_passages(first.weight.device(), first.weight.scalar_type());
        if (!passages) return plain;
        auto fused = std::make_unique<FusedEncoder>(std::move(layers), std::move(taps), input, padding, average_pooling,
                                                    std::move(passages));
        if (agree(*fused, *plain, first)) return fused;
    } catch (const c10::Error&) {
        // A card that is lost will say so again.
    }
    plain->release();
    return plain;
}

}  // namespace neural_style
