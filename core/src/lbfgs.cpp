#include "lbfgs.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace neural_style {
namespace {

constexpr double armijo = 1e-4;
constexpr double first_reach = 0.01;  // root mean square of a step along the bare gradient, of the range 0..1
constexpr double growth = 3;          // a step may reach this many times as far as the last one did
constexpr int most_backtracks = 6;

double product_of(const at::Tensor& a, const at::Tensor& b) { return at::dot(a, b).item<double>(); }

}  // namespace

void Lbfgs::start(const at::Tensor& picture) {
    accepted_ = picture.detach().clamp(0, 1).contiguous();
    trial_ = accepted_.clone();
    const auto count = accepted_.numel();
    if (!steps_.defined() || steps_.size(1) != count) {
        steps_.reset();
        changes_.reset();
        steps_ = at::empty({capacity_, count}, accepted_.options());
        changes_ = at::empty_like(steps_);
    }
    curvatures_.assign(capacity_, 0);
    stored_ = next_slot_ = backtracks_ = failures_ = 0;
    reach_ = length_ = 0;
    gradient_.reset();
    begun_ = arrived_ = false;
}

void Lbfgs::tell(double loss, at::Tensor gradient) {
    const at::Tensor flat = gradient.reshape({-1});
    const bool finite = std::isfinite(loss) && std::isfinite(flat.sum().item<double>());
    if (!begun_) {
        if (!finite) {  // no descent from here; the caller sees a stall
            failures_ = 9;
            return;
        }
        begun_ = true;
        accept(loss, flat);
    } else if (finite && loss <= loss_ + armijo * slope_) {
        accept(loss, flat);
    } else if (++backtracks_ <= most_backtracks) {
        // The minimum of the parabola through f(0), f'(0) and f(1), kept between a tenth and a half.
        const double curve = loss - loss_ - slope_;
        const double factor = finite && curve > 0 ? std::clamp(-slope_ / (2 * curve), 0.1, 0.5) : 0.1;
        try_step(length_ * factor);
        return;
    } else {
        ++failures_;
        stored_ = next_slot_ = 0;
        reach_ *= 0.1;
    }
    choose_direction();
}

void Lbfgs::accept(double loss, const at::Tensor& gradient) {
    if (gradient_.defined()) reach_ = remember(gradient);
    loss_ = loss;
    gradient_ = gradient;
    std::swap(accepted_, trial_);
    backtracks_ = failures_ = 0;
}

// Puts the last step and the change of the gradient on it into the next slot; returns the step's root mean square.
double Lbfgs::remember(const at::Tensor& gradient) {
    at::Tensor step = steps_[next_slot_], change = changes_[next_slot_];
    at::sub_out(step, trial_.view({-1}), accepted_.view({-1}));
    at::sub_out(change, gradient, gradient_);
    const double product = product_of(step, change), length = step.norm().item<double>();
    // Without positive curvature the pair would spoil the metric.
    if (product > 1e-8 * length * change.norm().item<double>()) {
        curvatures_[next_slot_] = 1 / product;
        next_slot_ = (next_slot_ + 1) % capacity_;
        stored_ = std::min(stored_ + 1, capacity_);
    } else if (stored_ == capacity_) {
        --stored_;  // the oldest pair was in that slot
    }
    return length / std::sqrt(double(step.numel()));
}

void Lbfgs::choose_direction() {
    const at::Tensor x = accepted_.view({-1});
    const at::Tensor blocked = x.le(0).logical_and_(gradient_.gt(0)).logical_or_(x.ge(1).logical_and_(gradient_.lt(0)));
    while (true) {
        at::Tensor d =
            direction_.defined() && direction_.sizes() == gradient_.sizes() ? direction_ : at::empty_like(gradient_);
        at::neg_out(d, gradient_).masked_fill_(blocked, 0);
        const double steepest = d.norm().item<double>();
        std::vector<double> weights(stored_);
        for (int i = 0; i < stored_; ++i) {  // newest first
            const int slot = (next_slot_ - 1 - i + 2 * capacity_) % capacity_;
            weights[i] = curvatures_[slot] * product_of(steps_[slot], d);
            d.sub_(changes_[slot], weights[i]);
        }
        if (stored_ > 0) {
            const int newest = (next_slot_ - 1 + capacity_) % capacity_;
            d.mul_(1 / (curvatures_[newest] * product_of(changes_[newest], changes_[newest])));
        }
        for (int i = stored_ - 1; i >= 0; --i) {
            const int slot = (next_slot_ - 1 - i + 2 * capacity_) % capacity_;
            d.add_(steps_[slot], weights[i] - curvatures_[slot] * product_of(changes_[slot], d));
        }
        direction_ = d.masked_fill_(blocked, 0);
        const double descent = -product_of(direction_, gradient_);  // the direction is 0 where pixels are blocked
        const double far = direction_.norm().item<double>();
        if (std::isfinite(far) && descent > 1e-10 * far * steepest) break;
        if (stored_ == 0) {  // the gradient vanishes: a minimum
            failures_ = 9;
            arrived_ = true;
            return;
        }
        stored_ = next_slot_ = 0;
    }
    const double far = direction_.norm().item<double>() / std::sqrt(double(direction_.numel()));
    const double bare = reach_ > 0 ? std::min(reach_, first_reach) : first_reach;
    double length = stored_ == 0 ? bare / far : 1;
    if (reach_ > 0) length = std::min(length, growth * reach_ / far);
    backtracks_ = 0;
    try_step(length);
}

void Lbfgs::try_step(double length) {
    length_ = length;
    const at::Tensor target = trial_.view({-1});
    at::add_out(const_cast<at::Tensor&>(target), accepted_.view({-1}), direction_, length);
    trial_.clamp_(0, 1);
    // The slot that is written next is free until then.
    at::Tensor step = steps_[next_slot_];
    at::sub_out(step, trial_.view({-1}), accepted_.view({-1}));
    slope_ = product_of(gradient_, step);
    if (!(slope_ < 0) && backtracks_ == 0 && stored_ > 0) {  // the projection turned it uphill
        stored_ = next_slot_ = 0;
        choose_direction();
    }
}

}  // namespace neural_style
