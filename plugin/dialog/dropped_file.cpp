#include "dropped_file.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <fstream>

#include "picture_reader.hpp"
#include "signals.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

std::string ending_of(const std::string& file) {
    const auto slash = file.rfind('/');
    const auto point = file.rfind('.');
    if (point == std::string::npos || (slash != std::string::npos && point < slash)) return {};
    std::string ending = file.substr(point + 1);
    for (char& letter : ending) letter = char(std::tolower(static_cast<unsigned char>(letter)));
    return ending;
}

bool is_weights_ending(const std::string& ending) {
    static const char* const endings[] = {"safetensors", "pth", "pt",    "ckpt", "bin", "t7",
                                          "caffemodel",  "h5",  "keras", "onnx", "npz"};
    return std::any_of(std::begin(endings), std::end(endings), [&](const char* one) { return ending == one; });
}

/// For files with any other name: only what nothing but weights begins with. PyTorch's newer form is a plain archive.
bool begins_as_weights(const std::string& file) {
    char head[9] = {};
    std::ifstream in(file, std::ios::binary);
    if (!in.read(head, sizeof head)) return false;
    if (!std::memcmp(head, "\x80\x02\x8a\x0a", 4)) return true;  // PyTorch before 1.6
    const bool short_table = head[4] == 0 && head[5] == 0 && head[6] == 0 && head[7] == 0;
    return short_table && head[8] == '{';  // safetensors: the length of the table, then the table
}

}  // namespace

FileKind recognise_file(const std::string& file) {
    if (!g_file_test(file.c_str(), G_FILE_TEST_IS_REGULAR)) return FileKind::other;  // opening a pipe would wait
    if (is_weights_ending(ending_of(file)) || begins_as_weights(file)) return FileKind::weights;
    const bool known = is_engines_picture(file) || gdk_pixbuf_get_file_info(file.c_str(), nullptr, nullptr);
    return known ? FileKind::picture : FileKind::other;
}

void sort_dropped(const char* const* places, const DropTaker& taker) {
    bool complained = false, weights_taken = false;
    const auto complain = [&](const std::string& sentence) {
        if (!std::exchange(complained, true)) taker.complain(sentence);
    };
    for (; places && *places; ++places) {
        char* name = g_filename_from_uri(*places, nullptr, nullptr);
        const std::string file = name ? name : "";
        g_free(name);
        if (file.empty()) {
            complain(filled(_("“%s” is not on this computer; save it as a file first."), *places));
            continue;
        }
        switch (recognise_file(file)) {
            case FileKind::picture:
                taker.picture(file);
                break;
            case FileKind::weights:
                if (!std::exchange(weights_taken, true)) taker.weights(file);
                break;
            case FileKind::other: {
                char* shown = g_filename_display_basename(file.c_str());
                complain(filled(_("“%s” is neither a picture that can be read here nor the weights of a network; a "
                                  "picture that GIMP can open appears among the styles once it is open there."),
                                shown));
                g_free(shown);
            }
        }
    }
}

void accept_drops(GtkWidget* widget, DropTaker taker) {
    gtk_drag_dest_set(widget, GTK_DEST_DEFAULT_ALL, nullptr, 0, GDK_ACTION_COPY);
    gtk_drag_dest_add_uri_targets(widget);
    connect(widget, "drag-data-received",
            [taker = std::move(taker)](GdkDragContext*, int, int, GtkSelectionData* data) {
                char** places = gtk_selection_data_get_uris(data);
                sort_dropped(places, taker);
                g_strfreev(places);
            });
}

}  // namespace neural_style
