// Many pictures in one call. Used by the engine's module; main thread.
#pragma once

#include "arguments.hpp"

namespace neural_style {

/// Paints every content into the folder. A picture that fails gets one sentence on standard error and the others are
/// painted nevertheless; what would fail for every picture ends the batch. Returns the exit status: 0, 1 if any failed,
/// 130 if stopped. Throws UsageError and Error before anything is painted.
int paint_batch(const Arguments& arguments);

}  // namespace neural_style
