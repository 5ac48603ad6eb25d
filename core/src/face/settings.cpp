#include "neural-style/settings.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "neural-style/error.hpp"

namespace neural_style {
namespace {

constexpr double huge = 1e12;

constexpr const char* blanks = " \t\r\n";

bool is_blank(char character) { return std::string_view(blanks).find(character) != std::string_view::npos; }

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// Whether text[i] is a backslash that takes the next character's meaning away.
bool is_escape(std::string_view text, std::size_t i) {
    if (text[i] != '\\' || i + 1 >= text.size()) return false;
    return text[i + 1] == ';' || text[i + 1] == '\\' || is_blank(text[i + 1]);
}

// A value as it was before to_text(): without blanks around it, but for those that are escaped.
std::string unescaped(std::string_view text) {
    std::string value;
    std::size_t kept = 0;  // what follows may be blanks at the end
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = is_escape(text, i);
        if (escape) ++i;
        if (!escape && is_blank(text[i]) && value.empty()) continue;
        value += text[i];
        if (escape || !is_blank(text[i])) kept = value.size();
    }
    value.resize(kept);
    return value;
}

std::string escaped(const std::string& value) {
    std::string text;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const bool at_end = i == 0 || i + 1 == value.size();
        if (value[i] == ';' || value[i] == '\\' || (at_end && is_blank(value[i]))) text += '\\';
        text += value[i];
    }
    return text;
}

// Independent of the locale, unlike strtod: a German GIMP must read "0.5" as a half.
template <class Number>
bool read_number(std::string_view text, Number& number) {
    const auto end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, number);
    return result.ec == std::errc() && result.ptr == end;
}

std::string number_text(double value) {
    char buffer[64];
    const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
    return std::string(buffer, result.ptr);
}

// A part of what came, as a sentence can hold it: one line of a readable length.
std::string quoted(std::string_view text) {
    constexpr std::size_t most = 80;
    std::string words(text.substr(0, most));
    if (text.size() > most) {
        while (!words.empty() && (words.back() & 0xc0) == 0x80) words.pop_back();  // not within a character
        if (!words.empty() && (words.back() & 0x80)) words.pop_back();
        words += "…";
    }
    for (char& character : words)
        if ((character >= 0 && character < ' ') || character == 0x7f) character = '?';
    return "\"" + words + "\"";
}

const Setting& known(std::string_view key) {
    if (const Setting* setting = find_setting(key)) return *setting;
    throw Error(Cause::settings,
                "There is no setting called " + quoted(key) + "; neural-style --list-settings names them all.");
}

[[noreturn]] void refuse(const Setting& setting, std::string_view value) {
    throw Error(Cause::settings, std::string("The setting ") + setting.key + " cannot be " + quoted(value) +
                                     "; allowed: " + setting.allowed() + ".");
}

void check(const Setting& setting, std::string_view value) {
    switch (setting.kind) {
        case Setting::Kind::text:
            if (value.find('\0') != std::string_view::npos) refuse(setting, value);
            return;
        case Setting::Kind::choice:
            for (const char* choice : setting.choices)
                if (value == choice) return;
            refuse(setting, value);
        case Setting::Kind::integer: {
            if (value == "auto" && value == setting.standard) return;
            long long number = 0;
            if (!read_number(value, number) || number < setting.low || number > setting.high) refuse(setting, value);
            return;
        }
        case Setting::Kind::real: {
            double number = 0;
            if (!read_number(value, number) || !std::isfinite(number) || number < setting.low || number > setting.high)
                refuse(setting, value);
            return;
        }
    }
}

}  // namespace

const std::vector<Setting>& settings_table() {
    using K = Setting::Kind;
    static const std::vector<Setting> table = {
        {"network",
         K::text,
         "auto",
         0,
         0,
         {},
         "Network whose features are compared: auto (vgg19 if its weights are installed, else builtin), vgg19, "
         "builtin, "
         "or the name of a description."},
        {"weights", K::text, "", 0, 0, {}, "Weights file for the network, instead of the installed one."},
        {"loss",
         K::choice,
         "auto",
         0,
         0,
         {"auto", "tutorial", "gatys", "covariance", "sliced"},
         "How style is measured; auto: covariance for the networks that come with the program."},
        {"content-layers",
         K::text,
         "auto",
         0,
         0,
         {},
         "Layers that keep the content, name or name:weight, separated by commas; auto: by network and loss."},
        {"style-layers",
         K::text,
         "auto",
         0,
         0,
         {},
         "Layers that carry the style, name or name:weight, separated by commas; auto: by network and loss."},
        {"content-weight", K::real, "1", 0, huge, {}, "How strongly the content is kept."},
        {"style-weight", K::real, "1000", 0, huge, {}, "How strongly the style is taken on."},
        {"tv-weight", K::real, "0", 0, huge, {}, "How strongly neighbouring pixels are kept alike (total variation)."},
        {"style-scale", K::real, "1", 0.1, 4, {}, "Size of the strokes: the style picture is scaled by this first."},
        {"size",
         K::integer,
         "0",
         0,
         65536,
         {},
         "Longest edge in pixels that is optimised; 0: the layer's own size. The result is always the layer's size."},
        {"scales",
         K::text,
         "auto",
         0,
         0,
         {},
         "Coarse to fine: auto, 1 (one scale), or a list of longest edges such as 256,512,1024 or, with their "
         "evaluations, 256:300,512:50."},
        {"iterations",
         K::integer,
         "300",
         1,
         10000,
         {},
         "Evaluations of the loss at the first scale; each later scale gets two thirds of the one before."},
        {"optimiser",
         K::choice,
         "auto",
         0,
         0,
         {"auto", "lbfgs", "adam"},
         "How the picture is improved; auto: adam for the loss sliced, else lbfgs."},
        {"init",
         K::text,
         "content",
         0,
         0,
         {},
         "What the picture starts from: content, noise, style-noise (noise in the colours of the style), style, or a "
         "picture file; in GIMP also layer: and a layer's number."},
        {"seed",
         K::integer,
         "0",
         0,
         4294967295.0,
         {},
         "Start of the random numbers, which are drawn for init=noise, style-noise and the loss sliced: the same seed "
         "gives the same picture on the same processor."},
        {"coarseness",
         K::real,
         "0",
         -1,
         1,
         {},
         "Shifts the style's weight between fine texture (-1) and large shapes (1)."},
        {"detail",
         K::choice,
         "auto",
         0,
         0,
         {"auto", "repaint", "keep"},
         "How a larger scale begins: repaint: from the smaller picture alone, which looks more painted; keep: with the "
         "content's own fine detail, which stays sharper; auto: keep."},
        {"pooling", K::choice, "max", 0, 0, {"max", "average"}, "How the network halves its feature maps."},
        {"padding",
         K::choice,
         "auto",
         0,
         0,
         {"auto", "zero", "reflect", "replicate", "circular"},
         "What the network sees beyond the picture's edges; circular: seamless tiles; auto: reflect, zero for the "
         "loss tutorial."},
        {"colours",
         K::choice,
         "style",
         0,
         0,
         {"style", "content", "match", "histogram"},
         "style: the style's colours; content: the picture keeps its own; match: the style is given the picture's "
         "colours first, their mean and spread; histogram: their whole distribution."},
        {"deliver",
         K::choice,
         "layer",
         0,
         0,
         {"layer", "layers"},
         "In GIMP, layer: the result; layers: below it also a hidden copy that shows it in the content's colours."},
        {"device",
         K::text,
         "auto",
         0,
         0,
         {},
         "What computes: auto (a GPU if there is one, else cpu), cpu, cuda, cuda:1, mps, xpu."},
        {"precision",
         K::choice,
         "auto",
         0,
         0,
         {"auto", "float32", "tf32", "float16", "bfloat16"},
         "Number format of a VGG network; statistics, picture and optimiser stay float32; auto: float16 on an NVIDIA "
         "GPU "
         "that has units for it (since Volta), else float32."},
        {"convolutions",
         K::choice,
         "auto",
         0,
         0,
         {"auto", "direct"},
         "How a VGG network is computed on the CPU: by Winograd's method (auto) or directly by LibTorch, which is "
         "slower "
         "and differs in the last digits."},
        {"memory",
         K::integer,
         "auto",
         0,
         1 << 24,
         {},
         "Memory in MiB that the run may take; auto or 0: what is free, less a reserve. Where it is short, pictures "
         "are "
         "computed in tiles."},
        {"threads", K::integer, "auto", 0, 1024, {}, "Threads on the CPU; auto or 0: one for each physical core."},
        {"stop-below",
         K::real,
         "0",
         0,
         1,
         {},
         "A scale ends when 20 evaluations improved the loss by less than this part of it; 0: never."},
        {"preview-every", K::integer, "10", 0, 10000, {}, "Evaluations between previews; 0: none."},
    };
    return table;
}

const Setting* find_setting(std::string_view key) {
    for (const Setting& setting : settings_table())
        if (key == setting.key) return &setting;
    return nullptr;
}

std::string Setting::allowed() const {
    switch (kind) {
        case Kind::text:
            return "any text";
        case Kind::choice: {
            std::string list;
            for (const char* choice : choices) list += (list.empty() ? "" : ", ") + std::string(choice);
            return list;
        }
        case Kind::integer:
            return std::string(standard == std::string("auto") ? "auto, or a whole number, " : "a whole number, ") +
                   number_text(low) + ".." + std::to_string(static_cast<long long>(high));
        case Kind::real:
            return "a number, " + number_text(low) + ".." + number_text(high);
    }
    return {};
}

Settings Settings::parse(std::string_view text) {
    Settings settings;
    while (true) {
        std::size_t end = 0;
        while (end < text.size() && text[end] != ';') end += is_escape(text, end) ? 2 : 1;
        const std::string_view pair = text.substr(0, end);
        if (!trimmed(pair).empty()) {
            const auto equals = pair.find('=');
            if (equals == std::string_view::npos)
                throw Error(Cause::settings, quoted(trimmed(pair)) +
                                                 " is not a setting; write key=value, pairs separated by semicolons.");
            settings.set(trimmed(pair.substr(0, equals)), unescaped(pair.substr(equals + 1)));
        }
        if (end == text.size()) return settings;
        text.remove_prefix(end + 1);
    }
}

void Settings::set(std::string_view key, std::string_view value) {
    const Setting& setting = known(key);
    check(setting, value);
    values_[setting.key] = value;
}

void Settings::set(std::string_view key, double value) {
    // The shortest text of 100000 is 1e+05, which is no whole number to read.
    const bool whole =
        known(key).kind == Setting::Kind::integer && std::abs(value) < 1e15 && value == std::floor(value);
    set(key, whole ? std::to_string(static_cast<long long>(value)) : number_text(value));
}

void Settings::reset(std::string_view key) {
    const auto found = values_.find(known(key).key);
    if (found != values_.end()) values_.erase(found);
}

void Settings::merge(const Settings& other) {
    for (const auto& [key, value] : other.values_) values_[key] = value;
}

bool Settings::is_set(std::string_view key) const { return values_.find(known(key).key) != values_.end(); }

std::string Settings::text(std::string_view key) const {
    const Setting& setting = known(key);
    const auto found = values_.find(setting.key);
    return found == values_.end() ? setting.standard : found->second;
}

double Settings::real(std::string_view key) const {
    const std::string value = text(key);
    double number = 0;
    read_number(std::string_view(value), number);
    return number;
}

long long Settings::integer(std::string_view key) const {
    const std::string value = text(key);
    long long number = 0;
    read_number(std::string_view(value), number);
    return number;
}

std::string Settings::to_text() const {
    std::string text;
    for (const Setting& setting : settings_table()) {
        const auto found = values_.find(setting.key);
        if (found == values_.end()) continue;
        if (!text.empty()) text += ';';
        text += found->first + "=" + escaped(found->second);
    }
    return text;
}

}  // namespace neural_style
