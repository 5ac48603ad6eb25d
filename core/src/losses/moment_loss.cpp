#include "moment_loss.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "numerics/plane_products.hpp"
#include "encoders/feature_product.hpp"
#include "encoders/short_numbers.hpp"
#include "precise_sums.hpp"
#include "vector_code.hpp"

namespace neural_style {
namespace {

void accumulate(at::Tensor& sum, const at::Tensor& part, double share = 1) {
    sum = sum.defined() ? sum.add(part, share) : share == 1 ? part : part * share;
}

}  // namespace

at::Tensor Moments::gram() const { return products_ / (weight_ / (unit_ * unit_)); }

at::Tensor Moments::mean() const { return sums_ / (weight_ / unit_); }

at::Tensor Moments::covariance() const {
    const at::Tensor centre = mean();
    return gram().sub_(at::outer(centre, centre));
}

at::Tensor Moments::products_beyond(const at::Tensor& gram, const at::Tensor& count) const {
    if (count.is_cpu()) return at::sub(products_, gram, count.item());  // one operation on a card
    return products_ - gram * count;
}

void Moments::clear() {
    products_.reset();
    sums_.reset();
    weight_.reset();
}

void Moments::add(const MapPart& part) {
    const auto channels = part.channels(), positions = part.positions();
    at::Tensor features = part.features;
    if (part.weights.defined()) features = in_float32(features) * part.weights.sqrt();  // on both sides of the product
    unit_ = part.unit;
    type_ = is_short(features.scalar_type()) ? at::kFloat : features.scalar_type();
    at::Tensor products, sums;
    if constexpr (vector_code) {
        const bool by_pixels = channels > 1 && features.stride(0) == 1 && features.stride(2) == channels;
        if (features.is_cpu() && features.scalar_type() == at::kFloat && (by_pixels || features.is_contiguous())) {
            products = at::empty({channels, channels}, at::kFloat);
            sums = at::empty({channels}, at::kFloat);
            float *const gram = products.data_ptr<float>(), *const channel_sums = sums.data_ptr<float>();
            if (by_pixels) {
                const at::Tensor map = features.permute({1, 2, 0}).contiguous();  // h×w×C
                if (!map_products_) map_products_ = std::make_unique<MapProducts>(int(channels), at::get_num_threads());
                map_products_->gram(map.data_ptr<float>(), std::size_t(positions), gram, channel_sums);
            } else {
                planes::gram(features.data_ptr<float>(), int(channels), positions, gram, channel_sums,
                             at::get_num_threads());
            }
        }
    }
    if (!products.defined()) {
        const at::Tensor matrix = features.flatten(1);
        products = feature_gram(matrix, sum_type(features));
        if (with_means_ && !part.weights.defined()) sums = matrix.sum({1}, false, type_);
    }
    if (with_means_ && part.weights.defined())
        sums = at::mv(in_float32(part.features).flatten(1), part.weights.flatten());
    // Many parts add up, and a covariance is what is left of two sums: in double precision, where there is one.
    const auto type = sum_type(features);
    accumulate(products_, products.to(type));
    if (with_means_) accumulate(sums_, sums.to(type));
    accumulate(weight_, part.weights.defined() ? part.weights.sum(type).clamp_min(1e-9)
                                               : at::scalar_tensor(double(positions), type));
}

void MomentLoss::begin(Subject subject, int /*height*/, int /*width*/) {
    subject_ = subject;
    moments_.clear();
}

void MomentLoss::end(double share) {
    switch (subject_) {
        case Subject::style:
            return add_target(moments_, share);
        case Subject::start:
            return set_start(moments_);
        case Subject::picture:
            slope_ = {};
            loss_ = compare(moments_, slope_);
            slope_.matrix = slope_.matrix.to(moments_.type());
            if (slope_.shift.defined()) slope_.shift = slope_.shift.to(moments_.type());
    }
}

Slope MomentLoss::slope(const MapPart& part) {
    if (!part.weights.defined()) return slope_;
    return {as_map(slope_, part.features).mul_(part.weights), {}, {}};
}

void GramLoss::add_target(const Moments& moments, double share) {
    const at::Tensor gram = moments.gram();
    accumulate(target_, by_channels_ ? gram / double(gram.size(0)) : gram, share);
}

at::Tensor GramLoss::compare(const Moments& moments, Slope& slope) {
    // On a GPU each operation costs more than its numbers: as few as will do. Sums are compared instead of means, so
    // that what is to be divided by are scalars only. With H = F / u, D = G − A, c = C or 1 for a matrix by channels:
    // the sums' difference is S = D·w·c/u², d mean(D²)/dG = 2D/C² and dG/dH = 2u²H/(w·c), for D is symmetric.
    const double channels = double(target_.size(0)), unit = moments.unit(), divisor = by_channels_ ? channels : 1;
    const at::Tensor count = moments.weight() * (divisor / (unit * unit));
    const at::Tensor difference = moments.products_beyond(target_, count), flat = difference.flatten();
    const at::Tensor scale = count.pow(-2).mul_(factor_ / (channels * channels));
    slope.matrix = at::empty(difference.sizes(), difference.options().dtype(moments.type()));
    at::mul_out(slope.matrix, difference, scale * 4);
    return at::dot(flat, flat).mul_(scale);
}

void CovarianceLoss::add_target(const Moments& moments, double share) {
    const at::Tensor mean = moments.mean();
    accumulate(mean_, mean, share);
    accumulate(covariance_, moments.covariance(), share);
}

void CovarianceLoss::set_start(const Moments& moments) {
    const at::Tensor mean = moments.mean();
    const double channels = double(mean.size(0));
    const at::Tensor apart = (moments.covariance() - covariance_).pow(2).sum() + (mean - mean_).pow(2).sum() * channels;
    const at::Tensor own = covariance_.pow(2).sum() + mean_.pow(2).sum() * channels;
    start_ = at::maximum(apart, own * 0.01).clamp_min(1e-12);
}

at::Tensor CovarianceLoss::compare(const Moments& moments, Slope& slope) {
    const at::Tensor mean = moments.mean();
    const double channels = double(mean.size(0));
    const at::Tensor difference = moments.covariance().sub_(covariance_), shift = mean - mean_;
    const at::Tensor scale = factor_ / start_, position = moments.unit() / moments.weight();
    slope.matrix = difference * (scale * position * (4 * moments.unit()));
    slope.shift = shift * (scale * position * (2 * channels)) - at::mv(slope.matrix, mean / moments.unit());
    return (difference.pow(2).sum() + shift.pow(2).sum() * channels) * scale;
}

}  // namespace neural_style
