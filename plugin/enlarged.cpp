#include "enlarged.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace neural_style {
namespace {

// Between which two of `from` pixels each of `to` lies, and how far it is from the first.
struct Place {
    int first, second;
    float share;
};

std::vector<Place> places(int from, int to) {
    std::vector<Place> result;
    for (int i = 0; i < to; ++i) {
        const double at = std::clamp((i + 0.5) * from / to - 0.5, 0.0, double(from - 1));
        const int first = int(at);
        result.push_back({first, std::min(first + 1, from - 1), float(at - first)});
    }
    return result;
}

}  // namespace

Image enlarged(const Image& picture, int width, int height) {
    if (picture.width == width && picture.height == height) return picture;
    Image result(width, height);
    const std::vector<Place> columns = places(picture.width, width), rows = places(picture.height, height);
    for (int y = 0; y < height; ++y) {
        const Place& row = rows[std::size_t(y)];
        for (int x = 0; x < width; ++x) {
            const Place& column = columns[std::size_t(x)];
            const auto along = [&](int v, int c) {
                const float first = picture.pixel(column.first, v)[c], second = picture.pixel(column.second, v)[c];
                return first + (second - first) * column.share;
            };
            for (int c = 0; c < 4; ++c) {
                const float first = along(row.first, c), second = along(row.second, c);
                result.pixel(x, y)[c] = first + (second - first) * row.share;
            }
        }
    }
    return result;
}

}  // namespace neural_style
