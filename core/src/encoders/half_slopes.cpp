#include "half_slopes.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

#include "short_numbers.hpp"

namespace neural_style {
namespace {

// A row of C numbers up to 1/(c·√C) times a column of C features up to f is C·f/(c·√C) = f·√C/c at the most.
constexpr double of_matrix = 32;
constexpr double largest_of_map = 16;

// `times` the largest number, and more than zero.
at::Tensor size_of(const at::Tensor& numbers, double times) {
    const at::Tensor most = at::linalg_vector_norm(numbers, std::numeric_limits<double>::infinity());
    return at::add(at::scalar_tensor(1e-30, most.dtype()), most, times);
}

at::Tensor divided(const at::Tensor& numbers, const at::Tensor& divisor, at::ScalarType type) {
    at::Tensor result = at::empty_like(numbers, numbers.options().dtype(type));
    return at::div_out(result, numbers, divisor);
}

void bring_to_short(Slope& slope, const at::Tensor& features) {
    const at::ScalarType type = features.scalar_type();
    if (slope.matrix.defined() && !slope.map.defined() && !slope.shift.defined() && !slope.factor.defined()) {
        slope.factor = size_of(slope.matrix, of_matrix * std::sqrt(double(features.size(0))));
        slope.matrix = divided(slope.matrix, slope.factor, type);
        return;
    }
    if (!slope.matrix.defined() && slope.map.scalar_type() == type && slope.factor.defined()) return;
    slope = {as_map(slope, features)};
    slope.factor = size_of(slope.map, 1 / largest_of_map);
    slope.map = divided(slope.map, slope.factor, type);
}

}  // namespace

at::Tensor bring_to_short(std::vector<Slope>& slopes, const std::vector<at::Tensor>& features) {
    std::vector<at::Tensor> factors;
    for (std::size_t i = 0; i < slopes.size(); ++i) {
        if (!slopes[i].defined()) continue;
        bring_to_short(slopes[i], features[i]);
        factors.push_back(slopes[i].factor);
    }
    return factors.empty() ? at::Tensor() : at::stack(factors).max();
}

at::Tensor short_map(const Slope& slope, const at::Tensor& features) {
    if (!slope.matrix.defined()) return slope.map;
    const at::Tensor matrix = features.flatten(1);  // C×n
    const bool by_pixels = matrix.stride(0) == 1 && matrix.stride(1) != 1;
    const at::Tensor product = by_pixels ? at::mm(matrix.t(), slope.matrix.t()).t() : at::mm(slope.matrix, matrix);
    return product.view_as(features);
}

}  // namespace neural_style
