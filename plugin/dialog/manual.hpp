// The manual that is shipped as a page for the browser. Used by the window; main thread.
#pragma once

#include <gtk/gtk.h>

#include <string>

namespace neural_style {

/// Its file, found from where the running program lies, so that a build folder, an installation and a moved
/// installation all work; "" if it is not there.
std::string manual_file();

/// Opens it. Throws Error(Cause::host) with a translated sentence if no program for such pages can be started.
void open_manual(GtkWindow* window);

}  // namespace neural_style
