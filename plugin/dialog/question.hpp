// Small windows that ask for a name, a file, or a yes. Used by the preset bar and the style picker; main thread. Each
// returns at once and calls `answer` later, or never if the person changes their mind.
#pragma once

#include <gtk/gtk.h>

#include <functional>
#include <string>
#include <vector>

namespace neural_style {

using Answer = std::function<void(const std::string&)>;

/// `accept` is the label of the button that takes the name.
void ask_for_name(GtkWidget* near, const std::string& title, const std::string& initial, const std::string& accept,
                  Answer answer);

struct FileQuestion {
    std::string title, accept;
    bool saves = false;
    std::string suggested_name;         ///< when saving
    std::string folder;                 ///< to begin in; "": as the system likes
    std::string filter_name;            ///< "" : all files
    std::vector<std::string> patterns;  ///< "*.preset"; empty with a filter name: all pictures that can be read
};
void ask_for_file(GtkWidget* near, const FileQuestion& question, Answer answer);

void ask_whether(GtkWidget* near, const std::string& question, const std::string& accept, std::function<void()> answer);

}  // namespace neural_style
