// Files that are dropped on a window: which are pictures, which a network's weights, and who gets them. Used by the
// window and its network page; main thread.
#pragma once

#include <gtk/gtk.h>

#include <functional>
#include <string>

namespace neural_style {

enum class FileKind { picture, weights, other };

/// Looks at the name and the first bytes; weights of every program count, for the engine says best why it cannot read
/// some. Folders, pipes and what cannot be opened are `other`. Any thread.
FileKind recognise_file(const std::string& file);

struct DropTaker {
    std::function<void(const std::string&file)> picture, weights;
    std::function<void(const std::string& sentence)> complain;
};

/// Hands each of the places (URIs) to the one that it is for; at most one file of weights, for there is one page that
/// asks about it. One sentence for the first that is of no use.
void sort_dropped(const char* const* places, const DropTaker& taker);

/// Lets files be dropped anywhere on `widget`.
void accept_drops(GtkWidget* widget, DropTaker taker);

}  // namespace neural_style
