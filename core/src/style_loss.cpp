#include "style_loss.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>

#include <numeric>

#include "sort_rows.hpp"

namespace neural_style {
namespace {

// left (C×C) times right (C×N), laid out like `right`: a map that lies channels-last stays so.
at::Tensor product_like(const at::Tensor& left, const at::Tensor& right) {
    if (right.stride(0) == 1 && right.stride(1) != 1) return at::mm(right.t(), left.t()).t();
    return at::mm(left, right);
}

// left times right, into the memory of `kept` where its size is the same: fresh memory for the largest maps costs about
// as much as filling it.
at::Tensor product_into(at::Tensor kept, const at::Tensor& left, const at::Tensor& right) {
    if (!kept.defined() || kept.size(0) != left.size(0) || kept.size(1) != right.size(1)) return at::mm(left, right);
    return at::mm_out(kept, left, right);
}

void accumulate(at::Tensor& sum, const at::Tensor& part, double share) {
    sum = sum.defined() ? sum.add(part, share) : part * share;
}

// Calls `part(row, scratch)` for each of `rows`, on all threads.
template <class Part>
void for_each_row(std::int64_t rows, const Part& part) {
    at::parallel_for(0, rows, 1, [&](std::int64_t first, std::int64_t last) {
        SortScratch scratch;
        for (auto row = first; row < last; ++row) part(row, scratch);
    });
}

// Each row's values, upwards; `rows` itself on the CPU.
at::Tensor sorted_rows(const at::Tensor& rows) {
    if (!rows.is_cpu()) return std::get<0>(at::sort(rows, 1));
    const auto length = rows.size(1);
    float* values = rows.data_ptr<float>();
    for_each_row(rows.size(0),
                 [&](std::int64_t row, SortScratch& scratch) { sort_values(values + row * length, length, scratch); });
    return rows;
}

// As SlicedLoss::match, for the CPU; `projected` becomes its own gradient.
double match_rows(const at::Tensor& projected, const at::Tensor& quantiles, double slope) {
    const auto count = projected.size(0), length = projected.size(1);
    float* values = projected.data_ptr<float>();
    const float* expected = quantiles.data_ptr<float>();
    std::vector<double> sums(count);
    for_each_row(count, [&](std::int64_t row, SortScratch& scratch) {
        float* const own = values + row * length;
        sums[row] = match_quantiles(own, length, expected + row * length, float(slope), own, scratch);
    });
    return std::accumulate(sums.begin(), sums.end(), 0.0);
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

at::Tensor SlicedLoss::target_quantiles(std::int64_t count) {
    at::Tensor blended;
    for (const Target& target : targets_) {
        at::Tensor quantiles = sorted_rows(at::mm(projection_, target.features));
        if (quantiles.size(1) != count)
            quantiles = at::upsample_linear1d(quantiles.unsqueeze(0), {count}, true).squeeze(0);
        accumulate(blended, quantiles, target.share);
    }
    return blended.contiguous();
}

LossValue SlicedLoss::evaluate(const at::Tensor& features) {
    draw(features);
    const auto count = features.size(1);
    if (!quantiles_.defined() || quantiles_.size(1) != count) quantiles_ = target_quantiles(count);
    projected_ = product_into(projected_, projection_, features);
    const at::Tensor& projected = projected_;
    const double share = factor_ / double(projected.numel());
    if (projected.is_cpu()) {
        const at::Tensor loss = at::full({}, match_rows(projected, quantiles_, 2 * share) * share, at::kFloat);
        gradient_ = product_into(gradient_, projection_.t(), projected);
        return {loss, gradient_};
    }
    const auto [values, order] = at::sort(projected, 1);
    const at::Tensor difference = values - quantiles_;
    const at::Tensor loss = difference.pow(2).sum() * share;
    const at::Tensor of_projection = at::empty_like(values).scatter_(1, order, difference.mul_(2 * share));
    return {loss, product_like(projection_.t(), of_projection)};
}

}  // namespace neural_style
