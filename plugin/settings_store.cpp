#include "settings_store.hpp"

#include <glib.h>
#include <glib/gstdio.h>

#include <cerrno>
#include <memory>

#include "neural-style/error.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

constexpr int version = 1;
constexpr const char* about = "file";
constexpr const char* settings_group = "settings";
constexpr const char* styles_group = "styles";
constexpr const char* guides_group = "guides";

using KeyFile = std::unique_ptr<GKeyFile, decltype(&g_key_file_unref)>;
KeyFile new_key_file() { return {g_key_file_new(), g_key_file_unref}; }

template <class Value>
using Owned = std::unique_ptr<Value, decltype(&g_free)>;
template <class Value>
Owned<Value> owned(Value* value) {
    return {value, g_free};
}

}  // namespace

std::string to_text(const LastValues& values) {
    const KeyFile file = new_key_file();
    g_key_file_set_integer(file.get(), about, "version", version);
    for (const Setting& setting : settings_table())
        if (values.settings.is_set(setting.key))
            g_key_file_set_string(file.get(), settings_group, setting.key, values.settings.text(setting.key).c_str());
    if (!values.styles.empty()) {
        std::vector<int> layers;
        std::vector<double> weights;
        for (const StyleChoice& style : values.styles) {
            layers.push_back(style.layer);
            weights.push_back(style.weight);
        }
        g_key_file_set_integer_list(file.get(), styles_group, "layers", layers.data(), layers.size());
        g_key_file_set_double_list(file.get(), styles_group, "weights", weights.data(), weights.size());
    }
    if (!values.guides.empty()) {
        std::vector<int> contents, styles, regions;
        for (const GuideChoice& guide : values.guides) {
            contents.push_back(guide.content);
            styles.push_back(int(guide.style));
            regions.push_back(guide.region);
        }
        g_key_file_set_integer_list(file.get(), guides_group, "contents", contents.data(), contents.size());
        g_key_file_set_integer_list(file.get(), guides_group, "styles", styles.data(), styles.size());
        g_key_file_set_integer_list(file.get(), guides_group, "regions", regions.data(), regions.size());
    }
    gsize length = 0;
    const auto text = owned(g_key_file_to_data(file.get(), &length, nullptr));
    return std::string(text.get(), length);
}

LastValues last_values(const std::string& text) {
    LastValues values;
    const KeyFile file = new_key_file();
    if (!g_key_file_load_from_data(file.get(), text.data(), text.size(), G_KEY_FILE_NONE, nullptr)) return values;
    if (g_key_file_get_integer(file.get(), about, "version", nullptr) != version) return values;
    for (const Setting& setting : settings_table()) {
        const auto value = owned(g_key_file_get_string(file.get(), settings_group, setting.key, nullptr));
        if (!value) continue;
        try {
            values.settings.set(setting.key, std::string_view(value.get()));
        } catch (const Error&) {
            // one value that is no longer allowed does not cost the others
        }
    }
    gsize layers = 0, weights = 0;
    const auto layer = owned(g_key_file_get_integer_list(file.get(), styles_group, "layers", &layers, nullptr));
    const auto weight = owned(g_key_file_get_double_list(file.get(), styles_group, "weights", &weights, nullptr));
    if (layer && weight && layers == weights)
        for (gsize i = 0; i < layers; ++i) values.styles.push_back({layer.get()[i], weight.get()[i]});
    gsize contents = 0, named = 0, regions = 0;
    const auto content = owned(g_key_file_get_integer_list(file.get(), guides_group, "contents", &contents, nullptr));
    const auto style = owned(g_key_file_get_integer_list(file.get(), guides_group, "styles", &named, nullptr));
    const auto region = owned(g_key_file_get_integer_list(file.get(), guides_group, "regions", &regions, nullptr));
    if (content && style && region && contents == named && contents == regions)
        for (gsize i = 0; i < contents; ++i)
            if (style.get()[i] >= 0 && std::size_t(style.get()[i]) < values.styles.size())
                values.guides.push_back({content.get()[i], std::size_t(style.get()[i]), region.get()[i]});
    return values;
}

std::string standard_values_path() { return std::string(g_get_user_config_dir()) + "/neural-style/last-values.ini"; }

LastValues load_values(const std::string& path) {
    gchar* text = nullptr;
    gsize length = 0;
    if (!g_file_get_contents(path.c_str(), &text, &length, nullptr)) return {};
    const auto held = owned(text);
    return last_values(std::string(text, length));
}

void save_values(const std::string& path, const LastValues& values) {
    const auto folder = owned(g_path_get_dirname(path.c_str()));
    const std::string text = to_text(values);
    std::string reason;
    GError* error = nullptr;
    if (g_mkdir_with_parents(folder.get(), 0700) != 0) {
        reason = g_strerror(errno);
    } else if (!g_file_set_contents_full(path.c_str(), text.data(), gssize(text.size()), G_FILE_SET_CONTENTS_CONSISTENT,
                                         0600, &error)) {
        reason = error->message;
        g_error_free(error);
    } else {
        return;
    }
    throw Error(Cause::output, filled(_("The values could not be kept for the next time (%s)."), reason.c_str()));
}

}  // namespace neural_style
