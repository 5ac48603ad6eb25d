#include "presets.hpp"

#include <gio/gio.h>

#include <algorithm>
#include <cstring>

#include "neural-style/error.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

const char* const computer_keys[] = {"weights", "device", "precision", "memory", "threads", "preview-every"};

bool belongs_to_computer(const char* key) {
    return std::any_of(std::begin(computer_keys), std::end(computer_keys),
                       [key](const char* other) { return !std::strcmp(key, other); });
}

Settings part(const Settings& settings, bool of_computer) {
    Settings result;
    for (const Setting& setting : settings_table())
        if (settings.is_set(setting.key) && belongs_to_computer(setting.key) == of_computer)
            result.set(setting.key, settings.text(setting.key));
    return result;
}

std::string folder() {
    char* name = g_build_filename(g_get_user_config_dir(), "neural-style", "presets", nullptr);
    const std::string result = name;
    g_free(name);
    return result;
}

std::string file_of(const std::string& name) {
    std::string file = name;
    for (char& character : file)
        if (std::strchr("/\\:*?\"<>|", character) || (character >= 0 && character < ' ')) character = '_';
    if (file.empty() || file[0] == '.') file = "_" + file;
    return folder() + "/" + file + ".preset";
}

std::string taken(GError* error) {
    const std::string message = error ? error->message : "";
    g_clear_error(&error);
    return message;
}

}  // namespace

Settings preset_part(const Settings& settings) { return part(settings, false); }
Settings computer_part(const Settings& settings) { return part(settings, true); }

std::vector<Preset> built_in_presets() {
    const auto preset = [](const char* name, const char* picture, const char* settings) {
        return Preset{name, Settings::parse(settings), picture, ""};
    };
    return {
        preset(_("Painting"), "painting", ""),
        preset(_("Draft"), "draft", "size=256;iterations=30"),
        preset(_("Close to the photo"), "close-to-the-photo", "style-weight=250"),
        preset(_("Close to the painting"), "close-to-the-painting", "style-weight=5000"),
        preset(_("Bold shapes"), "bold-shapes", "style-scale=2;style-weight=3000"),
        preset(_("Fine texture"), "fine-texture", "style-scale=0.5"),
        preset(_("Keep my colours"), "keep-my-colours", "colours=content"),
        preset(_("Wild"), "wild", "init=noise;style-weight=20000"),
        preset(_("Seamless tile"), "seamless-tile", "padding=circular"),
    };
}

Preset read_preset(const std::string& file) {
    Preset preset;
    preset.file = file;
    GKeyFile* keys = g_key_file_new();
    GError* error = nullptr;
    const bool loaded = g_key_file_load_from_file(keys, file.c_str(), G_KEY_FILE_NONE, &error);
    const std::string trouble = loaded ? "" : taken(error);
    char* name = loaded ? g_key_file_get_locale_string(keys, "preset", "name", nullptr, nullptr) : nullptr;
    const int version = loaded ? g_key_file_get_integer(keys, "preset", "version", nullptr) : 0;
    std::string bad;
    if (name) {
        preset.name = name;
        char** all = g_key_file_get_keys(keys, "settings", nullptr, nullptr);
        for (char** key = all; key && *key; ++key) {
            char* value = g_key_file_get_string(keys, "settings", *key, nullptr);
            try {
                if (value && !belongs_to_computer(*key)) preset.settings.set(*key, value);
            } catch (const Error& wrong) {
                bad = wrong.what();
            }
            g_free(value);
        }
        g_strfreev(all);
    }
    g_free(name);
    g_key_file_unref(keys);
    if (!loaded) throw Error(Cause::settings, filled(_("The preset could not be read: %s."), trouble.c_str()));
    if (preset.name.empty() || version != 1)
        throw Error(Cause::settings,
                    filled(_("“%s” is not a preset of Neural Style; choose another file."), file.c_str()));
    if (!bad.empty()) throw Error(Cause::settings, bad);
    return preset;
}

std::vector<Preset> own_presets() {
    std::vector<Preset> presets;
    GDir* entries = g_dir_open(folder().c_str(), 0, nullptr);
    if (!entries) return presets;
    while (const char* entry = g_dir_read_name(entries)) {
        if (!g_str_has_suffix(entry, ".preset")) continue;
        try {
            presets.push_back(read_preset(folder() + "/" + entry));
        } catch (const Error&) {  // a file that something else put there
        }
    }
    g_dir_close(entries);
    std::sort(presets.begin(), presets.end(),
              [](const Preset& a, const Preset& b) { return g_utf8_collate(a.name.c_str(), b.name.c_str()) < 0; });
    return presets;
}

void write_preset(const Preset& preset, const std::string& file) {
    GKeyFile* keys = g_key_file_new();
    g_key_file_set_integer(keys, "preset", "version", 1);
    g_key_file_set_string(keys, "preset", "name", preset.name.c_str());
    const Settings settings = preset_part(preset.settings);
    for (const Setting& setting : settings_table())
        if (settings.is_set(setting.key))
            g_key_file_set_string(keys, "settings", setting.key, settings.text(setting.key).c_str());
    GError* error = nullptr;
    const bool saved = g_key_file_save_to_file(keys, file.c_str(), &error);
    g_key_file_unref(keys);
    if (!saved) throw Error(Cause::output, filled(_("The preset could not be saved: %s."), taken(error).c_str()));
}

void keep_preset(const std::string& name, const Settings& settings) {
    g_mkdir_with_parents(folder().c_str(), 0700);
    write_preset({name, settings, "", ""}, file_of(name));
}

Preset rename_preset(const Preset& preset, const std::string& name) {
    if (name == preset.name) return preset;
    keep_preset(name, preset.settings);
    if (file_of(name) != preset.file) delete_preset(preset);
    return {name, preset.settings, "", file_of(name)};
}

void delete_preset(const Preset& preset) {
    GFile* file = g_file_new_for_path(preset.file.c_str());
    GError* error = nullptr;
    const bool deleted = g_file_delete(file, nullptr, &error);
    g_object_unref(file);
    if (!deleted) throw Error(Cause::output, filled(_("The preset could not be deleted: %s."), taken(error).c_str()));
}

}  // namespace neural_style
