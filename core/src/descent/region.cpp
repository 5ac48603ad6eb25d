#include "region.hpp"

#include <ATen/ATen.h>

namespace neural_style {

const at::Tensor& MaskPyramid::at(int stride, std::int64_t height, std::int64_t width) {
    at::Tensor& reduced = reduced_[stride];
    if (!mask_.defined() || (reduced.defined() && reduced.size(0) == height && reduced.size(1) == width))
        return reduced;
    // The rows and columns that halving drops don't count.
    at::Tensor cells = mask_;
    const auto rows = std::min(mask_.size(2), height * stride), columns = std::min(mask_.size(3), width * stride);
    cells = cells.narrow(2, 0, rows).narrow(3, 0, columns);
    reduced = at::adaptive_avg_pool2d(cells, {height, width}).squeeze(0).squeeze(0).contiguous();
    return reduced;
}

}  // namespace neural_style
