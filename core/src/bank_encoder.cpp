#include "bank_encoder.hpp"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>

#include "autograd_gradient.hpp"

namespace neural_style {
namespace {

constexpr int orientations = 6, filter_edge = 7, derivative_count = 2 * orientations,
              filter_count = derivative_count + 1;
constexpr double across = 1.1, along = 1.7;  // deviations of the elongated Gaussian, pixels
constexpr double pi = 3.14159265358979323846;

// 1 / deviation of each response on photographs, by colour (light, red against green, blue against yellow) and filter
// (first derivative, second derivative, Gaussian); computed by tools/bank_scales.py.
constexpr float response_scales[3][3] = {
    {2.2409F, 4.0269F, 0.6148F},   // light
    {8.1744F, 14.6885F, 1.2686F},  // red against green
    {4.7265F, 8.2949F, 1.0507F},   // blue against yellow
};

// The same for the second layer: by the kind of the first derivative filter and of the second one.
constexpr float stroke_response_scales[2][2] = {
    {2.0946F, 2.8389F},
    {2.1355F, 3.2333F},
};

using Kernel = std::vector<double>;

// Fills a 7×7 kernel and scales it so that its absolute values add up to `sum`.
template <class Function>
Kernel kernel(Function value, bool without_mean, double sum) {
    Kernel k;
    const int reach = filter_edge / 2;
    for (int y = -reach; y <= reach; ++y)
        for (int x = -reach; x <= reach; ++x) k.push_back(value(x, y));
    if (without_mean) {
        double mean = 0;
        for (double v : k) mean += v / double(k.size());
        for (double& v : k) v -= mean;
    }
    double total = 0;
    for (double v : k) total += std::abs(v);
    for (double& v : k) v *= sum / total;
    return k;
}

}  // namespace

at::Tensor BankEncoder::filters() {
    std::vector<double> all;
    const auto append = [&](const Kernel& k) { all.insert(all.end(), k.begin(), k.end()); };
    for (int i = 0; i < orientations; ++i) {
        const double angle = pi * i / orientations;
        const auto rotated = [&](int x, int y) {
            return std::pair(x * std::cos(angle) + y * std::sin(angle), y * std::cos(angle) - x * std::sin(angle));
        };
        const auto gaussian = [](double u, double v) {
            return std::exp(-(u * u / (2 * across * across) + v * v / (2 * along * along)));
        };
        append(kernel(
            [&](int x, int y) {
                auto [u, v] = rotated(x, y);
                return u * gaussian(u, v);
            },
            false, 2));
        append(kernel(
            [&](int x, int y) {
                auto [u, v] = rotated(x, y);
                return (u * u / (across * across) - 1) * gaussian(u, v);
            },
            true, 2));
    }
    append(kernel([](int x, int y) { return std::exp(-(x * x + y * y) / 2.0); }, false, 1));
    return at::tensor(at::ArrayRef<double>(all), at::kDouble)
        .to(at::kFloat)
        .view({filter_count, 1, filter_edge, filter_edge});
}

BankEncoder::BankEncoder(std::vector<BankTap> taps, Padding padding, const at::Device& device)
    : taps_(std::move(taps)), padding_(padding) {
    filters_ = filters().to(device);
    std::vector<float> scales;
    for (const auto& colour : response_scales)
        for (int filter = 0; filter < filter_count; ++filter)
            scales.push_back(filter == filter_count - 1 ? colour[2] : colour[filter % 2]);
    const auto constant = [&](std::vector<float> values, std::vector<std::int64_t> shape) {
        return at::tensor(at::ArrayRef<float>(values), at::kFloat).view(shape).to(device);
    };
    scales_ = constant(scales, {3, filter_count, 1, 1});
    std::vector<float> stroke_scales;
    for (int first = 0; first < derivative_count; ++first)
        for (int second = 0; second < derivative_count; ++second)
            stroke_scales.push_back(stroke_response_scales[first % 2][second % 2]);
    stroke_scales_ = constant(stroke_scales, {derivative_count, derivative_count, 1, 1});
    opponent_ = constant({.577F, .577F, .577F, .707F, -.707F, 0, .408F, .408F, -.816F}, {3, 3, 1, 1});
    blur_ = constant({1, 2, 1, 2, 4, 2, 1, 2, 1}, {1, 1, 3, 3}).div(16).expand({3, 1, 3, 3}).contiguous();
    mean_ = constant({.485F, .456F, .406F}, {1, 3, 1, 1});
    deviation_ = constant({.229F, .224F, .225F}, {1, 3, 1, 1});
}

at::Tensor BankEncoder::responses(const at::Tensor& colours) const {
    const at::Tensor planes = at::conv2d(colours, opponent_).transpose(0, 1);  // 3×1×h×w: the colours as a batch
    const at::Tensor signed_ = at::conv2d(padded(planes, filter_edge / 2, padding_), filters_) * scales_;
    const at::Tensor flat = signed_.flatten(0, 1).unsqueeze(0);
    return at::cat({at::relu(flat), at::relu(-flat)}, 1);
}

at::Tensor BankEncoder::strokes(const at::Tensor& responses) const {
    const auto channels = responses.size(1) / 2;  // the positive halves, then the negative ones; light comes first
    const at::Tensor strength =
        responses.narrow(1, 0, derivative_count) + responses.narrow(1, channels, derivative_count);
    // A map of one row or column is not halved in that direction.
    const std::vector<std::int64_t> window = {std::min<std::int64_t>(2, responses.size(2)),
                                              std::min<std::int64_t>(2, responses.size(3))};
    const at::Tensor planes = at::avg_pool2d(strength, window).transpose(0, 1);  // 12×1×h×w
    const at::Tensor derivatives = filters_.narrow(0, 0, derivative_count);
    const at::Tensor signed_ = at::conv2d(padded(planes, filter_edge / 2, padding_), derivatives) * stroke_scales_;
    const at::Tensor flat = signed_.flatten(0, 1).unsqueeze(0);
    return at::cat({at::avg_pool2d(responses, window), at::relu(flat), at::relu(-flat)}, 1);
}

std::vector<at::Tensor> BankEncoder::features(const at::Tensor& picture, bool keep) {
    c10::AutoGradMode record(keep);
    maps_.clear();
    picture_ = keep ? picture.detach().requires_grad_() : picture.detach();
    int deepest = 0;
    for (const BankTap& tap : taps_) deepest = std::max(deepest, tap.level);
    std::vector<at::Tensor> maps(taps_.size());
    at::Tensor colours = (picture_ - mean_) / deviation_;
    for (int level = 0; level <= deepest; ++level) {
        if (level > 0)
            colours = at::avg_pool2d(at::conv2d(padded(colours, 1, padding_), blur_, at::Tensor(), {1, 1},
                                                at::IntArrayRef({0, 0}), {1, 1}, 3),
                                     {2, 2});
        at::Tensor first;
        for (std::size_t i = 0; i < taps_.size(); ++i) {
            if (taps_[i].level != level) continue;
            if (taps_[i].kind != BankTap::Kind::colours && !first.defined()) first = responses(colours);
            maps[i] = taps_[i].kind == BankTap::Kind::colours     ? colours
                      : taps_[i].kind == BankTap::Kind::responses ? first
                                                                  : strokes(first);
        }
    }
    std::vector<at::Tensor> result;
    for (const at::Tensor& map : maps) result.push_back(map.detach().squeeze(0));
    if (keep) maps_ = std::move(maps);
    return result;
}

at::Tensor BankEncoder::gradient(const std::vector<at::Tensor>& of_features) {
    at::Tensor result = autograd_gradient(maps_, of_features, picture_);
    maps_.clear();
    return result;
}

}  // namespace neural_style
