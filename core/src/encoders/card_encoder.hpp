// Which encoder computes a VGG network on a GPU. Used by network_encoder.
#pragma once

#include <memory>
#include <vector>

#include "convolution_encoder.hpp"

namespace neural_style {

/// FusedEncoder, where the device compiles its kernels, the network suits them, and they were seen to give what
/// LibTorch gives; else null, as always with NEURAL_STYLE_KERNELS=off in the environment, to compare.
std::unique_ptr<Encoder> make_fused_encoder(const std::vector<ConvolutionLayer>& layers,
                                            const std::vector<LayerTap>& taps, const InputConvention& input,
                                            Padding padding, bool average_pooling);

/// That one, else ConvolutionEncoder, which every device can.
std::unique_ptr<Encoder> make_card_encoder(const std::vector<ConvolutionLayer>& layers,
                                           const std::vector<LayerTap>& taps, const InputConvention& input,
                                           Padding padding, bool average_pooling);

}  // namespace neural_style
