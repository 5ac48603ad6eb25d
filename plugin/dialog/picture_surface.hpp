// Pictures as cairo draws them. Used by the thumbnails and the preview; main thread
// where nothing else is said.
#pragma once

#include <cairo.h>

#include <memory>
#include <vector>

#include "neural-style/image.hpp"

namespace neural_style {

struct SurfaceRelease {
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
using Surface = std::unique_ptr<cairo_surface_t, SurfaceRelease>;

/// The picture in its own size, one device unit a pixel; values outside 0..1 are cut off. It shows no more of itself
/// than `mask` (of any size) says, if there is one. Null for an empty picture.
Surface to_surface(const Image& picture, const Mask* mask = nullptr);

/// The same, and after it ever smaller ones, each half as long as the one before: a picture that is drawn small is
/// drawn from one of these in a moment. Any thread.
using SurfaceLevels = std::vector<Surface>;
SurfaceLevels to_levels(const Image& picture, const Mask* mask = nullptr);

/// The smallest level that is at least `width` wide, or the largest; null if there is none.
cairo_surface_t* level_for(const SurfaceLevels& levels, double width);

/// The two greys that stand for transparency, as a repeating pattern; the caller sets it as a source and releases it.
cairo_pattern_t* transparency_pattern();

}  // namespace neural_style
