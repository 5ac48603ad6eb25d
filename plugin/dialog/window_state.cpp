#include "window_state.hpp"

#include <glib.h>

#include <algorithm>

namespace neural_style {
namespace {

constexpr const char* group = "window";

std::string path() {
    char* name = g_build_filename(g_get_user_config_dir(), "neural-style", "window.ini", nullptr);
    const std::string result = name;
    g_free(name);
    return result;
}

/// Calls `visitor` for each member: the one list of what is kept.
template <class State, class Visitor>
void visit(State& state, Visitor visitor) {
    visitor("width", state.width);
    visitor("height", state.height);
    visitor("maximised", state.maximised);
    visitor("controls-width", state.controls_width);
    visitor("advanced-open", state.advanced_open);
    visitor("compares", state.compares);
    visitor("live-draft", state.live_draft);
    visitor("closes-when-finished", state.closes_when_finished);
    visitor("favourites", state.favourites);
    visitor("folder", state.folder);
}

struct Reader {
    GKeyFile* file;
    void operator()(const char* key, int& value) const {
        if (g_key_file_has_key(file, group, key, nullptr)) value = g_key_file_get_integer(file, group, key, nullptr);
    }
    void operator()(const char* key, bool& value) const {
        if (g_key_file_has_key(file, group, key, nullptr)) value = g_key_file_get_boolean(file, group, key, nullptr);
    }
    void operator()(const char* key, std::string& value) const {
        if (char* text = g_key_file_get_string(file, group, key, nullptr)) {
            value = text;
            g_free(text);
        }
    }
};

struct Writer {
    GKeyFile* file;
    void operator()(const char* key, const int& value) const { g_key_file_set_integer(file, group, key, value); }
    void operator()(const char* key, const bool& value) const { g_key_file_set_boolean(file, group, key, value); }
    void operator()(const char* key, const std::string& value) const {
        g_key_file_set_string(file, group, key, value.c_str());
    }
};

}  // namespace

WindowState WindowState::load() {
    WindowState state;
    GKeyFile* file = g_key_file_new();
    if (g_key_file_load_from_file(file, path().c_str(), G_KEY_FILE_NONE, nullptr)) visit(state, Reader{file});
    g_key_file_unref(file);
    state.width = std::clamp(state.width, 400, 10000);
    state.height = std::clamp(state.height, 300, 10000);
    state.controls_width = std::clamp(state.controls_width, 300, 2000);
    return state;
}

void WindowState::save() const {
    char* folder_name = g_path_get_dirname(path().c_str());
    g_mkdir_with_parents(folder_name, 0700);
    g_free(folder_name);
    GKeyFile* file = g_key_file_new();
    visit(*this, Writer{file});
    g_key_file_save_to_file(file, path().c_str(), nullptr);
    g_key_file_unref(file);
}

}  // namespace neural_style
