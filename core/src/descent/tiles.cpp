#include "tiles.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace neural_style {
namespace {

struct Span {
    int begin, length, inner_begin, inner_length;
};

std::vector<Span> spans(int length, int edge, int halo, bool circular) {
    std::vector<Span> result;
    for (int at = 0; at < length; at += edge) {
        const int inner = std::min(edge, length - at);
        int begin = at - halo, end = at + inner + halo;
        if (!circular) {
            begin = std::max(0, begin);
            end = std::min(length, end);
        }
        result.push_back({begin, end - begin, at, inner});
    }
    return result;
}

int up_to_multiple(int number, int of) { return (number + of - 1) / of * of; }

at::Tensor places(int begin, int length, std::int64_t whole, const at::Tensor& like) {
    return at::arange(begin, begin + length, like.options().dtype(at::kLong)).remainder_(whole);
}

bool inside(const at::Tensor& picture, const Tile& tile) {
    return tile.y >= 0 && tile.x >= 0 && tile.y + tile.height <= picture.size(2) &&
           tile.x + tile.width <= picture.size(3);
}

}  // namespace

int largest_stride(const Encoder& encoder) {
    int largest = 1;
    for (const MapShape& shape : encoder.shapes()) largest = std::max(largest, shape.stride);
    return largest;
}

bool can_be_tiled(int height, int width, const Encoder& encoder, bool circular) {
    const int stride = largest_stride(encoder);
    return !circular || (height % stride == 0 && width % stride == 0);
}

std::vector<Tile> plan_tiles(int height, int width, int edge, const Encoder& encoder, bool circular) {
    const int stride = largest_stride(encoder);
    const Tile whole = {0, 0, height, width, 0, 0, height, width};
    if (edge <= 0 || (edge >= height && edge >= width)) return {whole};
    if (!can_be_tiled(height, width, encoder, circular)) return {whole};
    const int inner = up_to_multiple(edge, stride), halo = up_to_multiple(encoder.halo(), stride);
    std::vector<Tile> tiles;
    for (const Span& rows : spans(height, inner, halo, circular))
        for (const Span& columns : spans(width, inner, halo, circular))
            tiles.push_back({rows.begin, columns.begin, rows.length, columns.length, rows.inner_begin,
                             columns.inner_begin, rows.inner_length, columns.inner_length});
    return tiles;
}

at::Tensor cut(const at::Tensor& picture, const Tile& tile) {
    if (inside(picture, tile)) return picture.narrow(2, tile.y, tile.height).narrow(3, tile.x, tile.width).contiguous();
    return picture.index_select(2, places(tile.y, tile.height, picture.size(2), picture))
        .index_select(3, places(tile.x, tile.width, picture.size(3), picture));
}

void add_back(at::Tensor& picture, const at::Tensor& of_tile, const Tile& tile) {
    if (inside(picture, tile)) {
        picture.narrow(2, tile.y, tile.height).narrow(3, tile.x, tile.width).add_(of_tile);
        return;
    }
    // Row by row of places: a picture smaller than the tile meets itself more than once.
    at::Tensor rows = at::zeros({1, picture.size(1), tile.height, picture.size(3)}, picture.options());
    rows.index_add_(3, places(tile.x, tile.width, picture.size(3), picture), of_tile);
    picture.index_add_(2, places(tile.y, tile.height, picture.size(2), picture), rows);
}

InnerPart inner_part(const at::Tensor& map, const Tile& tile, int stride) {
    const int y = (tile.inner_y - tile.y) / stride, x = (tile.inner_x - tile.x) / stride;
    const bool last_row = tile.inner_y + tile.inner_height == tile.y + tile.height,
               last_column = tile.inner_x + tile.inner_width == tile.x + tile.width;
    const auto height = last_row ? map.size(1) - y : tile.inner_height / stride,
               width = last_column ? map.size(2) - x : tile.inner_width / stride;
    return {map.narrow(1, y, height).narrow(2, x, width), tile.inner_y / stride, tile.inner_x / stride};
}

}  // namespace neural_style
