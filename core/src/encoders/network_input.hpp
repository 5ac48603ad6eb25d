// What a network is given of a picture. Used by the encoders of VGG networks.
#pragma once

#include <ATen/core/Tensor.h>

namespace neural_style {

/// The network's input is (range · colours − mean) / deviation, channel by channel, colours in 0..1 in the order RGB,
/// or BGR if `bgr` (mean and deviation are in the network's order).
struct InputConvention {
    float range = 1;
    bool bgr = false;
    float mean[3] = {0, 0, 0};
    float deviation[3] = {1, 1, 1};
};

/// The way there for pictures (1×3×h×w) and back for slopes, in float32 as given. Where the channels are taken alike
/// (RGB, no mean, one deviation), there may be any number of them.
class NetworkInput {
public:
    /// `options` say the device and the number type.
    NetworkInput(const InputConvention& convention, const at::TensorOptions& options);

    at::Tensor of(const at::Tensor& picture) const;
    /// d loss / d picture from d loss / d input.
    at::Tensor slope_back(const at::Tensor& slope) const;

private:
    at::Tensor scale_, shift_;  // 1×3×1×1, or one number for all channels; undefined: as it is
    bool bgr_;
};

}  // namespace neural_style
