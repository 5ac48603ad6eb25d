#include "colours.hpp"

#include <ATen/ATen.h>

#include <functional>

namespace neural_style {
namespace {

struct Distribution {
    at::Tensor mean, covariance;  // 3×1, 3×3, double, CPU
};

Distribution distribution_of(const at::Tensor& picture, const at::Tensor& mask) {
    const at::Tensor pixels = picture.flatten(2).squeeze(0).to(at::kCPU, at::kDouble);
    const at::Tensor counts =
        mask.defined() ? mask.flatten().to(at::kCPU, at::kDouble) : at::ones({pixels.size(1)}, pixels.options());
    const at::Tensor sum = counts.sum().clamp_min(1e-9);
    const at::Tensor mean = at::mv(pixels, counts).div_(sum).unsqueeze(1), centred = pixels - mean;
    // The small constant keeps a picture of one colour invertible.
    return {mean, at::mm(centred * counts, centred.t()) / sum + at::eye(3, pixels.options()) * 1e-5};
}

at::Tensor power(const at::Tensor& symmetric, double exponent) {
    auto [values, vectors] = at::linalg_eigh(symmetric, "L");
    return at::mm(vectors * values.clamp_min(1e-12).pow(exponent), vectors.t());
}

}  // namespace

at::Tensor luminance(const at::Tensor& picture) {
    const at::Tensor weights = at::tensor({0.299f, 0.587f, 0.114f}, at::kFloat).to(picture.device()).view({1, 3, 1, 1});
    return (picture * weights).sum(1, true);
}

at::Tensor greyed(const at::Tensor& picture) { return luminance(picture).expand({-1, 3, -1, -1}).contiguous(); }

at::Tensor recoloured(const at::Tensor& style, const at::Tensor& style_mask, const at::Tensor& content,
                      const at::Tensor& content_mask) {
    const Distribution from = distribution_of(style, style_mask), to = distribution_of(content, content_mask);
    const at::Tensor root = power(from.covariance, 0.5), inverse = power(from.covariance, -0.5);
    const at::Tensor map = inverse.mm(power(root.mm(to.covariance).mm(root), 0.5)).mm(inverse);
    const at::Tensor pixels = style.flatten(2).squeeze(0).to(at::kCPU, at::kDouble);
    const at::Tensor moved = map.mm(pixels - from.mean) + to.mean;
    return moved.to(style.options()).clamp_(0, 1).view_as(style);
}

at::Tensor with_colours_of(const at::Tensor& content, const at::Tensor& picture) {
    return (content + (luminance(picture) - luminance(content))).clamp_(0, 1);
}

}  // namespace neural_style
