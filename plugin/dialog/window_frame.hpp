// The empty top-level window: its place above GIMP's, its theme and its style sheet. Used by the window; main thread.
#pragma once

#include <gtk/gtk.h>

#include "dialog.hpp"

namespace neural_style {

/// Whether the screen is too narrow for the window as it is drawn for usual ones.
bool is_narrow_screen();

/// The window's first size, units of the layout; less where the screen leaves less.
void set_size_on_screen(GtkWidget* window, int width, int height);

GtkWidget* new_window_frame(const char* title, const DialogOptions& options);

}  // namespace neural_style
