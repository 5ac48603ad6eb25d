// libFuzzer's entry for everything that the plug-in keeps in key files: presets, last values, the window's state, and
// the record on a layer.
#include <glib.h>
#include <glib/gstdio.h>

#include <string>

#include "memory_file.hpp"
#include "neural-style/error.hpp"
#include "presets.hpp"
#include "run_record.hpp"
#include "settings_store.hpp"
#include "window_state.hpp"

namespace {

using namespace neural_style;

// The window's state has a fixed place: a folder of our own in which that name leads to the bytes.
const std::string& window_file() {
    static const std::string path = [] {
        char* folder = g_dir_make_tmp("key-files-fuzz-XXXXXX", nullptr);
        testing::must(folder && g_setenv("XDG_CONFIG_HOME", folder, TRUE), "a folder can be made");
        const std::string inner = std::string(folder) + "/neural-style";
        g_free(folder);
        testing::must(g_mkdir(inner.c_str(), 0700) == 0, "a folder can be made");
        return inner + "/window.ini";
    }();
    static const struct Removal {
        ~Removal() {
            g_unlink(path.c_str());
            for (int levels = 0; levels < 2; ++levels) {
                path.resize(path.rfind('/'));
                g_rmdir(path.c_str());
            }
        }
        std::string path;
    } removal{path};
    return path;
}

void check_preset(const std::string& path) {
    try {
        const Preset preset = read_preset(path);
        testing::must(!preset.name.empty(), "a preset has a name");
        testing::must(preset_part(preset.settings).to_text() == preset.settings.to_text(),
                      "a preset holds nothing that belongs to the computer");
    } catch (const Error& error) {
        testing::must(testing::is_sentence(error.what()), "a refusal says why");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    window_file();  // before GLib first asks where settings lie
    const testing::MemoryFile file(data, size);
    const std::string text(reinterpret_cast<const char*>(data), size);
    check_preset(file.path());

    const std::string values = to_text(last_values(text));
    testing::must(to_text(last_values(values)) == values, "last values come back from their text");

    if (const auto record = run_record(text)) {
        const std::string written = to_text(*record);
        const auto again = run_record(written);
        testing::must(again && to_text(*again) == written, "a record comes back from its text");
    }

    g_unlink(window_file().c_str());
    testing::must(symlink(file.path().c_str(), window_file().c_str()) == 0, "a link can be made");
    const WindowState state = WindowState::load();
    testing::must(state.width >= 400 && state.width <= 10000 && state.height >= 300 && state.height <= 10000,
                  "a window has a size that fits a screen");
    return 0;
}
