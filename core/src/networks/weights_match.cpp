#include "weights_match.hpp"

#include <algorithm>

namespace neural_style {
namespace {

constexpr std::size_t most_fits = 16;  // more than two are as ambiguous as two

using Shape = std::vector<std::uint64_t>;

/// A convolution that the network needs.
struct Needed {
    const NetworkLayer* layer;
    Shape weight, bias;
};

/// A convolution that the file has.
struct Stored {
    const std::string* weight;  ///< names
    std::string bias;
};

/// One way to take the network from the file.
struct Fit {
    std::string prefix;  ///< what stands before the numbers or the description's names
    std::vector<Stored> convolutions;
};

[[noreturn]] void refuse(const std::string& what) { throw Error(Cause::weights, what); }

std::vector<Needed> needed_convolutions(const Network& network, std::size_t count) {
    std::vector<Needed> list;
    for (const NetworkLayer& layer : network.layers) {
        if (layer.kind != NetworkLayer::Kind::convolution) continue;
        if (list.size() >= count) break;
        const auto out = std::uint64_t(layer.out_channels);
        list.push_back({&layer, {out, std::uint64_t(layer.in_channels), 3, 3}, {out}});
    }
    return list;
}

std::string shape_text(const Shape& shape) {
    std::string text;
    for (const std::uint64_t extent : shape) text += (text.empty() ? "" : "x") + std::to_string(extent);
    return text.empty() ? "a single number" : text;
}

bool has(const StoredTensors& tensors, const std::string& name, const Shape& shape) {
    const auto found = tensors.find(name);
    return found != tensors.end() && found->second.shape == shape;
}

/// The description's names as they stand, with what is wrong about the first that does not do.
Fit named_as_described(const std::vector<Needed>& needed, const StoredTensors& tensors) {
    Fit fit;
    const auto check = [&](const std::string& name, const Shape& shape) {
        const auto found = tensors.find(name);
        if (found == tensors.end()) refuse("it has no tensor " + name + ", so it belongs to another network");
        if (found->second.shape != shape)
            refuse("its tensor " + name + " is " + shape_text(found->second.shape) + " where the network needs " +
                   shape_text(shape) + ", so it belongs to another network");
    };
    for (const Needed& convolution : needed) {
        check(convolution.layer->weight_key, convolution.weight);
        check(convolution.layer->bias_key, convolution.bias);
        fit.convolutions.push_back({&convolution.layer->weight_key, convolution.layer->bias_key});
    }
    return fit;
}

/// The first places of a row from which on it has the network's shapes.
std::vector<Fit> fits_in(const std::vector<Stored>& row, const std::vector<Needed>& needed,
                         const StoredTensors& tensors) {
    std::vector<Fit> fits;
    for (std::size_t start = 0; start + needed.size() <= row.size() && fits.size() < most_fits; ++start) {
        std::size_t i = 0;
        while (i < needed.size() && row[start + i].weight && has(tensors, *row[start + i].weight, needed[i].weight) &&
               has(tensors, row[start + i].bias, needed[i].bias))
            ++i;
        if (i < needed.size()) continue;
        const auto first = row.begin() + std::ptrdiff_t(start);
        fits.push_back({*first->weight, {first, first + std::ptrdiff_t(needed.size())}});
    }
    return fits;
}

/// Convolutions in the order of the graph; one without a name stands for whatever else is computed between two.
std::vector<Stored> row_of_graph(const StoredTensors& tensors) {
    std::vector<std::pair<int, Stored>> placed;
    for (const auto& [name, tensor] : tensors)
        if (tensor.place >= 0) placed.push_back({tensor.place, {&name, tensor.bias}});
    std::sort(placed.begin(), placed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Stored> row;
    for (std::size_t i = 0; i < placed.size(); ++i) {
        if (i > 0 && placed[i].first != placed[i - 1].first + 1) row.push_back({nullptr, ""});
        row.push_back(placed[i].second);
    }
    return row;
}

std::string some_names(const StoredTensors& tensors) {
    std::string names;
    int count = 0;
    for (const auto& [name, tensor] : tensors) {
        if (++count > 3) return names + " …";
        names += (names.empty() ? "" : ", ") + name.substr(0, 80);
    }
    return names.empty() ? "none" : names;
}

/// The one fit of several that is meant.
const Fit& only_one(const std::vector<Fit>& fits) {
    if (fits.size() > 1)
        refuse("two rows of convolutions in it have the network's shapes, from " + fits[0].prefix + " on and from " +
               fits[1].prefix + " on; save the one that is meant in a file of its own");
    return fits.front();
}

Fit find_fit(const std::vector<Needed>& needed, const StoredTensors& tensors) {
    try {
        return named_as_described(needed, tensors);
    } catch (const Error&) {
        const std::vector<Fit> fits = fits_in(row_of_graph(tensors), needed, tensors);
        if (!fits.empty()) return only_one(fits);
        if (tensors.count(needed.front().layer->weight_key)) throw;
    }
    refuse(
        "it has no tensor " + needed.front().layer->weight_key +
        " and no single row of convolutions of the network's shapes, so it belongs to another network; its tensors: " +
        some_names(tensors));
}

void refuse_foreign(const Network& network, const StoredTensors& tensors) {
    for (const auto& [key, other] : network.foreign_keys)
        if (tensors.count(key))
            refuse("it belongs to the network " + other + ", not to " + network.name + "; choose network=" + other +
                   " for it");
}

}  // namespace

std::vector<std::pair<std::string, StoredTensor>> needed_tensors(const Network& network, const StoredTensors& tensors,
                                                                 std::size_t count) {
    refuse_foreign(network, tensors);
    const std::vector<Needed> needed = needed_convolutions(network, count);
    if (needed.empty()) return {};
    const Fit fit = find_fit(needed, tensors);
    std::vector<std::pair<std::string, StoredTensor>> list;
    for (std::size_t i = 0; i < needed.size(); ++i) {
        list.emplace_back(needed[i].layer->weight_key, tensors.at(*fit.convolutions[i].weight));
        list.emplace_back(needed[i].layer->bias_key, tensors.at(fit.convolutions[i].bias));
    }
    for (const auto& [name, tensor] : list)
        if (!size_of(tensor.type))
            refuse("its tensor " + name + " has numbers of the type " + tensor.type_name +
                   ", and only float32, float16, bfloat16 and float64 can be read");
    return list;
}

}  // namespace neural_style
