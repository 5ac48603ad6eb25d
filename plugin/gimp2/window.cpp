#include "window.hpp"

#include <gtk/gtk.h>
#include <libgimp/gimp.h>

#include <cstdlib>
#include <string>

#include "dialog/dialog.hpp"
#include "neural-style/error.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

// GIMP 2.10's themes are folders; the dark ones say so in their names.
bool gimp_is_dark() {
    gchar* theme = gimp_gimprc_query("theme");
    if (!theme) return false;
    gchar* folded = g_utf8_casefold(theme, -1);
    const bool dark = std::string(folded).find("dark") != std::string::npos;
    g_free(folded);
    g_free(theme);
    return dark;
}

// GIMP 2.10 is an X11 program even on Wayland, and a window can only be transient for one of the same kind.
bool ready_gtk() {
    gchar* display = gimp_display_name() ? g_strdup(gimp_display_name()) : nullptr;
    if (display && *display) g_setenv("DISPLAY", display, TRUE);
    g_free(display);
    gdk_set_allowed_backends("x11");
    if (!gtk_init_check(nullptr, nullptr)) return false;
    gdk_set_program_class(gimp_wm_class());
    return true;
}

}  // namespace

std::shared_ptr<const Outcome> show_window(Host& host, WorkerClient& worker, RunRequest& request,
                                           const Deliver& deliver) {
    if (!ready_gtk())
        throw Error(Cause::host,
                    _("The dialog needs a screen and there is none; run Neural Style from GIMP's window, or "
                      "non-interactively."));
    DialogOptions options;
    options.parent_window = gimp_progress_get_window_handle();
    options.dark = gimp_is_dark();
    DialogResult result = run_dialog(host, worker, request, options, deliver);
    request = result.request;
    return result.outcome;
}

}  // namespace neural_style
