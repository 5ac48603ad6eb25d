// From what a person chose (layers by id) to what the engine computes (pixels). Used by the session and the dialog, on
// the main thread.
#pragma once

#include "host.hpp"
#include "neural-style/job.hpp"
#include "run_request.hpp"

namespace neural_style {

/// Throws Error(Cause::picture or settings) with a translated sentence if `request` cannot be run: no style, a style
/// that is the content, a layer that cannot be used, weights that are all zero. Reads no pixels.
void check(Host& host, const RunRequest& request);

/// Checks and reads all layers. Throws as check(), and for layers that are entirely transparent.
Request engine_request(Host& host, const RunRequest& request);

}  // namespace neural_style
