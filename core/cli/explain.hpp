// What --explain prints. Main thread.
#pragma once

#include "arguments.hpp"

namespace neural_style {

/// Prints the plan of a run, a line "name: value" for each fact, and computes nothing of it. Returns the exit status.
/// Throws Error.
int explain(const Arguments& arguments);

}  // namespace neural_style
