// The empty top-level window: its place above GIMP's, its theme and its style sheet. Used by the window; main thread.
#pragma once

#include <gtk/gtk.h>

#include "dialog.hpp"

namespace neural_style {

GtkWidget* new_window_frame(const char* title, const DialogOptions& options);

}  // namespace neural_style
