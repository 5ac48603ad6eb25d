// The lists in the settings content-layers and style-layers.
#pragma once

#include <string>
#include <vector>

namespace neural_style {

struct WeightedLayer {
    std::string name;
    double weight = 1;  ///< ≥ 0
};

/// "relu1_1,relu2_1:0.5". Throws Error(Cause::settings) naming `key` for an empty name or a weight that is no number ≥
/// 0.
std::vector<WeightedLayer> parse_layers(const std::string& key, const std::string& text);

}  // namespace neural_style
