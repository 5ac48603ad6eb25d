#include "layer_list.hpp"

#include <charconv>
#include <cmath>

#include "neural-style/error.hpp"

namespace neural_style {
namespace {

std::string without_blanks(const std::string& text) {
    std::string kept;
    for (char character : text)
        if (character != ' ' && character != '\t') kept += character;
    return kept;
}

}  // namespace

std::vector<WeightedLayer> parse_layers(const std::string& key, const std::string& text) {
    const auto refuse = [&](const std::string& item) {
        throw Error(Cause::settings, "The setting " + key + " cannot hold \"" + item +
                                         "\"; write names such as relu4_2 or relu4_2:0.5, separated by commas.");
    };
    std::vector<WeightedLayer> layers;
    const std::string whole = without_blanks(text);
    for (std::size_t start = 0; start <= whole.size();) {
        const std::size_t end = std::min(whole.find(',', start), whole.size());
        const std::string item = whole.substr(start, end - start);
        const std::size_t colon = item.find(':');
        WeightedLayer layer{item.substr(0, colon)};
        if (layer.name.empty()) refuse(item);
        if (colon != std::string::npos) {
            const char* last = item.data() + item.size();
            const auto result = std::from_chars(item.data() + colon + 1, last, layer.weight);
            if (result.ec != std::errc() || result.ptr != last || !std::isfinite(layer.weight) || layer.weight < 0)
                refuse(item);
        }
        layers.push_back(layer);
        start = end + 1;
    }
    return layers;
}

}  // namespace neural_style
