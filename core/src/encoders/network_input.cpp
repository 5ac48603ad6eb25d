#include "network_input.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace neural_style {

NetworkInput::NetworkInput(const InputConvention& convention, const at::TensorOptions& options) : bgr_(convention.bgr) {
    const auto all = [](const float* numbers, float value) {
        return std::all_of(numbers, numbers + 3, [&](float number) { return number == value; });
    };
    if (!bgr_ && all(convention.mean, 0) && all(convention.deviation, convention.deviation[0])) {
        const float scale = convention.range / convention.deviation[0];
        if (scale != 1) scale_ = at::full({1, 1, 1, 1}, scale, options);
        return;
    }
    const auto by_channel = [&](const float* numbers) {
        return at::tensor(at::ArrayRef<float>(numbers, 3), at::kFloat).to(options).view({1, 3, 1, 1});
    };
    const at::Tensor deviation = by_channel(convention.deviation);
    scale_ = convention.range / deviation;
    shift_ = by_channel(convention.mean) / deviation;
}

at::Tensor NetworkInput::of(const at::Tensor& picture) const {
    at::Tensor input = bgr_ ? picture.flip(1) : picture;
    if (scale_.defined()) input = input * scale_;
    if (shift_.defined()) input = input - shift_;
    return input;
}

at::Tensor NetworkInput::slope_back(const at::Tensor& slope) const {
    const at::Tensor scaled = scale_.defined() ? slope * scale_ : slope;
    return bgr_ ? scaled.flip(1) : scaled;
}

}  // namespace neural_style
