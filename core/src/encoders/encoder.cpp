#include "encoder.hpp"

#include <ATen/ATen.h>

namespace neural_style {

Slope sum(Slope a, const Slope& b) {
    const auto add = [](at::Tensor& to, const at::Tensor& more) {
        if (!more.defined()) return;
        to = to.defined() ? to + more : more;
    };
    add(a.map, b.map);
    add(a.matrix, b.matrix);
    add(a.shift, b.shift);
    return a;
}

at::Tensor as_map(const Slope& slope, const at::Tensor& features) {
    if (!slope.matrix.defined()) return slope.map;
    const at::Tensor matrix = features.flatten(1);
    // A map that lies channels-last stays so.
    const bool by_pixels = matrix.stride(0) == 1 && matrix.stride(1) != 1;
    at::Tensor product = by_pixels ? at::mm(matrix.t(), slope.matrix.t()).t() : at::mm(slope.matrix, matrix);
    if (slope.shift.defined()) product.add_(slope.shift.unsqueeze(1));
    at::Tensor result = product.view_as(features);
    if (slope.map.defined()) result.add_(slope.map);
    return result;
}

}  // namespace neural_style
