#include "sliced_loss.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "numerics/plane_products.hpp"
#include "vector_code.hpp"

namespace neural_style {
namespace {

constexpr std::int64_t most_quantiles = 16384;  // where a picture is not sorted as a whole

// A matrix of the size: `kept` itself where it has it. Fresh memory for the largest maps costs about as much as filling
// it.
at::Tensor matrix(const at::Tensor& kept, std::int64_t rows, std::int64_t columns, const at::Tensor& like) {
    const bool fits = kept.defined() && kept.size(0) == rows && kept.size(1) == columns;
    return fits ? kept : at::empty({rows, columns}, like.options());
}

// directions (D×C) times features (C×N), into `kept` if it fits
at::Tensor projected_on(const at::Tensor& directions, const at::Tensor& features, const at::Tensor& kept) {
    at::Tensor result = matrix(kept, directions.size(0), features.size(1), features);
    if constexpr (vector_code) {
        if (features.is_cpu() && features.is_contiguous()) {
            planes::multiply(directions.data_ptr<float>(), int(directions.size(0)), features.data_ptr<float>(),
                             int(features.size(0)), features.size(1), nullptr, result.data_ptr<float>(),
                             at::get_num_threads());
            return result;
        }
    }
    return at::mm_out(result, directions, features);
}

// The transposed directions times the slope of a projection on them, into `kept` if it fits.
at::Tensor projected_back(const at::Tensor& directions, const at::Tensor& of_projected, const at::Tensor& kept) {
    if constexpr (vector_code) {
        if (directions.is_cpu()) {
            const at::Tensor rows = of_projected.contiguous();
            at::Tensor result = matrix(kept, directions.size(1), rows.size(1), rows);
            planes::multiply_transposed(directions.data_ptr<float>(), int(directions.size(1)), rows.data_ptr<float>(),
                                        int(directions.size(0)), rows.size(1), result.data_ptr<float>(),
                                        at::get_num_threads());
            return result;
        }
    }
    return at::mm(directions.t(), of_projected);
}

// Calls `part(row, scratch)` for each of `rows`, on all threads.
template <class Part>
void for_each_row(std::int64_t rows, const Part& part) {
    at::parallel_for(0, rows, 1, [&](std::int64_t first, std::int64_t last) {
        SortScratch scratch;
        for (auto row = first; row < last; ++row) part(row, scratch);
    });
}

std::uint64_t mixed(std::uint64_t number) {  // SplitMix64's finaliser (Steele et al. 2014)
    number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9u;
    number = (number ^ (number >> 27)) * 0x94D049BB133111EBu;
    return number ^ (number >> 31);
}

// The places, in the part's row order, of the positions that a sample takes: one of each cell×cell square of the whole
// map, hashed, so that no regular pattern is met in step and that the parts' samples are the whole map's.
at::Tensor sampled_places(const MapPart& part, int cell, std::uint64_t seed) {
    const auto height = part.features.size(1), width = part.features.size(2);
    std::vector<std::int64_t> places;
    places.reserve(std::size_t((height / cell + 2) * (width / cell + 2)));
    for (std::int64_t row = part.y / cell; row * cell < part.y + height; ++row)
        for (std::int64_t column = part.x / cell; column * cell < part.x + width; ++column) {
            const std::uint64_t hash = mixed(mixed(seed + std::uint64_t(row)) + std::uint64_t(column));
            const auto y = row * cell + std::int64_t(hash % std::uint64_t(cell)) - part.y;
            const auto x = column * cell + std::int64_t((hash >> 32) % std::uint64_t(cell)) - part.x;
            if (y >= 0 && y < height && x >= 0 && x < width) places.push_back(y * width + x);
        }
    return at::tensor(at::ArrayRef<std::int64_t>(places), at::kLong);
}

// The variance of a style's features, the mean over its channels, floored for a style without contrast, which must not
// weigh infinitely. `features`: C×n, `weights`: n or undefined.
double variance_of(const at::Tensor& features, const at::Tensor& weights) {
    const at::Tensor share = weights.defined() ? weights / weights.sum().clamp_min(1e-12) : weights;
    const auto mean = [&](const at::Tensor& map) { return share.defined() ? at::mv(map, share) : map.mean(1); };
    const double energy = mean(features.square()).mean().item<double>();
    return std::max({energy - mean(features).square().mean().item<double>(), 0.01 * energy, 1e-12});
}

const float* numbers(const at::Tensor& tensor) { return tensor.defined() ? tensor.data_ptr<float>() : nullptr; }

// ——— the same as QuantileTransport with LibTorch's operations, for other devices ———

at::Tensor ranks(const at::Tensor& weights, std::int64_t rows, const at::Tensor& order) {
    const auto length = order.size(1);
    if (!weights.defined())
        return at::linspace(0, 1, length, order.options().dtype(at::kFloat)).unsqueeze(0).expand({rows, length});
    const at::Tensor sorted = weights.unsqueeze(0).expand({rows, length}).gather(1, order);
    const at::Tensor below = sorted.cumsum(1) - sorted;
    return below / below.narrow(1, length - 1, 1).clamp_min(1e-12);
}

// The lines through (x, y), x growing along each row, at `places`; constant beyond the ends.
at::Tensor on_lines(const at::Tensor& x, const at::Tensor& y, const at::Tensor& places) {
    const auto last = x.size(1) - 1;
    if (last == 0) return y.expand_as(places);
    at::Tensor index = at::searchsorted(x, places.contiguous(), false, true).clamp_(1, last);
    const at::Tensor x1 = x.gather(1, index), y1 = y.gather(1, index);
    index.sub_(1);
    const at::Tensor x0 = x.gather(1, index), y0 = y.gather(1, index);
    const at::Tensor part = places.sub(x0).div_(x1.sub_(x0).clamp_min_(1e-20)).clamp_(0, 1);
    return y1.sub_(y0).mul_(part).add_(y0);
}

// Calls `part` with a view's offset and number of directions, as many at once as have `numbers_at_once` numbers between
// them: sorting and placing takes a dozen times the memory of what it is given.
template <class Part>
void for_each_group(std::int64_t directions, std::int64_t positions, const Part& part) {
    const std::int64_t group =
        std::max<std::int64_t>(1, SlicedLoss::numbers_at_once / std::max<std::int64_t>(1, positions));
    for (std::int64_t first = 0; first < directions; first += group) part(first, std::min(group, directions - first));
}

}  // namespace

void SlicedLoss::begin(Subject subject, int height, int width) {
    subject_ = subject;
    positions_ = std::int64_t(height) * width;
    taken_ = 0;
    weight_ = 0;
    sample_.clear();
    sample_weights_.clear();
    cell_ = std::max(1, int(std::ceil(std::sqrt(double(positions_) / double(sample_size)) - 1e-9)));
    sorted_ = false;
}

void SlicedLoss::renew() {
    draws_ = 0;
    projection_.reset();
    quantiles_.reset();
    current_quantiles_ = false;
    for (at::Tensor* memory : {&projected_, &part_projected_, &gradient_, &sorted_sample_, &carried_}) memory->reset();
    for (Target& target : targets_) target.projected.reset();
}

void SlicedLoss::draw(const at::Tensor& features) {
    if (!fresh_ && projection_.defined()) return;
    // Drawn on the CPU, so that a seed means the same directions on every device.
    at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed_ * 0x9E3779B97F4A7C15u + draws_++);
    const at::Tensor drawn = at::randn({directions_, features.size(0)}, generator, at::TensorOptions(at::kFloat));
    projection_ = (drawn / drawn.norm(2, 1, true).clamp_min(1e-12)).to(features.device(), /*non_blocking=*/true);
    current_quantiles_ = false;
}

void SlicedLoss::add_sample(const MapPart& part) {
    const at::Tensor features = part.features.flatten(1);
    at::Tensor places, weights;
    if (part.weights.defined()) weights = part.weights.flatten();
    if (cell_ > 1) places = sampled_places(part, cell_, seed_).to(features.device(), /*non_blocking=*/true);
    if (places.defined() && weights.defined()) weights = weights.index_select(0, places);
    if (weights.defined()) {  // what does not count must not be seen, not even between two that do
        const at::Tensor counting = weights.gt(0).nonzero().flatten();
        weights = weights.index_select(0, counting);
        places = places.defined() ? places.index_select(0, counting) : counting;
        sample_weights_.push_back(weights);
    }
    sample_.push_back(places.defined() ? features.index_select(1, places) : features.contiguous());
}

void SlicedLoss::take(const MapPart& part) {
    if (subject_ == Subject::start) return;
    if (subject_ == Subject::style) {
        add_sample(part);
        if (sample_.back().is_alias_of(part.features)) sample_.back() = sample_.back().clone();
        return;
    }
    if (taken_ == 0) {
        draw(part.features);
        sorted_ = positions_ <= most_sorted && !part.weights.defined();
    }
    weight_ += part.weights.defined() ? part.weights.sum().item<double>() : double(part.positions());
    if (!sorted_) {
        add_sample(part);
        sample_.back() = projected_on(projection_, sample_.back(), {});
    } else if (part.positions() == positions_) {
        projected_ = projected_on(projection_, part.features.flatten(1), projected_);
    } else {
        projected_ = matrix(projected_, directions_, positions_, projection_);
        part_projected_ = projected_on(projection_, part.features.flatten(1), part_projected_);
        projected_.narrow(1, taken_, part.positions()).copy_(part_projected_);
    }
    taken_ += part.positions();
}

at::Tensor SlicedLoss::quantiles(std::int64_t count) {
    at::Tensor blended = matrix(quantiles_, directions_, count, projection_);
    for (Target& target : targets_) {
        const bool first = &target == &targets_.front();
        target.projected = projected_on(projection_, target.features, target.projected);
        if (projection_.is_cpu()) {
            const auto length = target.projected.size(1);
            for_each_row(directions_, [&](std::int64_t row, SortScratch& scratch) {
                take_quantiles(target.projected.data_ptr<float>() + row * length, numbers(target.weights), length,
                               target.share, !first, count, blended.data_ptr<float>() + row * count, scratch);
            });
            continue;
        }
        const at::Tensor even = at::linspace(0, 1, count, projection_.options());
        for_each_group(directions_, std::max(count, target.projected.size(1)),
                       [&](std::int64_t from, std::int64_t rows) {
                           const auto [values, order] = at::sort(target.projected.narrow(0, from, rows), 1);
                           const at::Tensor own = on_lines(ranks(target.weights, rows, order).contiguous(), values,
                                                           even.unsqueeze(0).expand({rows, count}));
                           at::Tensor sum = blended.narrow(0, from, rows);
                           if (first)
                               at::mul_out(sum, own, at::scalar_tensor(target.share, own.options()));
                           else
                               sum.add_(own, target.share);
                       });
    }
    return blended;
}

void SlicedLoss::fit_transport() {
    at::Tensor sample = (sample_.size() == 1 ? sample_[0] : at::cat(sample_, 1)).contiguous();
    at::Tensor weights;
    if (!sample_weights_.empty()) weights = at::cat(sample_weights_, 0);
    sample_.clear();
    sample_weights_.clear();
    const auto count = quantiles_.size(1), length = sample.size(1);
    empty_ = length == 0;
    if (empty_) return;
    if (projection_.is_cpu()) {
        transports_.resize(std::size_t(directions_));
        for_each_row(directions_, [&](std::int64_t row, SortScratch& scratch) {
            transports_[std::size_t(row)].fit(sample.data_ptr<float>() + row * length, numbers(weights), length,
                                              quantiles_.data_ptr<float>() + row * count, count, scratch);
        });
        return;
    }
    sorted_sample_ = matrix(sorted_sample_, directions_, length, sample);
    carried_ = matrix(carried_, directions_, length, sample);
    const at::Tensor even = at::linspace(0, 1, count, projection_.options());
    for_each_group(directions_, std::max(count, length), [&](std::int64_t from, std::int64_t rows) {
        const auto [values, order] = at::sort(sample.narrow(0, from, rows), 1);
        sorted_sample_.narrow(0, from, rows).copy_(values);
        carried_.narrow(0, from, rows)
            .copy_(on_lines(even.unsqueeze(0).expand({rows, count}).contiguous(), quantiles_.narrow(0, from, rows),
                            ranks(weights, rows, order)));
    });
}

void SlicedLoss::end(double share) {
    if (subject_ == Subject::start) return;
    if (subject_ == Subject::style) {
        at::Tensor weights;
        if (!sample_weights_.empty()) weights = at::cat(sample_weights_, 0);
        if (weights.defined() && weights.numel() == 0) return;  // halving left nothing of it
        targets_.push_back({sample_.size() == 1 ? sample_[0] : at::cat(sample_, 1), weights, share, {}});
        variance_ += share * variance_of(targets_.back().features, weights);
        sample_.clear();
        sample_weights_.clear();
        return;
    }
    if (targets_.empty()) {
        empty_ = true;
        sorted_ = false;
        loss_ = at::zeros({}, projection_.options());
        return;
    }
    const std::int64_t count = sorted_ ? positions_ : std::min(positions_, most_quantiles);
    if (!current_quantiles_ || quantiles_.size(1) != count) quantiles_ = quantiles(count);
    current_quantiles_ = true;
    taken_ = 0;
    loss_ = at::zeros({}, projection_.options());
    if (!sorted_) return fit_transport();

    const double part = factor_ / (variance_ * double(positions_) * directions_);
    if (!projection_.is_cpu()) {
        for_each_group(directions_, positions_, [&](std::int64_t from, std::int64_t rows) {
            at::Tensor own = projected_.narrow(0, from, rows);
            const auto [values, order] = at::sort(own, 1);
            const at::Tensor difference = values.sub_(quantiles_.narrow(0, from, rows));
            loss_ = loss_ + at::dot(difference.flatten(), difference.flatten()) * part;
            own.scatter_(1, order, difference.mul_(2 * part));
        });
        return;
    }
    std::vector<double> sums(std::size_t(directions_), 0.0);
    for_each_row(directions_, [&](std::int64_t row, SortScratch& scratch) {
        float* const own = projected_.data_ptr<float>() + row * positions_;
        sums[std::size_t(row)] = match_quantiles(own, positions_, quantiles_.data_ptr<float>() + row * positions_,
                                                 float(2 * part), own, scratch);
    });
    loss_.fill_(std::accumulate(sums.begin(), sums.end(), 0.0) * part);
}

Slope SlicedLoss::sorted_slope(const MapPart& part) {
    gradient_ = projected_back(projection_, projected_.narrow(1, taken_, part.positions()), gradient_);
    taken_ += part.positions();
    return {gradient_.view(part.features.sizes()), {}, {}};
}

Slope SlicedLoss::slope(const MapPart& part) {
    if (sorted_) return sorted_slope(part);
    if (empty_) return {};
    const double share = factor_ / (variance_ * std::max(weight_, 1e-9) * directions_);
    part_projected_ = projected_on(projection_, part.features.flatten(1), part_projected_);
    at::Tensor weights;
    if (part.weights.defined()) weights = part.weights.flatten().contiguous();
    if (projection_.is_cpu()) {
        const auto length = part.positions();
        std::vector<double> sums(std::size_t(directions_), 0.0);
        at::parallel_for(0, directions_, 1, [&](std::int64_t first, std::int64_t last) {
            for (auto row = first; row < last; ++row)
                sums[std::size_t(row)] = transports_[std::size_t(row)].pull(
                    part_projected_.data_ptr<float>() + row * length, numbers(weights), length, float(2 * share));
        });
        loss_.add_(std::accumulate(sums.begin(), sums.end(), 0.0) * share);
    } else {
        for_each_group(directions_, part.positions(), [&](std::int64_t from, std::int64_t rows) {
            at::Tensor own = part_projected_.narrow(0, from, rows);
            own.sub_(on_lines(sorted_sample_.narrow(0, from, rows), carried_.narrow(0, from, rows), own));
            at::Tensor weighted = weights.defined() ? own * weights : own;
            loss_ = loss_ + at::dot(weighted.flatten(), own.flatten()) * share;
            at::mul_out(own, weighted, at::scalar_tensor(2 * share, own.options()));
        });
    }
    gradient_ = projected_back(projection_, part_projected_, gradient_);
    return {gradient_.view(part.features.sizes()), {}, {}};
}

}  // namespace neural_style
