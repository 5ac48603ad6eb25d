// The 3x3 convolution of a picture of 3 channels, forward and backward to the picture, without a transform. The first
// layer of a ConvChain, which owns every buffer.
#pragma once

#include <cstddef>

#include "winograd_conv.hpp"

namespace neural_style::winograd {

/// Floats of the padded picture that both directions work in.
std::size_t padded_picture_floats(int height, int width);

/// Arranges weights (KCRS, `out_channels` x 3) for both directions: 27 times the padded channels.
Buffer arrange_picture_weights(const float* weight, int out_channels);

/// Convolves `picture` (store.height x store.width x 3) into `store`.
void convolve_picture(const float* weights, const float* picture, Padding padding, const ForwardStore& store,
                      float* padded_picture, int threads);

/// Writes the gradient to the picture, height x width x 3, from the gradient to the convolution's output, a map of
/// `channels` padded channels.
void convolve_picture_backward(const float* weights, const float* gradient, int height, int width, int channels,
                               Padding padding, float* padded_picture, float* out, int threads);

}  // namespace neural_style::winograd
