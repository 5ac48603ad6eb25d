// Slopes on their way into short numbers. Used by the encoders of networks that are computed in them.
#pragma once

#include <vector>

#include "encoder.hpp"

namespace neural_style {

/// Brings slopes of `features` (C×h×w, short numbers) into those numbers. A loss is a mean over many positions, so that
/// its slopes are smaller than any number that half precision knows. Each has a map or a matrix afterwards and a factor
/// beside it, without which a map's numbers are 16 at the most, and those of the map that a matrix makes f·√C/32, f
/// being the largest feature, and as a rule far less. Returns the unit that a network's way back is to be computed in,
/// the largest of the factors: a scalar on the device, which the host need not know; undefined if there are no slopes.
at::Tensor bring_to_short(std::vector<Slope>& slopes, const std::vector<at::Tensor>& features);

/// Such a slope as a map, without its factor, laid out in memory as `features` is. May be the slope's own memory.
at::Tensor short_map(const Slope& slope, const at::Tensor& features);

}  // namespace neural_style
