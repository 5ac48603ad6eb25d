#include "half_slopes.hpp"

#include <ATen/ATen.h>

#include <limits>

namespace neural_style {
namespace {

constexpr double largest = 16;

}  // namespace

at::Tensor unit_of(const std::vector<at::Tensor>& slopes, const std::vector<at::Tensor>& sizes) {
    std::vector<at::Tensor> most;
    for (std::size_t i = 0; i < slopes.size(); ++i)
        if (slopes[i].defined())
            most.push_back(at::linalg_vector_norm(slopes[i], std::numeric_limits<double>::infinity()) *
                           sizes[i].squeeze());
    if (most.empty()) return {};
    return at::stack(most).max().clamp_min(1e-30).div(largest);
}

at::Tensor bring_to_half(std::vector<at::Tensor>& slopes, const std::vector<at::Tensor>& sizes) {
    const at::Tensor unit = unit_of(slopes, sizes);
    for (std::size_t i = 0; i < slopes.size(); ++i) {
        if (!slopes[i].defined()) continue;
        at::Tensor half = at::empty_like(slopes[i], slopes[i].options().dtype(at::kHalf));
        at::mul_out(half, slopes[i], sizes[i] / unit);
        slopes[i] = half;
    }
    return unit;
}

}  // namespace neural_style
