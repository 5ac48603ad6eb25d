// Slopes on their way into short numbers. Used by the encoders of networks that are computed in them.
#pragma once

#include <vector>

#include "encoder.hpp"

namespace neural_style {

/// Brings the slopes of `features` (C×h×w, short numbers) into those numbers, and returns their unit (a scalar on the
/// device; the host need not know it): the largest of their factors, undefined if there are no slopes. Each has a map
/// or a matrix afterwards, and a factor, without which it is 16 at the most if it was a map, or, being a matrix, an
/// eighth of the largest feature (times the root of the channels over four, if the worst is to be had). A loss is a
/// mean over many positions, so that its slopes are smaller than any number that half precision knows; the network's
/// way back is computed in the unit instead.
at::Tensor bring_to_short(std::vector<Slope>& slopes, const std::vector<at::Tensor>& features);

/// Such a slope as a map, without its factor, laid out in memory as `features` is. May be the slope's own memory.
at::Tensor short_map(const Slope& slope, const at::Tensor& features);

}  // namespace neural_style
