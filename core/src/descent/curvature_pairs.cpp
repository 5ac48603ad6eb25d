#include "curvature_pairs.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "row_products.hpp"

namespace neural_style {

void CurvaturePairs::start(const at::Tensor& flat) {
    if (!rows_.defined() || rows_.size(1) != flat.size(0)) {
        rows_.reset();  // before the new one is allocated
        rows_ = at::empty({1 + 2 * capacity_, flat.size(0)}, flat.options());
    }
    const auto square = std::size_t(capacity_) * std::size_t(capacity_);
    for (auto* matrix : {&steps_, &mixed_, &changes_}) matrix->assign(square, 0);
    for (auto* vector : {&step_gradient_, &change_gradient_}) vector->assign(std::size_t(capacity_), 0);
    gradient_gradient_ = 0;
    forget();
}

void CurvaturePairs::forget() { stored_ = next_ = written_ = 0; }

at::Tensor CurvaturePairs::measure(bool with_pair) const {
    if (!with_pair) return row_products(rows_.narrow(0, 0, 1), {gradient()});
    return row_products(rows_.narrow(0, 0, 1 + 2 * std::max(written_, next_ + 1)), {step(), change(), gradient()});
}

void CurvaturePairs::read(const double* products, bool with_pair) {
    if (!with_pair) {
        gradient_gradient_ = products[0];
        return;
    }
    gradient_gradient_ = products[2];
    for (int slot = 0; slot < std::max(written_, next_ + 1); ++slot) {
        const double *const of_step = products + 3 * (1 + 2 * slot), *const of_change = of_step + 3;
        at(steps_, slot, next_) = at(steps_, next_, slot) = of_step[0];
        at(mixed_, slot, next_) = of_step[1];
        at(mixed_, next_, slot) = of_change[0];
        at(changes_, slot, next_) = at(changes_, next_, slot) = of_change[1];
        step_gradient_[slot] = of_step[2];
        change_gradient_[slot] = of_change[2];
    }
}

double CurvaturePairs::gradient_norm() const { return std::sqrt(gradient_gradient_); }

double CurvaturePairs::step_norm() const { return std::sqrt(at(steps_, next_, next_)); }

bool CurvaturePairs::finite() const {
    return std::isfinite(gradient_gradient_) && std::isfinite(at(steps_, next_, next_)) &&
           std::isfinite(at(changes_, next_, next_));
}

void CurvaturePairs::keep() {
    written_ = std::max(written_, next_ + 1);
    if (at(mixed_, next_, next_) > 1e-8 * step_norm() * std::sqrt(at(changes_, next_, next_))) {
        next_ = (next_ + 1) % capacity_;
        stored_ = std::min(stored_ + 1, capacity_);
    } else if (stored_ == capacity_) {
        --stored_;  // the oldest pair was in that slot
    }
}

std::vector<int> CurvaturePairs::by_age() const {
    std::vector<int> slots;
    for (int i = stored_; i > 0; --i) slots.push_back((next_ - i + 2 * capacity_) % capacity_);
    return slots;
}

CurvaturePairs::Direction CurvaturePairs::direction() const {
    const std::vector<int> slots = by_age();
    const int count = int(slots.size());
    std::vector<double> of_step(slots.size()), of_change(slots.size());
    double of_gradient = -1;
    for (int i = count - 1; i >= 0; --i) {
        double product = -step_gradient_[slots[i]];
        for (int j = i + 1; j < count; ++j) product += of_change[j] * at(mixed_, slots[i], slots[j]);
        of_step[i] = product / at(mixed_, slots[i], slots[i]);
        of_change[i] = -of_step[i];
    }
    if (count > 0) {
        const int newest = slots.back();
        const double scale = at(mixed_, newest, newest) / at(changes_, newest, newest);
        of_gradient *= scale;
        for (double& weight : of_change) weight *= scale;
    }
    for (int i = 0; i < count; ++i) {
        double product = of_gradient * change_gradient_[slots[i]];
        for (int j = 0; j < count; ++j) product += of_change[j] * at(changes_, slots[i], slots[j]);
        for (int j = 0; j < i; ++j) product += of_step[j] * at(mixed_, slots[j], slots[i]);
        of_step[i] -= product / at(mixed_, slots[i], slots[i]);
    }

    Direction result;
    result.weights.assign(std::size_t(1 + 2 * written_), 0);
    result.weights[0] = of_gradient;
    double along = of_gradient * gradient_gradient_, square = of_gradient * of_gradient * gradient_gradient_;
    for (int i = 0; i < count; ++i) {
        result.weights[std::size_t(1 + 2 * slots[i])] = of_step[i];
        result.weights[std::size_t(2 + 2 * slots[i])] = of_change[i];
        const double with_gradient = of_step[i] * step_gradient_[slots[i]] + of_change[i] * change_gradient_[slots[i]];
        along += with_gradient;
        square += 2 * of_gradient * with_gradient;
        for (int j = 0; j < count; ++j)
            square += of_step[i] * of_step[j] * at(steps_, slots[i], slots[j]) +
                      2 * of_step[i] * of_change[j] * at(mixed_, slots[i], slots[j]) +
                      of_change[i] * of_change[j] * at(changes_, slots[i], slots[j]);
    }
    result.descent = -along;
    result.length = std::sqrt(std::max(0.0, square));
    return result;
}

void CurvaturePairs::add_up(const Direction& direction, at::Tensor& sum) const {
    const auto count = std::int64_t(direction.weights.size());
    at::Tensor weights = at::empty({count}, rows_.options().device(at::kCPU));
    weights.copy_(at::from_blob(const_cast<double*>(direction.weights.data()), {count}, at::kDouble));
    at::mv_out(sum, rows_.narrow(0, 0, count).t(), weights.to(rows_.device(), /*non_blocking=*/true));
}

}  // namespace neural_style
