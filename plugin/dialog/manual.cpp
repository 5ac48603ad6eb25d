#include "manual.hpp"

#include <cstring>

#include "neural-style/error.hpp"
#include "text.hpp"

namespace neural_style {

std::string manual_file() {
    char* program = g_file_read_link("/proc/self/exe", nullptr);
    std::string folder = program ? program : "";
    g_free(program);
    for (int up = 0; up < 8 && folder.rfind('/') != std::string::npos; ++up) {
        folder.erase(folder.rfind('/'));
        for (const char* place : {"/share/neural-style/help/index.html", "/data/help/index.html"})
            if (g_file_test((folder + place).c_str(), G_FILE_TEST_IS_REGULAR)) return folder + place;
    }
    const std::string installed = NEURAL_STYLE_DATADIR "/neural-style/help/index.html";
    return g_file_test(installed.c_str(), G_FILE_TEST_IS_REGULAR) ? installed : "";
}

void open_manual(GtkWindow* window) {
    GError* error = nullptr;
    char* place = g_filename_to_uri(manual_file().c_str(), nullptr, nullptr);
    const bool shown = place && gtk_show_uri_on_window(window, place, GDK_CURRENT_TIME, &error);
    g_free(place);
    if (shown) return;
    const std::string reason = error ? error->message : "";
    g_clear_error(&error);
    throw Error(Cause::host, filled(_("The manual could not be opened (%s); it is the file %s."), reason.c_str(),
                                    manual_file().c_str()));
}

}  // namespace neural_style
