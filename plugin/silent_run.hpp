// A run without a window: hands a request to the worker and turns the main loop until its outcome. Main thread.
#pragma once

#include <functional>

#include "worker_client.hpp"

namespace neural_style {

/// Returns the outcome, whatever it is; throws nothing of its own.
Outcome silent_run(WorkerClient& worker, Request request, const std::function<void(const Evaluation&)>& progress);

}  // namespace neural_style
