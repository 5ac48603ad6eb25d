// A network's layers in half precision. Used by method, for GPUs.
//
// Half precision has eleven bits, as tf32 has, and takes half of its memory and time; but its numbers end at 65504 and
// lose bits below 6e-5. Networks whose features go into the thousands, and slopes of losses that are means over a
// million positions, leave that range, and a run ends in numbers that are none. So layers are scaled here, and slopes
// in half_slopes.hpp. Scaling is exact, for a ReLU or a pool of something scaled is the same of it, scaled.
#pragma once

#include "convolution_encoder.hpp"

namespace neural_style {

/// A picture with every frequency and many colours, 1×3×128×128, 0..1.
at::Tensor probe_picture(const at::Device& device);

/// Scales the layers such that what each gives of probe_picture() is 64 at the most and more than 32, and so is what
/// the input becomes. What one part of the network hands over to another needs no scaling then.
void bring_to_half(std::vector<ConvolutionLayer>& layers, InputConvention& input, bool average_pooling);

}  // namespace neural_style
