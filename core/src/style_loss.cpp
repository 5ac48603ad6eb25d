#include "style_loss.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <numeric>

#include "projection_kernels.hpp"
#include "sort_rows.hpp"

namespace neural_style {
namespace {

// left (C×C) times right (C×N), laid out like `right`: a map that lies channels-last stays so.
at::Tensor product_like(const at::Tensor& left, const at::Tensor& right) {
    if (right.stride(0) == 1 && right.stride(1) != 1) return at::mm(right.t(), left.t()).t();
    return at::mm(left, right);
}

// A matrix of the size: `kept` itself where it has it. Fresh memory for the largest maps costs about as much as filling
// it.
at::Tensor matrix(const at::Tensor& kept, std::int64_t rows, std::int64_t columns, const at::Tensor& like) {
    const bool fits = kept.defined() && kept.size(0) == rows && kept.size(1) == columns;
    return fits ? kept : at::empty({rows, columns}, like.options());
}

// directions (D×C) times features (C×N), into `kept` if it fits
at::Tensor projected_on(const at::Tensor& directions, const at::Tensor& features, const at::Tensor& kept) {
    at::Tensor result = matrix(kept, directions.size(0), features.size(1), features);
    if (!features.is_cpu() || !features.is_contiguous()) return at::mm_out(result, directions, features);
    project(directions.data_ptr<float>(), int(directions.size(0)), features.data_ptr<float>(), int(features.size(0)),
            features.size(1), result.data_ptr<float>(), at::get_num_threads());
    return result;
}

// The transposed directions times the gradient of a projection on them, on the CPU, into `kept` if it fits.
at::Tensor projected_back(const at::Tensor& directions, const at::Tensor& of_projected, const at::Tensor& kept) {
    at::Tensor result = matrix(kept, directions.size(1), of_projected.size(1), of_projected);
    project_back(directions.data_ptr<float>(), int(directions.size(0)), of_projected.data_ptr<float>(),
                 int(directions.size(1)), of_projected.size(1), result.data_ptr<float>(), at::get_num_threads());
    return result;
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

// to[i] (+)= share * from, `from` drawn out or together from `length` to `count` values by straight lines.
void add_resampled(const float* from, std::int64_t length, double share, bool first, std::int64_t count, float* to) {
    const double step = count > 1 ? double(length - 1) / double(count - 1) : 0;
    for (std::int64_t i = 0; i < count; ++i) {
        const double place = step * double(i);
        const auto left = std::min(std::int64_t(place), length - 1), right = std::min(left + 1, length - 1);
        const double value = from[left] + (place - double(left)) * (double(from[right]) - from[left]);
        to[i] = float((first ? 0 : to[i]) + share * value);
    }
}

// The sum of the squared differences between each row's values and the quantiles of their ranks, on the CPU;
// `projected` becomes `slope` times the differences.
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
    targets_.push_back({features.contiguous().clone(), share, {}});
}

void SlicedLoss::draw(const at::Tensor& features) {
    if (!fresh_ && projection_.defined()) return;
    // Drawn on the CPU, so that a seed means the same directions on every device.
    at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed_ * 0x9E3779B97F4A7C15u + draws_++);
    const at::Tensor drawn = at::randn({directions_, features.size(0)}, generator, at::TensorOptions(at::kFloat));
    projection_ = (drawn / drawn.norm(2, 1, true).clamp_min(1e-12)).to(features.device());
    current_quantiles_ = false;
}

at::Tensor SlicedLoss::target_quantiles(std::int64_t count) {
    if (!projection_.is_cpu()) {
        at::Tensor blended;
        for (const Target& target : targets_) {
            at::Tensor quantiles = std::get<0>(at::sort(at::mm(projection_, target.features), 1));
            if (quantiles.size(1) != count)
                quantiles = at::upsample_linear1d(quantiles.unsqueeze(0), {count}, true).squeeze(0);
            accumulate(blended, quantiles, target.share);
        }
        return blended;
    }
    at::Tensor blended = matrix(quantiles_, directions_, count, projection_);
    for (Target& target : targets_) {
        target.projected = projected_on(projection_, target.features, target.projected);
        const auto length = target.projected.size(1);
        float *const values = target.projected.data_ptr<float>(), *const sum = blended.data_ptr<float>();
        for_each_row(directions_, [&](std::int64_t row, SortScratch& scratch) {
            sort_values(values + row * length, length, scratch);
            add_resampled(values + row * length, length, target.share, &target == &targets_.front(), count,
                          sum + row * count);
        });
    }
    return blended;
}

LossValue SlicedLoss::evaluate(const at::Tensor& features) {
    draw(features);
    const auto count = features.size(1);
    if (!current_quantiles_ || quantiles_.size(1) != count) quantiles_ = target_quantiles(count);
    current_quantiles_ = true;
    const at::Tensor projected = projected_ = projected_on(projection_, features, projected_);
    const double share = factor_ / double(projected.numel());
    if (projected.is_cpu()) {
        const at::Tensor loss = at::full({}, match_rows(projected, quantiles_, 2 * share) * share, at::kFloat);
        gradient_ = projected_back(projection_, projected, gradient_);
        return {loss, gradient_};
    }
    const auto [values, order] = at::sort(projected, 1);
    const at::Tensor difference = values - quantiles_;
    const at::Tensor loss = difference.pow(2).sum() * share;
    const at::Tensor of_projection = at::empty_like(values).scatter_(1, order, difference.mul_(2 * share));
    return {loss, product_like(projection_.t(), of_projection)};
}

}  // namespace neural_style
