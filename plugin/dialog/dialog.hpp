// The GTK 3 window: chooses a style and settings, shows the run, ends with a picture or nothing. Knows no libgimp.
// Main thread, after gtk_init.
#pragma once

#include <memory>

#include "host.hpp"
#include "run_request.hpp"
#include "worker_client.hpp"

namespace neural_style {

struct DialogResult {
    RunRequest request;                      ///< as chosen, also when nothing was accepted
    std::shared_ptr<const Outcome> outcome;  ///< finished, or stopped and kept; null: cancelled or closed
};

struct DialogOptions {
    unsigned long parent_window = 0;  ///< X11 id of the window to be transient for; 0: none
    bool dark = false;
};

/// Shows the window and runs the main loop until it is closed. Problems of a run are shown in the window. `deliver`
/// takes the pictures of its queue while it is open.
DialogResult run_dialog(Host& host, WorkerClient& worker, const RunRequest& initial, const DialogOptions& options,
                        const Deliver& deliver);

}  // namespace neural_style
