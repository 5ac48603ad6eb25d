#include "network.hpp"

#include <charconv>

namespace neural_style {
namespace {

// "conv1_1" and "relu1_1" both end in "1_1"; "" if `name` does not start with `kind`.
std::string_view after(std::string_view kind, std::string_view name) {
    return name.substr(0, kind.size()) == kind ? name.substr(kind.size()) : std::string_view();
}

// Counts from 1: "_4" → 4; 0 for anything else.
int counted(std::string_view rest) {
    int number = 0;
    if (rest.size() < 2 || rest[0] != '_') return 0;
    const auto result = std::from_chars(rest.data() + 1, rest.data() + rest.size(), number);
    return result.ec == std::errc() && result.ptr == rest.data() + rest.size() && number > 0 ? number : 0;
}

std::string known_layers(const Network& network) {
    std::string names;
    for (const NetworkLayer& layer : network.layers) names += (names.empty() ? "" : ", ") + layer.name;
    return names;
}

}  // namespace

LayerDefaults Network::layers_for(std::string_view loss_name) const {
    const auto found = layer_defaults.find(std::string(loss_name));
    return found == layer_defaults.end() ? LayerDefaults() : found->second;
}

int Network::convolutions() const {
    int count = 0;
    for (const NetworkLayer& layer : layers) count += layer.kind == NetworkLayer::Kind::convolution;
    return count;
}

LayerPlace find_layer(const Network& network, std::string_view layer_name) {
    for (const char* kind : {"conv", "relu", "pool"}) {
        const std::string_view rest = after(kind, layer_name);
        if (rest.empty()) continue;
        const bool pool = kind[0] == 'p';
        const int wanted = counted(rest);
        int count = 0;
        for (std::size_t i = 0; i < network.layers.size(); ++i) {
            const NetworkLayer& layer = network.layers[i];
            if ((layer.kind == NetworkLayer::Kind::pool) != pool) continue;
            ++count;
            if (wanted ? wanted == count : after(pool ? "pool" : "conv", layer.name) == rest)
                return {i, kind[0] == 'r', layer.out_channels};
        }
    }
    if (network.layers.empty())
        throw Error(Cause::settings, "The network " + network.name + " has no layers to choose from.");
    throw Error(Cause::settings, "The network " + network.name + " has no layer \"" + std::string(layer_name) +
                                     "\"; it has " + known_layers(network) +
                                     ", conv1_1 also as relu1_1 (after its ReLU) or counted as conv_1.");
}

}  // namespace neural_style
