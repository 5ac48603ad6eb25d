// Pictures as cairo draws them. Used by the thumbnails and the preview; main thread.
#pragma once

#include <cairo.h>

#include <memory>

#include "neural-style/image.hpp"

namespace neural_style {

struct SurfaceRelease {
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
using Surface = std::unique_ptr<cairo_surface_t, SurfaceRelease>;

/// The picture in its own size, one device unit a pixel; values outside 0..1 are cut off. Null for an empty picture.
Surface to_surface(const Image& picture);

/// The two greys that stand for transparency, as a repeating pattern; the caller sets it as a source and releases it.
cairo_pattern_t* transparency_pattern();

}  // namespace neural_style
