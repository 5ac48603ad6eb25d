// The colours of the built-in network's pyramid on the CPU, and the way back: normalised, mixed to opponent colours,
// reduced from level to level. Used by filter_bank. Maps are 3×height×width without gaps; torch-free.
#pragma once

#include <cstddef>

#include "padding.hpp"

namespace neural_style::bank {

/// (picture - mean) / deviation, of `area` pixels.
void normalise(const float* picture, std::size_t area, float* colours, int threads);
void normalise_back(const float* of_colours, std::size_t area, float* of_picture, int threads);

/// Opponent colours; mix_back adds to `of_colours`.
void mix(const float* colours, std::size_t area, float* planes, int threads);
void mix_back(const float* of_planes, std::size_t area, float* of_colours, int threads);

/// Binomial blur of 3×3, then means of 2×2 (a line of one is not halved): max(1, height / 2) × max(1, width / 2).
void reduce(const float* map, int height, int width, Padding padding, float* reduced, int threads);

/// Adds what d loss / d reduced gives to `of_map`, height×width.
void reduce_back(const float* of_reduced, int height, int width, Padding padding, float* of_map, int threads);

}  // namespace neural_style::bank
