#include "picture_surface.hpp"

#include <algorithm>
#include <cstdint>

namespace neural_style {
namespace {

constexpr int smallest_level = 512;  // pixels of the longer side

Surface halved(const Surface& large) {
    const int width = cairo_image_surface_get_width(large.get()) / 2;
    const int height = cairo_image_surface_get_height(large.get()) / 2;
    Surface small(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, std::max(1, width), std::max(1, height)));
    if (width < 1 || height < 1 || cairo_surface_status(small.get()) != CAIRO_STATUS_SUCCESS) return {};
    const unsigned char* from = cairo_image_surface_get_data(large.get());
    unsigned char* to = cairo_image_surface_get_data(small.get());
    const std::ptrdiff_t from_stride = cairo_image_surface_get_stride(large.get());
    const std::ptrdiff_t to_stride = cairo_image_surface_get_stride(small.get());
    for (int y = 0; y < height; ++y) {
        const unsigned char* upper = from + 2 * y * from_stride;
        const unsigned char* lower = upper + from_stride;
        unsigned char* out = to + y * to_stride;
        for (int x = 0; x < width; ++x, upper += 8, lower += 8, out += 4)
            for (int c = 0; c < 4; ++c)  // premultiplied: the mean is the mean of what is seen
                out[c] = static_cast<unsigned char>((upper[c] + upper[c + 4] + lower[c] + lower[c + 4] + 2) / 4);
    }
    cairo_surface_mark_dirty(small.get());
    return small;
}

std::ptrdiff_t row_of(const Mask& mask, int y, int height) {
    return std::ptrdiff_t(std::int64_t(y) * mask.height / height) * mask.width;
}

}  // namespace

Surface to_surface(const Image& picture, const Mask* mask) {
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
        const float* parts = mask ? mask->values.data() + row_of(*mask, y, picture.height) : nullptr;
        for (int x = 0; x < picture.width; ++x, in += 4) {
            const float part = parts ? parts[std::int64_t(x) * mask->width / picture.width] : 1;
            const float alpha = std::min(std::max(0.f, in[3] * part), 1.f);
            out[x] = byte(alpha) << 24 | byte(std::min(in[0], 1.f) * alpha) << 16 |
                     byte(std::min(in[1], 1.f) * alpha) << 8 | byte(std::min(in[2], 1.f) * alpha);
        }
    }
    cairo_surface_mark_dirty(surface.get());
    return surface;
}

SurfaceLevels to_levels(const Image& picture, const Mask* mask) {
    SurfaceLevels levels;
    for (Surface level = to_surface(picture, mask); level; level = halved(levels.back())) {
        levels.push_back(std::move(level));
        const auto& last = levels.back();
        if (std::max(cairo_image_surface_get_width(last.get()), cairo_image_surface_get_height(last.get())) <
            2 * smallest_level)
            break;
    }
    return levels;
}

cairo_surface_t* level_for(const SurfaceLevels& levels, double width) {
    cairo_surface_t* best = levels.empty() ? nullptr : levels.front().get();
    for (const Surface& level : levels)
        if (cairo_image_surface_get_width(level.get()) >= width) best = level.get();
    return best;
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
