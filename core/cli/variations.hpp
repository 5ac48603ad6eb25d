// A sheet of small pictures that differ in the style's weight and scale, to choose from. Used by the engine's module;
// main thread.
#pragma once

#include "arguments.hpp"

namespace neural_style {

/// Paints the content once for each cell of the grid and writes the sheet; what a person stops is left white. Returns
/// the exit status, 0 or 130. Throws Error.
int paint_variations(const Arguments& arguments);

}  // namespace neural_style
