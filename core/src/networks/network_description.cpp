// Reads a network's description: a small strict INI form, where anything unknown, doubled or missing is an error.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "network.hpp"

namespace neural_style {
namespace {

constexpr int most_channels = 65536;
constexpr std::size_t most_layers = 1000, most_sections = 100, most_entries = 1000;
constexpr std::size_t longest_tensor_name = 200;

struct Entry {
    std::string key, value;
    int line = 0;
    bool used = false;
};

struct Section {
    std::string kind, name;  ///< "[loss gatys]" → "loss", "gatys"
    int line = 0;
    std::vector<Entry> entries;
};

std::string trimmed(std::string_view text) {
    constexpr const char* blank = " \t\r";
    const auto first = text.find_first_not_of(blank);
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(blank) - first + 1));
}

std::vector<std::string> words(std::string_view text, std::string_view separators = " \t\r,") {
    std::vector<std::string> list;
    for (std::size_t at = 0; (at = text.find_first_not_of(separators, at)) != std::string_view::npos;) {
        const auto end = std::min(text.find_first_of(separators, at), text.size());
        list.emplace_back(text.substr(at, end - at));
        at = end;
    }
    return list;
}

template <class Number>
bool read_number(const std::string& text, Number& number) {
    const auto end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, number);
    return result.ec == std::errc() && result.ptr == end;
}

bool is_name(const std::string& text) {
    return !text.empty() && text.size() <= 64 && text[0] != '.' && text[0] != '-' &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                      c == '_' || c == '.';
           });
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
    return text;
}

/// One description while it is being read; knows its path, so that every complaint can name file and line.
class Reader {
public:
    Reader(const std::string& text, const std::string& path) : path_(path) { split(text); }

    Network read() {
        Network network;
        network.description_path = path_;
        network.name = path_.substr(path_.rfind('/') + 1);
        if (network.name.size() > 4 && network.name.compare(network.name.size() - 4, 4, ".ini") == 0)
            network.name.resize(network.name.size() - 4);

        Section& head = only("network");
        Entry& name = need(head, "name");
        if (!is_name(name.value) || name.value != network.name)
            complain(name.line, "the name \"" + name.value + "\" must be the file's own name without .ini");
        network.title = need(head, "title").value;
        network.licence = text(head, "licence");
        network.attribution = text(head, "attribution");
        network.built_in = flag(head, "built-in");
        network.loss = need(head, "loss").value;
        network.rescale = flag(head, "rescale");
        for (const std::string& file : words(text(head, "files"))) {
            if (!is_name(file)) complain(head.line, "\"" + file + "\" is not a plain file name");
            network.file_names.push_back(file);
        }

        read_layers(network, only("layers"));
        read_input(network, only("input"));
        for (Section& section : sections_) read_repeated(network, section);
        if (network.layer_defaults.find(network.loss) == network.layer_defaults.end())
            complain(head.line, "the default loss " + network.loss + " needs a section [loss " + network.loss + "]");
        refuse_unused();
        return network;
    }

private:
    [[noreturn]] void complain(int line, const std::string& what) const {
        throw Error(Cause::settings, "The network description " + path_ + " has a mistake in line " +
                                         std::to_string(line) + ": " + what + ".");
    }

    void split(const std::string& text) {
        int line_number = 0;
        for (std::size_t at = 0; at < text.size();) {
            const auto end = std::min(text.find('\n', at), text.size());
            const std::string line = trimmed(std::string_view(text).substr(at, end - at));
            at = end + 1;
            ++line_number;
            if (line.find('\0') != std::string::npos) complain(line_number, "a zero byte");
            if (line.empty() || line[0] == ';' || line[0] == '#') continue;
            if (line[0] == '[') {
                const auto parts = words(line.substr(1, line.size() - (line.back() == ']' ? 2 : 1)));
                if (line.back() != ']' || parts.empty() || parts.size() > 2)
                    complain(line_number, "a section is written [kind] or [kind name]");
                Section section;
                section.kind = parts[0];
                section.name = parts.size() > 1 ? parts[1] : "";
                section.line = line_number;
                for (const Section& other : sections_)
                    if (other.kind == section.kind && other.name == section.name)
                        complain(line_number, "the section " + line + " is there twice");
                if (sections_.size() >= most_sections) complain(line_number, "too many sections");
                sections_.push_back(section);
                continue;
            }
            const auto equals = line.find('=');
            if (equals == std::string::npos || sections_.empty())
                complain(line_number, "expected [section] or key = value");
            Entry entry{trimmed(line.substr(0, equals)), trimmed(line.substr(equals + 1)), line_number, false};
            for (const Entry& other : sections_.back().entries)
                if (other.key == entry.key) complain(line_number, "the key " + entry.key + " is there twice");
            if (sections_.back().entries.size() >= most_entries) complain(line_number, "too many keys");
            sections_.back().entries.push_back(entry);
        }
    }

    Section& only(const std::string& kind) {
        for (Section& section : sections_)
            if (section.kind == kind && section.name.empty()) return section;
        throw Error(Cause::settings, "The network description " + path_ + " has no section [" + kind + "].");
    }

    Entry* find(Section& section, const std::string& key) {
        for (Entry& entry : section.entries)
            if (entry.key == key) {
                entry.used = true;
                return &entry;
            }
        return nullptr;
    }

    Entry& need(Section& section, const std::string& key) {
        Entry* entry = find(section, key);
        if (!entry || entry->value.empty()) complain(section.line, "this section needs the key " + key);
        return *entry;
    }

    std::string text(Section& section, const std::string& key) {
        const Entry* entry = find(section, key);
        return entry ? entry->value : "";
    }

    bool flag(Section& section, const std::string& key) {
        const Entry* entry = find(section, key);
        if (!entry) return false;
        if (entry->value != "yes" && entry->value != "no") complain(entry->line, key + " is yes or no");
        return entry->value == "yes";
    }

    void read_layers(Network& network, Section& section) {
        Entry& sequence = need(section, "sequence");
        const Entry& weight = need(section, "weight-key");
        const Entry& bias = need(section, "bias-key");
        for (const Entry* entry : {&weight, &bias})
            if (entry->value.size() > longest_tensor_name) complain(entry->line, "a tensor name of such length");
        int channels = 3, position = 0, convolution = 0, pools = 0;
        for (const std::string& word : words(sequence.value)) {
            NetworkLayer layer;
            const auto colon = word.find(':');
            layer.name = word.substr(0, colon);
            layer.in_channels = channels;
            const std::string kind = layer.name.substr(0, 4);
            if (!is_name(layer.name) || layer.name.size() < 5 || (kind != "conv" && kind != "pool") ||
                (kind == "conv") != (colon != std::string::npos))
                complain(sequence.line,
                         "\"" + word + "\" is not a layer; write conv1_1:64 (3x3, 64 channels) or pool1");
            if (layer.name[4] == '_')
                complain(sequence.line, "\"" + word + "\": names such as conv_1 are kept for counting");
            for (const NetworkLayer& other : network.layers)
                if (other.name == layer.name) complain(sequence.line, "the layer " + layer.name + " is there twice");
            if (kind == "conv") {
                layer.kind = NetworkLayer::Kind::convolution;
                if (!read_number(word.substr(colon + 1), channels) || channels < 1 || channels > most_channels)
                    complain(sequence.line, "\"" + word + "\" needs 1.." + std::to_string(most_channels) + " channels");
                const auto key = [&](const Entry& entry) {
                    std::string text = replaced(entry.value, "{position}", std::to_string(position));
                    text = replaced(text, "{count}", std::to_string(convolution));
                    return replaced(text, "{name}", layer.name);
                };
                layer.weight_key = key(weight);
                layer.bias_key = key(bias);
                for (const NetworkLayer& other : network.layers)
                    if (other.weight_key == layer.weight_key || layer.weight_key == layer.bias_key)
                        complain(weight.line, "two tensors would have the name " + layer.weight_key +
                                                  "; use {position}, {count} or {name} in the keys");
                ++convolution;
                position += 2;  // itself and its ReLU
            } else {
                layer.kind = NetworkLayer::Kind::pool;
                ++position;
                ++pools;
            }
            layer.out_channels = channels;
            network.layers.push_back(layer);
            if (network.layers.size() > most_layers) complain(sequence.line, "more than 1000 layers");
        }
        if (!convolution) complain(sequence.line, "there is no convolution");
        if (pools > 16) complain(sequence.line, "more than 16 pools leave nothing of a picture");
    }

    void read_input(Network& network, Section& section) {
        const auto three = [&](const std::string& key, std::array<float, 3>& values) {
            const Entry& entry = need(section, key);
            const auto list = words(entry.value);
            bool good = list.size() == 3;
            for (std::size_t i = 0; good && i < 3; ++i)
                good = read_number(list[i], values[i]) && std::isfinite(values[i]);
            if (!good) complain(entry.line, key + " is three numbers, in the network's own channel order");
        };
        const Entry& range = need(section, "range");
        if (!read_number(range.value, network.range) || !std::isfinite(network.range) || network.range <= 0)
            complain(range.line, "range is a number above 0: what white is before mean and deviation, 1 or 255");
        const Entry& order = need(section, "order");
        if (order.value != "rgb" && order.value != "bgr") complain(order.line, "order is rgb or bgr");
        network.bgr = order.value == "bgr";
        three("mean", network.mean);
        three("deviation", network.deviation);
        if (const Entry* magnitude = find(section, "magnitude")) {
            if (!read_number(magnitude->value, network.magnitude) || !(network.magnitude >= 1e-6f) ||
                !(network.magnitude <= 1e6f))
                complain(magnitude->line, "magnitude is a number above 0");
            if (network.rescale) network.magnitude = 1;
        }
        for (const float value : network.deviation)
            if (value <= 0) complain(section.line, "deviation is above 0");
    }

    void read_repeated(Network& network, Section& section) {
        if (section.kind == "loss" && !section.name.empty()) {
            LayerDefaults& defaults = network.layer_defaults[section.name];
            for (auto* list : {&defaults.content_layers, &defaults.style_layers}) {
                const Entry& entry = need(section, list == &defaults.style_layers ? "style-layers" : "content-layers");
                for (const std::string& word : words(entry.value)) *list += (list->empty() ? "" : ",") + word;
                check_layers(network, *list, entry.line);
            }
            if (const Entry* factor = find(section, "content-factor"))
                if (!read_number(factor->value, defaults.content_factor) || !(defaults.content_factor >= 1e-9) ||
                    !(defaults.content_factor <= 1e9))
                    complain(factor->line, "content-factor is a number above 0");
        } else if (section.kind == "source" && !section.name.empty() && !network.built_in) {
            WeightsSource source;
            source.name = section.name;
            const Entry& url = need(section, "url");
            source.url = url.value;
            if (source.url.compare(0, 8, "https://") != 0 && source.url.compare(0, 7, "http://") != 0)
                complain(url.line, "url starts with https://");
            const Entry& format = need(section, "format");
            if (format.value != "safetensors" && format.value != "pytorch" && format.value != "onnx")
                complain(format.line, "format is safetensors, pytorch or onnx");
            source.format = format.value == "pytorch" ? WeightsSource::Format::pytorch
                            : format.value == "onnx"  ? WeightsSource::Format::onnx
                                                      : WeightsSource::Format::safetensors;
            if (const Entry* size = find(section, "size"))
                if (!read_number(size->value, source.size_bytes) || source.size_bytes == 0)
                    complain(size->line, "size is the file's length in bytes");
            if (const Entry* sha = find(section, "sha256")) {
                source.sha256 = sha->value;
                if (sha->value.size() < 8 || sha->value.size() > 64 ||
                    sha->value.find_first_not_of("0123456789abcdef") != std::string::npos)
                    complain(sha->line, "sha256 is 64 lower-case hexadecimal digits, or the first 8 or more of them");
            }
            network.sources.push_back(source);
        } else if (section.kind == "foreign-keys" && section.name.empty()) {
            for (Entry& entry : section.entries) {
                entry.used = true;
                if (!is_name(entry.value)) complain(entry.line, "write tensor-name = name of its network");
                network.foreign_keys[entry.key] = entry.value;
            }
        } else if (section.kind == "fingerprint" && section.name.empty()) {
            for (auto* list : {&network.first_weights, &network.first_bias})
                if (const Entry* entry = find(section, list == &network.first_bias ? "bias" : "weights"))
                    for (const std::string& word : words(entry->value)) {
                        float value = 0;
                        if (!read_number(word, value) || !std::isfinite(value) || list->size() >= 27)
                            complain(entry->line, "write the first numbers of the first convolution, 27 at the most");
                        list->push_back(value);
                    }
        } else if (section.kind != "network" && section.kind != "layers" && section.kind != "input") {
            complain(section.line, "a section [" + section.kind + (section.name.empty() ? "" : " " + section.name) +
                                       "] has no meaning here");
        }
    }

    void check_layers(const Network& network, const std::string& list, int line) const {
        for (const std::string& word : words(list)) {
            const auto colon = word.find(':');
            double weight = 0;
            if (colon != std::string::npos &&
                (!read_number(word.substr(colon + 1), weight) || !std::isfinite(weight) || weight < 0))
                complain(line, "\"" + word + "\": a layer's weight is a number from 0");
            try {
                find_layer(network, word.substr(0, colon));
            } catch (const Error&) {
                complain(line, "there is no layer " + word);
            }
        }
    }

    void refuse_unused() const {
        for (const Section& section : sections_)
            for (const Entry& entry : section.entries)
                if (!entry.used)
                    complain(entry.line, "the key " + entry.key + " has no meaning in [" + section.kind + "]");
    }

    std::string path_;
    std::vector<Section> sections_;
};

}  // namespace

Network read_network(const std::string& text, const std::string& path) { return Reader(text, path).read(); }

}  // namespace neural_style
