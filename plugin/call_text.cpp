#include "call_text.hpp"

#include <glib.h>

#include <charconv>
#include <cmath>
#include <string_view>

#include "engine_request.hpp"
#include "neural-style/error.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

// Independent of the locale, and without an exponent where a person would write none.
std::string number_text(double value) {
    char digits[400];
    const auto form = std::abs(value) < 1e15 && (value == 0 || std::abs(value) > 1e-6) ? std::chars_format::fixed
                                                                                       : std::chars_format::general;
    return std::string(digits, std::to_chars(digits, digits + sizeof digits, value, form).ptr);
}

std::string lower(const std::string& text) {
    std::string result = text;
    for (char& letter : result) letter = g_ascii_tolower(letter);
    return result;
}

bool ends_in(const std::string& text, std::string_view end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool is_picture_file(const std::string& file) {
    const std::string name = lower(file);
    for (const char* ending : {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp"})
        if (ends_in(name, ending)) return true;
    return false;
}

void must_have_file(const StyleChoice& style) {
    if (style.picture && style.file.empty())
        throw Error(Cause::picture, filled(_("The style “%s” is on the clipboard only; save it as a file, and add that "
                                             "file as the style."),
                                           style.name.c_str()));
}

std::string file_of(const Layer& layer) {
    if (is_picture_file(layer.file)) return layer.file;
    std::string name = layer.name;
    for (char& letter : name)
        if (letter == '/' || letter == '\n') letter = '_';
    return is_picture_file(name) ? name : name + ".png";
}

std::string style_name(Host& host, const StyleChoice& style) {
    return style.picture ? style.name : host.layer(style.layer).name;
}

// A channel or layer, exported under its name. What follows a colon would be read as another mask.
std::string mask_file(Host& host, int region, const char* addition) {
    std::string name = host.region_name(region);
    for (char& letter : name)
        if (letter == '/' || letter == '\n' || letter == ':') letter = '_';
    return name + addition + ".png";
}

// A name that begins with a dash would be taken for an option.
std::string as_argument(const std::string& file) { return quoted_for_shell(file[0] == '-' ? "./" + file : file); }

// Without a meaning for a file.
bool is_guis(std::string_view key) { return key == "preview-every" || key == "deliver"; }

std::string without_ending(const std::string& file) {
    const auto dot = file.rfind('.');
    const auto slash = file.rfind('/');
    return dot == std::string::npos || (slash != std::string::npos && dot < slash) ? file : file.substr(0, dot);
}

}  // namespace

std::string quoted_for_scheme(const std::string& text) {
    std::string quoted = "\"";
    for (const char letter : text) {
        if (letter == '"' || letter == '\\') quoted += '\\';
        quoted += letter;
    }
    return quoted + '"';
}

std::string quoted_for_shell(const std::string& text) {
    static constexpr std::string_view safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=,+@%-";
    if (!text.empty() && text.find_first_not_of(safe) == std::string::npos) return text;
    gchar* quoted = g_shell_quote(text.c_str());
    const std::string result = quoted;
    g_free(quoted);
    return result;
}

std::string script_fu_call(Host& host, const RunRequest& request) {
    std::string names = "(image " + std::to_string(host.layer(request.content).image) + ") (content " +
                        std::to_string(request.content) + ")";
    std::string styles, weights;
    int count = 0;
    for (std::size_t i = 0; i < request.styles.size(); ++i) {
        if (!takes_part(request, i)) continue;
        const StyleChoice& style = request.styles[i];
        must_have_file(style);
        ++count;
        const std::string name = "style" + (request.styles.size() > 1 ? "-" + std::to_string(count) : std::string());
        names += " (" + name + " " +
                 (style.picture
                      ? "(car (gimp-file-load-layer RUN-NONINTERACTIVE image " + quoted_for_scheme(style.file) + "))"
                      : std::to_string(style.layer)) +
                 ")";
        styles += " " + name;
        weights += " " + number_text(style.weight);
    }
    const std::vector<GuideChoice> guides = all_guides(request);
    std::string contents, guided, regions;
    const auto name_region = [&](int region, const char* kind, std::size_t index) {
        if (region < 0) return std::string(" -1");
        const std::string name = kind + ("-" + std::to_string(index + 1));
        names += " (" + name + " " + std::to_string(region) + ")";
        return " " + name;
    };
    for (std::size_t i = 0; i < guides.size(); ++i) {
        contents += name_region(guides[i].content, "guide", i);
        guided += " " + std::to_string(place_of(request, guides[i].style));
        regions += name_region(guides[i].region, "region", i);
    }
    Settings further = request.settings;
    for (const char* key : {"content-weight", "style-weight", "iterations"}) further.reset(key);
    const std::string number = std::to_string(count);
    const auto array = [](const std::string& number, const std::string& values) {
        return " " + number + " (vector" + values + ")";
    };
    const bool single = count == 1 && guides.empty();
    std::string chosen = single ? styles : array(number, styles) + array(number, weights);
    const std::string pairs = std::to_string(guides.size());
    if (!guides.empty()) chosen += array(pairs, contents) + array(pairs, guided) + array(pairs, regions);
    return "(let* (" + names + ") (plug-in-neural-style" +
           (single           ? ""
            : guides.empty() ? "-blend"
                             : "-guided") +
           " RUN-NONINTERACTIVE image content" + chosen + " " + number_text(request.settings.real("content-weight")) +
           " " + number_text(request.settings.real("style-weight")) + " " + request.settings.text("iterations") + " " +
           quoted_for_scheme(further.to_text()) + "))";
}

std::string command_call(Host& host, const RunRequest& request) {
    const std::string content = file_of(host.layer(request.content));
    std::string command = "neural-style " + as_argument(content);
    for (std::size_t i = 0; i < request.styles.size(); ++i) {
        if (!takes_part(request, i)) continue;
        const StyleChoice& style = request.styles[i];
        must_have_file(style);
        std::string file = style.picture ? style.file : file_of(host.layer(style.layer));
        // What follows a colon would be read as the weight.
        if (style.weight != 1 || file.find(':') != std::string::npos) file += ":" + number_text(style.weight);
        command += " --style " + as_argument(file);
    }
    for (const GuideChoice& guide : all_guides(request)) {
        if (guide.content < 0)
            throw Error(Cause::picture,
                        filled(_("A command cannot take a part of the style “%s” for all of the picture; "
                                 "choose the region that takes it on too."),
                               style_name(host, request.styles[guide.style]).c_str()));
        const std::string own = mask_file(host, guide.content, "");
        std::string region = guide.region < 0 ? "" : mask_file(host, guide.region, "");
        if (region == own && guide.region != guide.content) region = mask_file(host, guide.region, "-style");
        command +=
            " --guide " + as_argument(own + ":" + region + ":" + std::to_string(place_of(request, guide.style) + 1));
    }
    command += " --output " + as_argument(without_ending(content) + "-painted.png");
    Settings settings = request.settings;
    if (const int start = start_layer(settings); start >= 0) settings.set("init", file_of(host.layer(start)));
    for (const Setting& setting : settings_table())
        if (settings.is_set(setting.key) && !is_guis(setting.key))
            command += std::string(" --") + setting.key + " " + quoted_for_shell(settings.text(setting.key));
    return command;
}

}  // namespace neural_style
