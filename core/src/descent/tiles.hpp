// Rectangles that a large picture is encoded in, one after the other, so that features and gradients come out exactly
// as if it had been encoded whole. Used by the objective.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "numerics/padding.hpp"
#include "encoders/encoder.hpp"

namespace neural_style {

/// A tile is encoded whole, but only its inner part counts: around that lies a halo as wide as a feature sees, unless
/// the picture ends there. Both begin at multiples of the encoder's largest stride, so that poolings halve a tile where
/// they halve the picture. All in pixels; with circular padding a tile may begin before the picture and end behind it.
struct Tile {
    int y, x, height, width;
    int inner_y, inner_x, inner_height, inner_width;  ///< places in the picture
};

/// A picture's tiles: disjoint inner parts, `edge` pixels wide (rounded to the stride) but at the ends, that cover it.
/// One tile, the picture itself, if `edge` is 0 or not below the picture's edges, or if it cannot be tiled.
std::vector<Tile> plan_tiles(int height, int width, int edge, const Encoder& encoder, bool circular);

/// False if `circular` and an edge is no multiple of the largest stride: halving drops a row or column there, which breaks
/// the circle, and nothing but the whole is exact.
bool can_be_tiled(int height, int width, const Encoder& encoder, bool circular);

int largest_stride(const Encoder& encoder);  ///< of its maps

/// The tile's pixels of a 1×C×h×w picture.
at::Tensor cut(const at::Tensor& picture, const Tile& tile);

/// Adds what `cut` gave back in its places.
void add_back(at::Tensor& picture, const at::Tensor& of_tile, const Tile& tile);

/// The inner part of one of the tile's maps (C×h×w), a view; `stride` is the map's. y and x are its place in the whole
/// map.
struct InnerPart {
    at::Tensor map;
    int y, x;
};
InnerPart inner_part(const at::Tensor& map, const Tile& tile, int stride);

}  // namespace neural_style
