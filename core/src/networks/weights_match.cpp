#include "weights_match.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace neural_style {
namespace {

constexpr std::size_t most_fits = 16;  // more than two are as ambiguous as two

using Shape = std::vector<std::uint64_t>;

/// A convolution that the network needs.
struct Needed {
    const NetworkLayer* layer;
    Shape weight, bias;
};

/// A convolution that the file has, by the names of its tensors; without names whatever else is computed there.
struct Stored {
    std::string weight, bias;
};

/// One way to take the network from the file.
using Fit = std::vector<Stored>;

[[noreturn]] void refuse(const std::string& what) { throw Error(Cause::weights, readable(what)); }

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

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool has(const StoredTensors& tensors, const std::string& name, const Shape& shape) {
    const auto found = tensors.find(name);
    return found != tensors.end() && found->second.shape == shape;
}

/// Words of a tensor's name, in small letters.
std::set<std::string> words_of(const std::string& name) {
    std::set<std::string> words;
    std::string word;
    for (const char c : name + "/") {
        if (std::isalpha(static_cast<unsigned char>(c))) {
            word += char(std::tolower(static_cast<unsigned char>(c)));
        } else if (!word.empty()) {
            words.insert(std::move(word));
            word.clear();
        }
    }
    return words;
}

bool has_word(const std::string& name, std::initializer_list<const char*> wanted) {
    const auto words = words_of(name);
    return std::any_of(wanted.begin(), wanted.end(), [&](const char* word) { return words.count(word) > 0; });
}

/// What an optimiser keeps has the shapes of the weights, and is none.
bool is_of_an_optimiser(const std::string& name) {
    return has_word(name, {"optim", "optimizer", "optimizers", "optimiser", "momentum"});
}

/// Means over the training, which stand beside the weights that they are of.
bool is_of_a_copy(const std::string& name) {
    return has_word(name, {"ema", "swa", "average", "averaged", "avg", "shadow", "teacher"});
}

/// What stands before the description's names: "", "module.", "state_dict/". `first` is the first of these.
std::vector<std::string> prefixes_of(const std::string& first, const StoredTensors& tensors) {
    std::vector<std::string> prefixes;
    for (const auto& [name, tensor] : tensors) {
        if (name.size() < first.size() || name.compare(name.size() - first.size(), first.size(), first) != 0) continue;
        const std::string prefix = name.substr(0, name.size() - first.size());
        if (!prefix.empty() && std::isalnum(static_cast<unsigned char>(prefix.back()))) continue;  // "12.w" for "2.w"
        if (!is_of_an_optimiser(prefix)) prefixes.push_back(prefix);
    }
    std::sort(prefixes.begin(), prefixes.end());  // the description's own names first
    return prefixes;
}

void refuse_foreign(const Network& network, const std::string& prefix, const StoredTensors& tensors) {
    for (const auto& [key, other] : network.foreign_keys)
        if (tensors.count(prefix + key))
            refuse("it belongs to the network " + other + ", not to " + network.name + "; choose network=" + other +
                   " for it");
}

/// The description's names behind a prefix. Throws with what is wrong about the first that does not do.
Fit named_as_described(const std::string& prefix, const std::vector<Needed>& needed, const StoredTensors& tensors) {
    const auto check = [&](const std::string& name, const Shape& shape) {
        const auto found = tensors.find(name);
        if (found == tensors.end()) refuse("it has no tensor " + name + ", so it belongs to another network");
        if (found->second.shape != shape)
            refuse("its tensor " + name + " is " + shape_text(found->second.shape) + " where the network needs " +
                   shape_text(shape) + ", so it belongs to another network");
        return name;
    };
    Fit fit;
    for (const Needed& convolution : needed)
        fit.push_back({check(prefix + convolution.layer->weight_key, convolution.weight),
                       check(prefix + convolution.layer->bias_key, convolution.bias)});
    return fit;
}

/// The places of a row from which on it has the network's shapes.
void add_fits(const std::vector<Stored>& row, const std::vector<Needed>& needed, const StoredTensors& tensors,
              std::vector<Fit>& fits) {
    for (std::size_t start = 0; start + needed.size() <= row.size() && fits.size() < most_fits; ++start) {
        std::size_t i = 0;
        while (i < needed.size() && has(tensors, row[start + i].weight, needed[i].weight) &&
               has(tensors, row[start + i].bias, needed[i].bias))
            ++i;
        const auto first = row.begin() + std::ptrdiff_t(start);
        if (i == needed.size()) fits.emplace_back(first, first + std::ptrdiff_t(needed.size()));
    }
}

/// Convolutions in the order of the graph.
std::vector<Stored> row_of_graph(const StoredTensors& tensors) {
    std::vector<std::pair<int, Stored>> placed;
    for (const auto& [name, tensor] : tensors)
        if (tensor.place >= 0) placed.push_back({tensor.place, {name, tensor.bias}});
    std::sort(placed.begin(), placed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Stored> row;
    for (std::size_t i = 0; i < placed.size(); ++i) {
        if (i > 0 && placed[i].first != placed[i - 1].first + 1) row.push_back({});
        row.push_back(placed[i].second);
    }
    return row;
}

/// A name's numbers, and what is left of it: "#" for each.
std::pair<std::string, std::vector<std::uint64_t>> numbers_apart(const std::string& name) {
    std::string rest;
    std::vector<std::uint64_t> numbers;
    for (std::size_t at = 0; at < name.size();) {
        if (!is_digit(name[at])) {
            rest += name[at++];
            continue;
        }
        std::uint64_t number = 0;
        for (; at < name.size() && is_digit(name[at]); ++at) number = number * 10 + std::uint64_t(name[at] - '0');
        rest += '#';
        numbers.push_back(number);
    }
    return {rest, numbers};
}

/// As the tensor that the same convolution adds is called; "" where no custom says it.
std::string bias_of(const std::string& weight) {
    static const std::pair<const char*, const char*> customs[] = {{"weight", "bias"}, {"W", "b"}, {"w", "b"}};
    const auto start = weight.find_last_of("./_") + 1;  // of its last word; 0 for a name of one word
    for (const auto& [ending, bias] : customs)
        if (weight.compare(start, std::string::npos, ending) == 0) return weight.substr(0, start) + bias;
    return "";
}

/// Convolutions whose names differ in numbers only, in the order of these.
std::vector<std::vector<Stored>> rows_of_names(const StoredTensors& tensors) {
    std::map<std::string, std::map<std::vector<std::uint64_t>, Stored>> rows;
    for (const auto& [name, tensor] : tensors) {
        if (tensor.shape.size() != 4 || is_of_an_optimiser(name)) continue;
        const auto [rest, numbers] = numbers_apart(name);
        rows[rest].emplace(numbers, Stored{name, bias_of(name)});
    }
    std::vector<std::vector<Stored>> list;
    for (const auto& [rest, row] : rows) {
        list.emplace_back();
        for (const auto& [numbers, stored] : row) list.back().push_back(stored);
    }
    return list;
}

/// Batch normalisation stands between convolutions and changes what they see, but is no convolution itself.
void refuse_normalised(const Fit& fit, const StoredTensors& tensors) {
    const std::string& name = fit.front().weight;
    const auto number = std::find_if(name.begin(), name.end(), is_digit);
    std::string beside(name.begin(), number);  // "features."
    beside.resize(beside.find_last_of("./") + 1);
    for (auto other = tensors.lower_bound(beside); other != tensors.end(); ++other) {
        if (other->first.compare(0, beside.size(), beside) != 0) break;
        if (other->first.find("running_mean") != std::string::npos)
            refuse("it has batch normalisation between its convolutions (" + other->first +
                   "), which no network of this program has");
    }
}

/// The one fit of several that is meant.
Fit only_one(std::vector<Fit> fits, const StoredTensors& tensors) {
    const auto places = [&](const Fit& fit) {
        std::vector<std::uint64_t> offsets;
        for (const Stored& one : fit) offsets.push_back(tensors.at(one.weight).offset);
        return offsets;
    };
    std::set<std::vector<std::uint64_t>> seen;  // the same numbers may have two names
    std::vector<Fit> plain, copies;
    for (Fit& fit : fits)
        if (seen.insert(places(fit)).second)
            (is_of_a_copy(fit.front().weight) ? copies : plain).push_back(std::move(fit));
    const std::vector<Fit>& rest = plain.empty() ? copies : plain;
    if (rest.size() > 1)
        refuse("two rows of convolutions in it have the network's shapes, from " + rest[0].front().weight +
               " on and from " + rest[1].front().weight + " on; save the one that is meant in a file of its own");
    return rest.front();
}

/// A few names, of convolutions where there are any.
std::string some_names(const StoredTensors& tensors) {
    const auto is_convolution = [](const auto& entry) { return entry.second.shape.size() == 4; };
    const bool convolutions = std::any_of(tensors.begin(), tensors.end(), is_convolution);
    std::string names;
    int count = 0;
    for (const auto& entry : tensors) {
        const std::string& name = entry.first;
        if (convolutions && !is_convolution(entry)) continue;
        if (++count > 3) return names + ", ...";
        names += (names.empty() ? "" : ", ") + name.substr(0, 80);
    }
    return names.empty() ? "none" : names;
}

Fit find_fit(const Network& network, const std::vector<Needed>& needed, const StoredTensors& tensors) {
    const std::string& first = needed.front().layer->weight_key;
    std::string wrong;
    std::vector<Fit> fits;
    for (const std::string& prefix : prefixes_of(first, tensors)) {
        refuse_foreign(network, prefix, tensors);
        try {
            fits.push_back(named_as_described(prefix, needed, tensors));
            if (prefix.empty()) return fits.front();
        } catch (const Error& error) {
            if (wrong.empty()) wrong = error.what();
        }
    }
    if (!fits.empty()) return only_one(fits, tensors);

    add_fits(row_of_graph(tensors), needed, tensors, fits);
    if (!fits.empty()) return only_one(fits, tensors);
    for (const auto& row : rows_of_names(tensors)) add_fits(row, needed, tensors, fits);
    if (!fits.empty()) {
        const Fit fit = only_one(fits, tensors);
        refuse_normalised(fit, tensors);
        return fit;
    }
    if (!wrong.empty()) refuse(wrong);
    refuse(
        "it has no tensor " + first +
        " and no single row of convolutions of the network's shapes, so it belongs to another network; its tensors: " +
        some_names(tensors));
}

/// Of all convolutions where the file has them all, for the first few alone are like those of many networks.
Fit best_fit(const Network& network, const std::vector<Needed>& needed, const StoredTensors& tensors) {
    const std::vector<Needed> all = needed_convolutions(network, network.layers.size());
    if (all.size() > needed.size()) try {
            return find_fit(network, all, tensors);
        } catch (const Error&) {  // a file may be cut behind what is needed
        }
    return find_fit(network, needed, tensors);
}

}  // namespace

std::vector<std::pair<std::string, StoredTensor>> needed_tensors(const Network& network, const StoredTensors& tensors,
                                                                 std::size_t count) {
    refuse_foreign(network, "", tensors);
    const std::vector<Needed> needed = needed_convolutions(network, count);
    if (needed.empty()) return {};
    const Fit fit = best_fit(network, needed, tensors);
    std::vector<std::pair<std::string, StoredTensor>> list;
    for (std::size_t i = 0; i < needed.size(); ++i) {
        list.emplace_back(needed[i].layer->weight_key, tensors.at(fit[i].weight));
        list.emplace_back(needed[i].layer->bias_key, tensors.at(fit[i].bias));
    }
    for (const auto& [name, tensor] : list) {
        if (!tensor.flaw.empty()) refuse("the numbers of the tensor " + name + tensor.flaw);
        if (!size_of(tensor.type))
            refuse("its tensor " + name + " has numbers of the type " + tensor.type_name +
                   ", and only float32, float16, bfloat16 and float64 can be read");
    }
    return list;
}

}  // namespace neural_style
