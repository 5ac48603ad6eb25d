// Which encoder computes a VGG network on a GPU. Used by method.
#pragma once

#include <memory>
#include <vector>

#include "convolution_encoder.hpp"

namespace neural_style {

/// FusedEncoder, where the device compiles its kernels, the network suits them, and it was seen to give what
/// ConvolutionEncoder gives; else that one, which every device can. With NEURAL_STYLE_KERNELS=off in the environment
/// always that one, to compare.
std::unique_ptr<Encoder> make_card_encoder(std::vector<ConvolutionLayer> layers, std::vector<LayerTap> taps,
                                           const InputConvention& input, Padding padding, bool average_pooling);

}  // namespace neural_style
