// What drawables look like from afar, as GIMP itself makes them small: a few milliseconds whatever their size, with
// eight bits. For thumbnails and drafts. Used by the GIMP host, on the main thread.
#pragma once

#include <vector>

#include "pixels.hpp"

namespace neural_style {

/// What a picture of that size sees of a drawable, within edge × edge pixels (1 to 1024); nothing is transparent.
/// Empty if GIMP has no picture of it.
Image small_part(const PlacedDrawable& drawable, int width, int height, int edge_pixels);

/// The product of how bright drawables are, times their alpha; no drawables: an empty mask. Throws
/// Error(Cause::picture).
Mask small_product(int width, int height, const std::vector<PlacedDrawable>& drawables, int edge_pixels);

}  // namespace neural_style
