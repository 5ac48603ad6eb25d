#include "padded_map.hpp"

#include <ATen/ATen.h>

namespace neural_style {

at::Tensor padded(const at::Tensor& map, int margin, Padding padding) {
    // LibTorch 1.13 pads only float and double on the CPU.
    if (map.is_cpu() && map.scalar_type() == at::kBFloat16)
        return padded(map.to(at::kFloat), margin, padding).to(at::kBFloat16);
    padding = padding_for(padding, margin, int(map.size(2)), int(map.size(3)));
    const std::vector<std::int64_t> margins(4, margin);
    if (padding == Padding::zero) return at::constant_pad_nd(map, margins, 0);
    if (padding == Padding::reflect) return at::reflection_pad2d(map, margins);
    if (padding == Padding::circular) {
        const at::Tensor wide =
            at::cat({map.narrow(3, map.size(3) - margin, margin), map, map.narrow(3, 0, margin)}, 3);
        return at::cat({wide.narrow(2, wide.size(2) - margin, margin), wide, wide.narrow(2, 0, margin)}, 2);
    }
    return at::replication_pad2d(map, margins);
}

}  // namespace neural_style
