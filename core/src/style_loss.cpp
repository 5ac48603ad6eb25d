#include "style_loss.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>

#include "sort_rows.hpp"

namespace neural_style {
namespace {

// left (C×C) times right (C×N), laid out like `right`: a map that lies channels-last stays so.
at::Tensor product_like(const at::Tensor& left, const at::Tensor& right) {
    if (right.stride(0) == 1 && right.stride(1) != 1) return at::mm(right.t(), left.t()).t();
    return at::mm(left, right);
}

void accumulate(at::Tensor& sum, const at::Tensor& part, double share) {
    sum = sum.defined() ? sum.add(part, share) : part * share;
}

struct Sorted {
    at::Tensor values;  // rows×N, upwards
    at::Tensor order;   // rows×N, int32 on the CPU, int64 elsewhere
};

Sorted sorted_rows(const at::Tensor& rows, bool with_order) {
    if (!rows.is_cpu()) {
        auto [values, order] = at::sort(rows, 1);
        return {values, order};
    }
    const auto count = rows.size(0), length = rows.size(1);
    const at::Tensor from = rows.contiguous();
    Sorted sorted{at::empty_like(from), with_order ? at::empty({count, length}, at::kInt) : at::Tensor()};
    const float* source = from.data_ptr<float>();
    float* values = sorted.values.data_ptr<float>();
    std::int32_t* order = with_order ? sorted.order.data_ptr<std::int32_t>() : nullptr;
    at::parallel_for(0, count, 1, [&](std::int64_t first, std::int64_t last) {
        std::vector<std::uint64_t> scratch(2 * length);
        for (auto row = first; row < last; ++row)
            sort_row(source + row * length, length, values + row * length, order ? order + row * length : nullptr,
                     scratch.data());
    });
    return sorted;
}

// The inverse of the sort's permutation, applied: result[row][order[row][i]] = values[row][i].
at::Tensor put_back(const at::Tensor& values, const at::Tensor& order) {
    if (!values.is_cpu()) return at::empty_like(values).scatter_(1, order, values);
    at::Tensor result = at::empty_like(values);
    const auto count = values.size(0), length = values.size(1);
    const float* source = values.data_ptr<float>();
    const std::int32_t* place = order.data_ptr<std::int32_t>();
    float* target = result.data_ptr<float>();
    at::parallel_for(0, count, 1, [&](std::int64_t first, std::int64_t last) {
        for (auto row = first; row < last; ++row)
            for (std::int64_t i = 0; i < length; ++i)
                target[row * length + place[row * length + i]] = source[row * length + i];
    });
    return result;
}

}  // namespace

double GramLoss::divisor(const at::Tensor& features) const {
    return double(features.size(1)) * (by_channels_ ? double(features.size(0)) : 1.0);
}

void GramLoss::add_target(const at::Tensor& features, double share) {
    accumulate(target_, at::mm(features, features.t()) / divisor(features), share);
}

LossValue GramLoss::evaluate(const at::Tensor& features) {
    const double channels = double(features.size(0));
    const at::Tensor difference = at::mm(features, features.t()).div_(divisor(features)).sub_(target_);
    const at::Tensor loss = difference.pow(2).mean() * factor_;
    // d mean(D²)/dG = 2D/C², dG/dF = twice F over the divisor because D is symmetric.
    const double slope = factor_ * 4 / (channels * channels * divisor(features));
    return {loss, product_like(difference.mul(slope), features)};
}

void CovarianceLoss::add_target(const at::Tensor& features, double share) {
    const at::Tensor mean = features.mean(1, true);
    accumulate(mean_, mean, share);
    accumulate(covariance_, at::mm(features, features.t()) / double(features.size(1)) - at::mm(mean, mean.t()), share);
}

void CovarianceLoss::set_start(const at::Tensor& features) {
    const double channels = double(features.size(0));
    const at::Tensor mean = features.mean(1, true);
    const at::Tensor covariance = at::mm(features, features.t()) / double(features.size(1)) - at::mm(mean, mean.t());
    const at::Tensor apart = (covariance - covariance_).pow(2).sum() + (mean - mean_).pow(2).sum() * channels;
    const at::Tensor own = covariance_.pow(2).sum() + mean_.pow(2).sum() * channels;
    start_ = at::maximum(apart, own * 0.01).clamp_min(1e-12);
}

LossValue CovarianceLoss::evaluate(const at::Tensor& features) {
    const double channels = double(features.size(0)), positions = double(features.size(1));
    const at::Tensor mean = features.mean(1, true);
    const at::Tensor covariance =
        at::mm(features, features.t()).div_(positions).sub_(at::mm(mean, mean.t())).sub_(covariance_);
    const at::Tensor shift = mean - mean_;
    const at::Tensor scale = factor_ / start_;
    const at::Tensor loss = (covariance.pow(2).sum() + shift.pow(2).sum() * channels) * scale;
    const at::Tensor slope = covariance * (scale * (4 / positions));
    const at::Tensor constant = shift * (scale * (2 * channels / positions)) - at::mm(slope, mean);
    return {loss, product_like(slope, features).add_(constant)};
}

void SlicedLoss::add_target(const at::Tensor& features, double share) {
    targets_.push_back({features.contiguous().clone(), share});
}

void SlicedLoss::draw(const at::Tensor& features) {
    if (!fresh_ && projection_.defined()) return;
    // Drawn on the CPU, so that a seed means the same directions on every device.
    at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed_ * 0x9E3779B97F4A7C15u + draws_++);
    const at::Tensor drawn = at::randn({directions_, features.size(0)}, generator, at::TensorOptions(at::kFloat));
    projection_ = (drawn / drawn.norm(2, 1, true).clamp_min(1e-12)).to(features.device());
    quantiles_.reset();
}

at::Tensor SlicedLoss::target_quantiles(std::int64_t count) const {
    at::Tensor blended;
    for (const Target& target : targets_) {
        at::Tensor quantiles = sorted_rows(at::mm(projection_, target.features), false).values;
        if (quantiles.size(1) != count)
            quantiles = at::upsample_linear1d(quantiles.unsqueeze(0), {count}, true).squeeze(0);
        accumulate(blended, quantiles, target.share);
    }
    return blended;
}

LossValue SlicedLoss::evaluate(const at::Tensor& features) {
    draw(features);
    const Sorted sorted = sorted_rows(at::mm(projection_, features), true);
    const auto count = features.size(1);
    if (!quantiles_.defined() || quantiles_.size(1) != count) quantiles_ = target_quantiles(count);
    const at::Tensor difference = sorted.values - quantiles_;
    const at::Tensor loss = difference.pow(2).mean() * factor_;
    const double slope = 2 * factor_ / double(difference.numel());
    const at::Tensor of_projection = put_back(difference.mul_(slope), sorted.order);
    return {loss, product_like(projection_.t(), of_projection)};
}

}  // namespace neural_style
