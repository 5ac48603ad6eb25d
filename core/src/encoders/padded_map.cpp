#include "padded_map.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace neural_style {
namespace {

// One dimension grown by parts of the map itself.
at::Tensor grown(const at::Tensor& map, int dimension, std::int64_t margin, Padding padding) {
    const auto length = map.size(dimension);
    const auto part = [&](std::int64_t begin, std::int64_t count) { return map.narrow(dimension, begin, count); };
    std::vector<at::Tensor> parts;
    if (padding == Padding::circular) {
        parts = {part(length - margin, margin), map, part(0, margin)};
    } else if (padding == Padding::reflect) {
        for (auto i = margin; i > 0; --i) parts.push_back(part(i, 1));
        parts.push_back(map);
        for (std::int64_t i = 1; i <= margin; ++i) parts.push_back(part(length - 1 - i, 1));
    } else {
        parts.assign(std::size_t(2 * margin + 1), part(0, 1));
        parts[std::size_t(margin)] = map;
        std::fill(parts.begin() + margin + 1, parts.end(), part(length - 1, 1));
    }
    return at::cat(parts, dimension);
}

}  // namespace

at::Tensor padded(const at::Tensor& map, int margin, Padding padding) {
    padding = padding_for(padding, margin, int(map.size(2)), int(map.size(3)));
    const std::vector<std::int64_t> margins(4, margin);
    if (padding == Padding::zero) return at::constant_pad_nd(map, margins, 0);
    // LibTorch's own put one plane after the other, however the map lay.
    const bool by_pixels = map.size(1) > 1 && map.stride(1) == 1;
    if (padding == Padding::circular || by_pixels) return grown(grown(map, 3, margin, padding), 2, margin, padding);
    // LibTorch 1.13 pads only float and double on the CPU.
    if (map.is_cpu() && map.scalar_type() == at::kBFloat16)
        return padded(map.to(at::kFloat), margin, padding).to(at::kBFloat16);
    return padding == Padding::reflect ? at::reflection_pad2d(map, margins) : at::replication_pad2d(map, margins);
}

}  // namespace neural_style
