// Gatys' rescaling: a network's weights are scaled so that every channel's mean activation is 1, and no channel or
// layer counts more than another for the size of its numbers alone. Used where a description says `rescale = yes`; any
// thread.
#pragma once

#include <vector>

#include "networks/network.hpp"
#include "networks/weights_file.hpp"

namespace neural_style {

/// Mean over pixels of every convolution's channels after the ReLU, for pictures made for the purpose: overlapping
/// discs of every size and colour ("dead leaves", after Lee, Mumford and Huang 2001), which have the edges and the
/// spectrum of photographs and are the same everywhere. `convolutions` are the network's first ones; inputs are
/// normalised as the network wants them. Throws Error(Cause::settings) for a network where one pool follows another.
std::vector<std::vector<float>> mean_activations(const Network& network, const std::vector<Convolution>& convolutions,
                                                 int threads);

/// Scales weights and biases so that these means become 1 (Gatys et al. 2016, section 2). As a ReLU and a pool keep a
/// positive factor, each feature is then what it was times a constant of its channel. Departure from the paper: the
/// pictures, which were ImageNet's validation set; and a channel that is dead or nearly so on them (below a hundredth
/// of its layer's mean) is scaled only as one of that hundredth would be, so that its noise is not blown up.
void rescale_convolutions(const Network& network, std::vector<Convolution>& convolutions, int threads);

}  // namespace neural_style
