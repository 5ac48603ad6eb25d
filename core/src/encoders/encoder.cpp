#include "encoder.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "numerics/plane_products.hpp"
#include "feature_product.hpp"
#include "short_numbers.hpp"
#include "vector_code.hpp"

namespace neural_style {

void take_in_factor(Slope& slope) {
    if (!slope.factor.defined()) return;
    for (at::Tensor* part : {&slope.map, &slope.matrix, &slope.shift})
        if (part->defined()) *part = in_float32(*part) * slope.factor;
    slope.factor.reset();
}

Slope sum(Slope a, const Slope& b) {
    if (!a.defined()) return b;
    if (!b.defined()) return a;
    Slope other = b;
    take_in_factor(a);
    take_in_factor(other);
    const auto add = [](at::Tensor& to, const at::Tensor& more) {
        if (!more.defined()) return;
        to = to.defined() ? to + more : more;
    };
    add(a.map, other.map);
    add(a.matrix, other.matrix);
    add(a.shift, other.shift);
    return a;
}

at::Tensor as_map(const Slope& given, const at::Tensor& given_features) {
    Slope slope = given;
    take_in_factor(slope);
    if (!slope.matrix.defined()) return slope.map;
    const at::Tensor features = in_float32(given_features), matrix = features.flatten(1);
    // A map that lies channels-last stays so.
    const bool by_pixels = matrix.stride(0) == 1 && matrix.stride(1) != 1;
    if constexpr (vector_code) {
        if (matrix.is_cpu() && matrix.scalar_type() == at::kFloat && matrix.is_contiguous()) {
            const at::Tensor weights = slope.matrix.contiguous();
            const at::Tensor shift = slope.shift.defined() ? slope.shift.contiguous() : slope.shift;
            at::Tensor result = at::empty(features.sizes(), features.options());
            planes::multiply(weights.data_ptr<float>(), int(weights.size(0)), matrix.data_ptr<float>(),
                             int(matrix.size(0)), matrix.size(1), shift.defined() ? shift.data_ptr<float>() : nullptr,
                             result.data_ptr<float>(), at::get_num_threads());
            return slope.map.defined() ? result.add_(slope.map) : result;
        }
    }
    at::Tensor product =
        by_pixels ? feature_product(matrix.t(), slope.matrix.t()).t() : feature_product(slope.matrix, matrix);
    if (slope.shift.defined()) product.add_(slope.shift.unsqueeze(1));
    at::Tensor result = product.view_as(features);
    if (slope.map.defined()) result.add_(slope.map);
    return result;
}

std::vector<at::Tensor> as_maps(const std::vector<Slope>& slopes, const std::vector<at::Tensor>& features) {
    std::vector<at::Tensor> maps;
    for (std::size_t i = 0; i < slopes.size(); ++i) maps.push_back(as_map(slopes[i], features[i]));
    return maps;
}

}  // namespace neural_style
