// A picture in memory, and a mask: what every room hands to the next.
#pragma once

#include <cstddef>
#include <vector>

namespace neural_style {

/// Rows from the top, pixels from the left, four floats each: red, green, blue as they are shown on a screen (the
/// sRGB transfer curve, 0 = black, 1 = full; values outside are allowed and kept out of the optimisation), and
/// straight (not premultiplied) alpha from 0 (transparent) to 1 (opaque).
struct Image {
    int width = 0;            ///< pixels
    int height = 0;           ///< pixels
    std::vector<float> rgba;  ///< 4 * width * height values

    Image() = default;
    Image(int width_pixels, int height_pixels)
        : width(width_pixels), height(height_pixels), rgba(std::size_t(4) * width_pixels * height_pixels) {}

    bool empty() const { return width <= 0 || height <= 0; }
    float* pixel(int x, int y) { return rgba.data() + 4 * (std::size_t(y) * width + x); }
    const float* pixel(int x, int y) const { return rgba.data() + 4 * (std::size_t(y) * width + x); }
};

/// How much each pixel of a picture counts, from 0 (not at all) to 1; values outside are kept to that. Empty: every
/// pixel counts wholly.
struct Mask {
    int width = 0;              ///< pixels
    int height = 0;             ///< pixels
    std::vector<float> values;  ///< width * height, rows from the top

    bool empty() const { return width <= 0 || height <= 0; }
};

}  // namespace neural_style
