#include "picture_surface.hpp"

#include <algorithm>
#include <cstdint>

namespace neural_style {

Surface to_surface(const Image& picture) {
    if (picture.empty()) return {};
    Surface surface(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, picture.width, picture.height));
    if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS) return {};
    cairo_surface_flush(surface.get());
    unsigned char* rows = cairo_image_surface_get_data(surface.get());
    const int stride = cairo_image_surface_get_stride(surface.get());
    const auto byte = [](float value) {  // written so that a NaN becomes black
        return std::uint32_t(std::min(std::max(0.f, value), 1.f) * 255.f + 0.5f);
    };
    for (int y = 0; y < picture.height; ++y) {
        const float* in = picture.pixel(0, y);
        auto* out = reinterpret_cast<std::uint32_t*>(rows + std::ptrdiff_t(y) * stride);
        for (int x = 0; x < picture.width; ++x, in += 4) {
            const float alpha = std::min(std::max(0.f, in[3]), 1.f);
            out[x] = byte(alpha) << 24 | byte(std::min(in[0], 1.f) * alpha) << 16 |
                     byte(std::min(in[1], 1.f) * alpha) << 8 | byte(std::min(in[2], 1.f) * alpha);
        }
    }
    cairo_surface_mark_dirty(surface.get());
    return surface;
}

cairo_pattern_t* transparency_pattern() {
    constexpr int square = 8;
    Surface tile(cairo_image_surface_create(CAIRO_FORMAT_RGB24, 2 * square, 2 * square));
    cairo_t* cr = cairo_create(tile.get());
    cairo_set_source_rgb(cr, 0.6, 0.6, 0.6);
    cairo_paint(cr);
    cairo_set_source_rgb(cr, 0.4, 0.4, 0.4);
    cairo_rectangle(cr, 0, 0, square, square);
    cairo_rectangle(cr, square, square, square, square);
    cairo_fill(cr);
    cairo_destroy(cr);
    cairo_pattern_t* pattern = cairo_pattern_create_for_surface(tile.get());
    cairo_pattern_set_extend(pattern, CAIRO_EXTEND_REPEAT);
    cairo_pattern_set_filter(pattern, CAIRO_FILTER_NEAREST);
    return pattern;
}

}  // namespace neural_style
