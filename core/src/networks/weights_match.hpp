// Which tensors of a file are a network's: by the names in its description, else by the shapes of a row of
// convolutions. Used by WeightsFile's loading, the installer and the download of parts.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "network.hpp"
#include "weights_tensor.hpp"

namespace neural_style {

/// The weights and biases of the network's first `count` convolutions, in their order, by the names that its
/// description gives them, whatever the file calls them.
///
/// The file may have just these names, alone or behind one and the same prefix ("module.", "state_dict."). Where it has
/// not, a row of convolutions of just the network's shapes is taken, in the order of the graph that the file holds or
/// of the numbers in names that differ in nothing else ("features.module.0.weight"). Throws Error(Cause::weights) with
/// what is wrong, without the file's name: there is none or more than one, numbers cannot be read, or the file can be
/// told to belong to another network.
std::vector<std::pair<std::string, StoredTensor>> needed_tensors(const Network& network, const StoredTensors& tensors,
                                                                 std::size_t count = std::size_t(-1));

}  // namespace neural_style
