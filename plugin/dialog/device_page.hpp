// "Why no GPU?": the device report in a window of its own, to be read and copied. Used by the window; main thread.
#pragma once

#include <gtk/gtk.h>

#include "device_report.hpp"

namespace neural_style {

/// Returns at once; the page closes with the window of `near` at the latest.
void show_device_page(GtkWidget* near, const DeviceReport& report);

}  // namespace neural_style
