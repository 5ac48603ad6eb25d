// Seeded tensors and the measures by which the engine's tests judge gradients.
#pragma once

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include <cmath>

#include "encoders/encoder.hpp"
#include "encoders/network_input.hpp"

namespace neural_style::testing {

inline at::Tensor drawn(std::vector<std::int64_t> shape, std::uint64_t seed, at::ScalarType type = at::kFloat) {
    return at::randn(shape, at::make_generator<at::CPUGeneratorImpl>(seed), at::TensorOptions(type));
}

/// A picture 1×3×height×width: smooth waves with some noise, inside 0.1..0.9.
inline at::Tensor drawn_picture(int width, int height, std::uint64_t seed, at::ScalarType type = at::kFloat) {
    const auto options = at::TensorOptions(at::kDouble);
    const at::Tensor x = at::arange(width, options).view({1, 1, 1, width}),
                     y = at::arange(height, options).view({1, 1, height, 1}),
                     channel = at::arange(3, options).view({1, 3, 1, 1});
    const at::Tensor waves = at::sin(x * 0.7 + channel + double(seed)) * at::cos(y * 0.45 - channel * double(seed % 7));
    return (waves * 0.3 + 0.5 + drawn({1, 3, height, width}, seed, at::kDouble) * 0.03).clamp(0.1, 0.9).to(type);
}

/// Of a network whose channels are in another order than the picture's and each scaled differently.
inline InputConvention convention() {
    InputConvention input;
    input.range = 2;
    input.bgr = true;
    for (int channel = 0; channel < 3; ++channel) {
        input.mean[channel] = 0.4F + 0.1F * float(channel);
        input.deviation[channel] = 0.5F + 0.2F * float(channel);
    }
    return input;
}

/// Copies, for an encoder may overwrite them.
inline std::vector<Slope> as_slopes(const std::vector<at::Tensor>& maps) {
    std::vector<Slope> slopes;
    for (const at::Tensor& map : maps) slopes.push_back({map.defined() ? map.clone() : map, {}, {}});
    return slopes;
}

/// |a − b| / |b|
inline double relative_distance(const at::Tensor& a, const at::Tensor& b) {
    const double size = b.to(at::kDouble).norm().item<double>();
    return (a.to(at::kDouble) - b.to(at::kDouble)).norm().item<double>() / std::max(size, 1e-300);
}

/// The slope of `function` at `point` along `direction` by central differences.
template <class Function>
double slope_along(Function function, const at::Tensor& point, const at::Tensor& direction, double step) {
    return (function(point + direction * step) - function(point - direction * step)) / (2 * step);
}

/// Checks a gradient in the steepest direction and in two drawn ones, each as long as a picture's point may move.
template <class Function>
void expect_gradient(Function function, const at::Tensor& point, const at::Tensor& gradient, double step,
                     double tolerance) {
    ASSERT_EQ(gradient.sizes(), point.sizes());
    const double steepest = gradient.to(at::kDouble).norm().item<double>();
    ASSERT_TRUE(std::isfinite(steepest));
    ASSERT_GT(steepest, 0);
    for (int kind = 0; kind < 3; ++kind) {
        at::Tensor direction = gradient / steepest;
        if (kind > 0) {
            const at::Tensor other = drawn(point.sizes().vec(), 90 + kind, point.scalar_type());
            direction = direction + other / other.norm();
        }
        const double expected = (gradient.to(at::kDouble) * direction.to(at::kDouble)).sum().item<double>();
        EXPECT_NEAR(slope_along(function, point, direction, step), expected, tolerance * steepest)
            << "direction " << kind;
    }
}

}  // namespace neural_style::testing
