// How a layer looked as it was read, and where that is found in the layer as it looks later: for a picture that is
// done when its source has been cropped, scaled, turned or flipped in the meantime. Used by the host; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "neural-style/image.hpp"

namespace neural_style {

/// A picture's brightness (its transparent parts are black too), a byte a pixel.
struct Look {
    int width = 0, height = 0;
    std::vector<std::uint8_t> brightness;  ///< rows from the top

    /// Adds some rows of `picture`, of which this is to be the look; false once all are there.
    bool take_some(const Image& picture);
    std::uint8_t at(int x, int y) const { return brightness[std::size_t(y) * std::size_t(width) + std::size_t(x)]; }
};

/// What leads from the earlier picture to the later one: flipped left to right first, then turned clockwise, then
/// either scaled to the later one's size or laid so that its pixel (x, y) is the later one's upper left corner.
struct Fit {
    bool flipped = false;
    int quarter_turns = 0;  ///< clockwise, 0 to 3
    bool scaled = false;
    int x = 0, y = 0;  ///< may lie outside, where the later one is larger
    bool is_none() const { return !flipped && quarter_turns == 0 && !scaled && x == 0 && y == 0; }
};

/// None where nothing that a crop, a scaling, a quarter turn or a flip makes of `then` looks like `now`. What has kept
/// its size and looks like nothing was painted over, and fits as it is. (`moved_x`, `moved_y`) is how far the layer's
/// corner has moved on its canvas: the layer may have been cut or extended in place.
std::optional<Fit> find_fit(const Look& then, const Look& now, int moved_x, int moved_y);

}  // namespace neural_style
