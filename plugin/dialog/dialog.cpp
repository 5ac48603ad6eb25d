#include "dialog.hpp"

#include <gtk/gtk.h>

#include <optional>

#include "pause_watch.hpp"
#include "style_window.hpp"

namespace neural_style {

DialogResult run_dialog(Host& host, WorkerClient& worker, const RunRequest& initial, const DialogOptions& options,
                        const Deliver& deliver) {
    GMainLoop* loop = g_main_loop_new(nullptr, FALSE);
    DialogResult result;
    {
        StyleWindow window(host, worker, initial, options, deliver, [loop] { g_main_loop_quit(loop); });
        std::optional<PauseWatch> watch;
        if (pauses_are_logged()) watch.emplace();
        g_main_loop_run(loop);
        result = window.result();
    }
    g_main_loop_unref(loop);
    while (gtk_events_pending()) gtk_main_iteration();  // so that the window is gone from the screen too
    return result;
}

}  // namespace neural_style
