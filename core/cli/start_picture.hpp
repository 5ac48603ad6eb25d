// The setting `init` where it names a file.
#pragma once

#include "neural-style/job.hpp"

namespace neural_style {

/// Whether `init` is not a word that the engine knows.
bool names_start_picture(const Settings& settings);

/// If the request brings no start picture and `init` is not a word that the engine knows, reads the file that it names.
/// Throws Error(Cause::picture).
void load_start_picture(Request& request);

}  // namespace neural_style
