// Coarse to fine: which sizes are optimised, and for how many evaluations each. Used by the engine, and by the window
// to say how long that will take. Any thread.
#pragma once

#include <string>
#include <vector>

#include "neural-style/settings.hpp"

namespace neural_style {

struct Scale {
    int edge;           ///< longest edge in pixels
    int width, height;  ///< pixels, the content's proportions, but not below smallest_edge
    int evaluations;    ///< of the loss, at the most
};

/// Four halvings must leave something, so thin or tiny pictures are optimised stretched to this; pixels.
constexpr int smallest_edge = 32;

/// The plan for a content of the given size, smallest first, from the settings `size`, `scales` and `iterations`.
/// `auto` takes powers of two from 64, or from 256 where `init` names a picture, up to the size (without one that the
/// size exceeds by less than a quarter); a list is taken as it stands. Each scale has two thirds of the evaluations of
/// the one before it, but not fewer than 20 (above 2048 pixels: 8) unless `iterations` is; in a list, EDGE:EVALUATIONS
/// gives a scale's own. Throws Error(Cause::settings) for a list that is not of growing whole numbers from 16 to 65536.
std::vector<Scale> plan_scales(int content_width, int content_height, const Settings& settings);

/// What a run has not done yet that was interrupted after so many evaluations of a scale, as a value of the setting
/// `scales`: that scale with the evaluations left, at least one, and those behind it.
std::string scales_left(const std::vector<Scale>& plan, int scale, int evaluations);

}  // namespace neural_style
