// The dialog inside GIMP: readies GTK for GIMP's screen and shows it. Used by main for interactive runs, on the main
// thread.
#pragma once

#include <memory>

#include "host.hpp"
#include "run_request.hpp"
#include "worker_client.hpp"

namespace neural_style {

/// Shows the dialog until it is closed; `request` becomes what was chosen. `deliver` takes the pictures of its queue.
/// The outcome if it was accepted, or null. Throws Error(Cause::host) with a translated sentence if there is no screen.
std::shared_ptr<const Outcome> show_window(Host& host, WorkerClient& worker, RunRequest& request,
                                           const Deliver& deliver);

}  // namespace neural_style
