#include "card_encoder.hpp"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include <cstdlib>
#include <string>

#include "fused_encoder.hpp"
#include "short_numbers.hpp"

namespace neural_style {
namespace {

// Of a map's or a gradient's length. Roundings in another order are a hundredth of it in half precision, and a pool
// that chooses another of two alike numbers moves a slope; a kernel that is wrong is off by more than the whole.
constexpr double tolerance = 0.05;

bool is_close(const at::Tensor& got, const at::Tensor& expected) {
    const at::Tensor right = in_float32(expected), apart = in_float32(got) - right;
    return (apart.norm() <= right.norm() * tolerance).item<bool>();  // false if it is no number
}

// Whether both give the same of a picture of odd size, and the same gradient of slopes that are nowhere zero: maps and
// matrices by turns.
bool agree(Encoder& one, Encoder& other, const ConvolutionLayer& first) {
    const at::Tensor column = at::arange(61, first.bias.options().dtype(at::kFloat)),
                     row = at::arange(53, column.options()).unsqueeze(1),
                     channel = at::arange(first.weight.size(1), column.options()).view({1, -1, 1, 1});
    const at::Tensor picture = at::sin(column * row * 0.013 + column * 0.7 + row * 0.4 + channel) * 0.5 + 0.5;
    const std::vector<at::Tensor> got = one.features(picture, true), expected = other.features(picture, true);
    std::vector<Slope> slopes, same;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        if (!is_close(got[i], expected[i])) return false;
        const at::Tensor map = in_float32(expected[i]);
        if (i % 2 == 1) {
            slopes.push_back({{}, at::ones({map.size(0), map.size(0)}, map.options())});
            same.push_back(slopes.back());
            continue;
        }
        slopes.push_back({map + map.abs().mean()});
        same.push_back({slopes.back().map.clone()});
    }
    return is_close(one.gradient(slopes), other.gradient(same));
}

}  // namespace

std::unique_ptr<Encoder> make_fused_encoder(const std::vector<ConvolutionLayer>& layers,
                                            const std::vector<LayerTap>& taps, const InputConvention& input,
                                            Padding padding, bool average_pooling) {
    const char* const wanted = std::getenv("NEURAL_STYLE_KERNELS");
    if ((wanted && std::string(wanted) == "off") || !can_be_fused(layers)) return nullptr;
    const ConvolutionLayer& first = layers[0];
    try {
        auto passages = make_passages(first.weight.device(), first.weight.scalar_type());
        if (!passages) return nullptr;
        ConvolutionEncoder plain(layers, taps, input, padding, average_pooling, MapLayout::pixels);
        auto fused = std::make_unique<FusedEncoder>(layers, taps, input, padding, average_pooling, std::move(passages));
        if (agree(*fused, plain, first)) return fused;
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
