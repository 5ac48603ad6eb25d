// Readers of state dictionaries that PyTorch saved: zip archives (since 1.6) and the older form. Used by WeightsFile.
#pragma once

#include "weights_file.hpp"

namespace neural_style {

bool looks_like_zip(const std::vector<std::uint8_t>& head);
bool looks_like_old_pytorch(const std::vector<std::uint8_t>& head);

/// Tensors of every table that the file holds, alone or in a checkpoint among other things ("state_dict/0.weight"), and
/// of a whole network saved as an object. Throw Error(Cause::weights) with what is wrong, without the file's name.
StoredTensors read_pytorch_zip(const WeightsBytes& bytes);
StoredTensors read_old_pytorch(const WeightsBytes& bytes);

}  // namespace neural_style
