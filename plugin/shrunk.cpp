#include "shrunk.hpp"

#include <algorithm>

namespace neural_style {
namespace {

int parts(int length, int factor) { return (length + factor - 1) / factor; }

}  // namespace

int shrinking(int width, int height, int longest_edge) {
    return longest_edge > 0 ? std::max(1, std::max(width, height) / longest_edge) : 1;
}

void append_shrunk(const float* rgba, int width, int rows, int factor, std::vector<float>& out) {
    for (int top = 0; top < rows; top += factor)
        for (int left = 0; left < width; left += factor) {
            const int bottom = std::min(rows, top + factor), right = std::min(width, left + factor);
            double sum[4] = {};
            for (int y = top; y < bottom; ++y)
                for (int x = left; x < right; ++x) {
                    const float* pixel = rgba + 4 * (std::size_t(y) * std::size_t(width) + std::size_t(x));
                    if (!(pixel[3] > 0)) continue;
                    for (int c = 0; c < 3; ++c) sum[c] += double(pixel[3]) * double(pixel[c]);
                    sum[3] += double(pixel[3]);
                }
            for (int c = 0; c < 3; ++c) out.push_back(sum[3] > 0 ? float(sum[c] / sum[3]) : 0);
            out.push_back(float(sum[3] / ((bottom - top) * (right - left))));
        }
}

Image shrunk_by(const Image& picture, int factor) {
    if (factor <= 1) return picture;
    Image small;
    small.width = parts(picture.width, factor);
    small.height = parts(picture.height, factor);
    small.rgba.reserve(std::size_t(4) * std::size_t(small.width) * std::size_t(small.height));
    append_shrunk(picture.rgba.data(), picture.width, picture.height, factor, small.rgba);
    return small;
}

Mask shrunk_by(const Mask& mask, int factor) {
    if (factor <= 1 || mask.empty()) return mask;
    Mask small{parts(mask.width, factor), parts(mask.height, factor), {}};
    for (int top = 0; top < mask.height; top += factor)
        for (int left = 0; left < mask.width; left += factor) {
            double sum = 0;
            int count = 0;
            for (int y = top; y < std::min(mask.height, top + factor); ++y)
                for (int x = left; x < std::min(mask.width, left + factor); ++x, ++count)
                    sum += double(mask.values[std::size_t(y) * std::size_t(mask.width) + std::size_t(x)]);
            small.values.push_back(float(sum / count));
        }
    return small;
}

}  // namespace neural_style
