#include "small_parts.hpp"

#include <libgimp/gimp.h>

#include <algorithm>
#include <cmath>

#include "neural-style/error.hpp"
#include "shown_group.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

int scaled(double length, double scale) { return std::max(1, int(std::lround(length * scale))); }

// Pixels as GIMP gives them: grey or RGB, with alpha or without.
void take(const guchar* from, int bytes, float* to) {
    const bool grey = bytes < 3, alpha = bytes % 2 == 0;
    for (int channel = 0; channel < 3; ++channel) to[channel] = float(from[grey ? 0 : channel]) / 255;
    to[3] = alpha ? float(from[bytes - 1]) / 255 : 1;
}

}  // namespace

Image small_part(const PlacedDrawable& placed, int width, int height, int edge_pixels) {
    if (is_pass_through(placed.drawable)) {
        const ShownGroup shown(placed.drawable);
        return small_part({shown.drawable(), placed.x + shown.x(), placed.y + shown.y()}, width, height, edge_pixels);
    }
    const double scale = std::min(1.0, double(edge_pixels) / std::max(width, height));
    Image picture(scaled(width, scale), scaled(height, scale));
    const int left = std::max(0, placed.x), right = std::min(gimp_drawable_width(placed.drawable), placed.x + width);
    const int top = std::max(0, placed.y), bottom = std::min(gimp_drawable_height(placed.drawable), placed.y + height);
    if (left >= right || top >= bottom) return picture;

    int small_width = scaled(right - left, scale), small_height = scaled(bottom - top, scale), bytes = 0;
    guchar* data = gimp_drawable_get_sub_thumbnail_data(placed.drawable, left, top, right - left, bottom - top,
                                                        &small_width, &small_height, &bytes);
    if (!data) return {};
    // GIMP rounds sizes in its own way, so each pixel looks for the one that lies where it does.
    for (int y = 0; y < picture.height; ++y)
        for (int x = 0; x < picture.width; ++x) {
            const double own_x = (x + 0.5) * width / picture.width + placed.x - left;
            const double own_y = (y + 0.5) * height / picture.height + placed.y - top;
            if (own_x < 0 || own_y < 0 || own_x >= right - left || own_y >= bottom - top) continue;
            const int column = std::min(small_width - 1, int(own_x * small_width / (right - left)));
            const int row = std::min(small_height - 1, int(own_y * small_height / (bottom - top)));
            take(data + (std::size_t(row) * std::size_t(small_width) + std::size_t(column)) * std::size_t(bytes), bytes,
                 picture.pixel(x, y));
        }
    g_free(data);
    return picture;
}

Mask small_product(int width, int height, const std::vector<PlacedDrawable>& drawables, int edge_pixels) {
    Mask product;
    for (const PlacedDrawable& drawable : drawables) {
        const Image part = small_part(drawable, width, height, edge_pixels);
        if (part.empty())
            throw Error(Cause::picture, _("A mask's pixels cannot be reached; it may have been deleted."));
        if (product.empty()) product = {part.width, part.height, std::vector<float>(part.rgba.size() / 4, 1.F)};
        for (std::size_t i = 0; i < product.values.size(); ++i)
            product.values[i] *= pixels::brightness(&part.rgba[4 * i]);
    }
    return product;
}

}  // namespace neural_style
