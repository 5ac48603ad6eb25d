#include "colours.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "losses/quantile_transport.hpp"
#include "tensor_image.hpp"

namespace neural_style {
namespace {

at::Tensor matrix(std::initializer_list<double> values) {
    return at::tensor(at::ArrayRef<double>(values), at::kDouble).view({3, 3}).to(at::kFloat);
}

at::Tensor cones_of_linear() {
    return matrix({0.4122214708, 0.5363325363, 0.0514459929, 0.2119034982, 0.6806995451, 0.1073969566, 0.0883024619,
                   0.2817188376, 0.6299787005});
}

at::Tensor lab_of_roots() {
    return matrix({0.2104542553, 0.7936177850, -0.0040720468, 1.9779984951, -2.4285922050, 0.4505937099, 0.0259040371,
                   0.7827717662, -0.8086757660});
}

struct Distribution {
    at::Tensor mean, covariance;  // 3×1, 3×3, double, CPU
};

// 3×n in Oklab, on the CPU. The matrices are Ottosson's, from linear sRGB.
at::Tensor perceptual(const at::Tensor& picture) {
    const at::Tensor shown = picture.flatten(2).squeeze(0).to(at::kCPU, at::kFloat);
    const at::Tensor linear = at::where(shown.le(0.04045), shown / 12.92, ((shown + 0.055) / 1.055).pow(2.4));
    return at::mm(lab_of_roots(), at::mm(cones_of_linear(), linear).clamp_min(0).pow(1.0 / 3));
}

at::Tensor shown_again(const at::Tensor& lab, const at::Tensor& like) {
    const at::Tensor cones = at::mm(at::linalg_inv(lab_of_roots()), lab.to(at::kFloat)).pow(3);
    const at::Tensor linear = at::mm(at::linalg_inv(cones_of_linear()), cones).clamp_(0, 1);
    const at::Tensor shown = at::where(linear.le(0.0031308), linear * 12.92, linear.pow(1 / 2.4) * 1.055 - 0.055);
    return shown.to(like.options()).clamp_(0, 1).view_as(like);
}

// A picture's pixels in Oklab and how much each counts, of a small copy that tells the distribution as well.
struct Sample {
    at::Tensor pixels, counts;  // 3×n, n
};

Sample sample_of(const at::Tensor& picture, const at::Tensor& mask) {
    constexpr double most_edge = 1024;
    const double factor = std::min(1.0, most_edge / double(std::max(picture.size(2), picture.size(3))));
    const int width = std::max(1, int(double(picture.size(3)) * factor)),
              height = std::max(1, int(double(picture.size(2)) * factor));
    const at::Tensor pixels = perceptual(resized(picture, width, height));
    return {pixels, mask.defined() ? resized(mask, width, height).flatten().to(at::kCPU, at::kFloat)
                                   : at::ones({pixels.size(1)}, pixels.options())};
}

Distribution distribution_of(const Sample& sample) {
    const at::Tensor pixels = sample.pixels.to(at::kDouble), counts = sample.counts.to(at::kDouble);
    const at::Tensor sum = counts.sum().clamp_min(1e-9);
    const at::Tensor mean = at::mv(pixels, counts).div_(sum).unsqueeze(1), centred = pixels - mean;
    // The small constant keeps a picture of one colour invertible.
    return {mean, at::mm(centred * counts, centred.t()) / sum + at::eye(3, pixels.options()) * 1e-5};
}

// Each row of `pixels`, of which `own` is a sample, carried to the goal's distribution by ranks.
at::Tensor with_distribution_of(const Sample& goal, const Sample& own, const at::Tensor& pixels) {
    constexpr std::int64_t ranks = 4096;
    SortScratch scratch;
    at::Tensor result = pixels.to(at::kFloat).contiguous();
    for (int row = 0; row < 3; ++row) {
        at::Tensor wanted = goal.pixels[row].contiguous().clone(), sample = own.pixels[row].contiguous().clone();
        std::vector<float> quantiles(ranks);
        take_quantiles(wanted.data_ptr<float>(), goal.counts.data_ptr<float>(), wanted.numel(), 1, false, ranks,
                       quantiles.data(), scratch);
        QuantileTransport transport;
        transport.fit(sample.data_ptr<float>(), own.counts.data_ptr<float>(), sample.numel(), quantiles.data(), ranks,
                      scratch);
        at::Tensor pull = result[row].clone();
        transport.pull(pull.data_ptr<float>(), nullptr, pull.numel(), 1);
        result[row].sub_(pull);
    }
    return result;
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

bool is_grey(const at::Tensor& picture) {
    constexpr float step = 1.01F / 255;
    return (picture.amax(1) - picture.amin(1)).max().item<float>() <= step;
}

at::Tensor recoloured(const at::Tensor& style, const at::Tensor& style_mask, const at::Tensor& content,
                      const at::Tensor& content_mask, bool histogram) {
    const Sample own = sample_of(style, style_mask), goal = sample_of(content, content_mask);
    const Distribution from = distribution_of(own), to = distribution_of(goal);
    const at::Tensor root = power(from.covariance, 0.5), inverse = power(from.covariance, -0.5);
    const at::Tensor map = inverse.mm(power(root.mm(to.covariance).mm(root), 0.5)).mm(inverse).to(at::kFloat);
    const auto move = [&](const at::Tensor& pixels) {
        return at::mm(map, pixels - from.mean.to(at::kFloat)) + to.mean.to(at::kFloat);
    };
    at::Tensor moved = move(perceptual(style));
    if (histogram) moved = with_distribution_of(goal, {move(own.pixels), own.counts}, moved);
    return shown_again(moved, style);
}

at::Tensor with_colours_of(const at::Tensor& content, const at::Tensor& picture) {
    return (content + (luminance(picture) - luminance(content))).clamp_(0, 1);
}

}  // namespace neural_style
