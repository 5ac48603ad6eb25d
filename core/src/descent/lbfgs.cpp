#include "lbfgs.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "fetched.hpp"

namespace neural_style {
namespace {

constexpr double armijo = 1e-4;
constexpr double first_reach = 0.01;  // root mean square of a step along the bare gradient, of the range 0..1
constexpr double growth = 3;          // a step may reach this many times as far as the last one did
constexpr int most_backtracks = 6;

}  // namespace

void Lbfgs::start(const at::Tensor& picture, int /*evaluations*/) {
    accepted_ = picture.detach().clamp(0, 1).contiguous();
    trial_ = accepted_.clone();
    const at::Tensor flat = trial_.view({-1});
    pairs_.start(flat);
    if (!direction_.defined() || direction_.sizes() != flat.sizes()) {
        direction_.reset();
        direction_ = at::empty_like(flat);
    }
    backtracks_ = failures_ = 0;
    reach_ = length_ = 0;
    gradient_.reset();
    begun_ = arrived_ = false;
}

std::vector<double> Lbfgs::tell(const at::Tensor& losses, at::Tensor gradient) {
    const at::Tensor flat = gradient.reshape({-1});
    const bool first = !begun_, measured = first ? begin(losses, flat) : measure_trial(losses, flat);
    const double loss = std::accumulate(told_.begin(), told_.end(), 0.0);
    const bool finite = measured && std::isfinite(loss);
    if (first) {
        if (!finite) {  // no descent from here; the caller sees a stall
            failures_ = 9;
            return told_;
        }
        begun_ = true;
        loss_ = loss;
    } else if (finite && loss <= loss_ + armijo * std::min(slope_, 0.0)) {
        accept(loss, flat);
    } else if (!(slope_ < 0) && backtracks_ == 0 && !pairs_.empty()) {  // the projection turned it uphill
        start_over();
    } else if (++backtracks_ <= most_backtracks) {
        // The minimum of the parabola through f(0), f'(0) and f(1), kept between a tenth and a half.
        const double curve = loss - loss_ - slope_;
        const double factor = finite && curve > 0 ? std::clamp(-slope_ / (2 * curve), 0.1, 0.5) : 0.1;
        try_step(length_ * factor);
        return told_;
    } else {
        ++failures_;
        reach_ *= 0.1;
        start_over();
    }
    choose_direction();
    return told_;
}

// Begins at the accepted point; false if there is nothing to go by.
bool Lbfgs::begin(const at::Tensor& losses, const at::Tensor& gradient) {
    gradient_ = gradient;
    block(accepted_, gradient_);
    const std::vector<double> numbers = fetched({losses, pairs_.measure(false)});
    told_.assign(numbers.begin(), numbers.begin() + losses.numel());
    pairs_.read(&numbers[told_.size()], false);
    return std::isfinite(pairs_.gradient_norm());
}

// Fetches all that is to be known of the step to the trial; false if it is not finite.
bool Lbfgs::measure_trial(const at::Tensor& losses, const at::Tensor& gradient) {
    at::Tensor change = pairs_.change();
    at::sub_out(change, gradient, gradient_);
    block(trial_, gradient);
    const std::vector<double> numbers = fetched({losses, trial_slope_, pairs_.measure(true)});
    told_.assign(numbers.begin(), numbers.begin() + losses.numel());
    slope_ = numbers[told_.size()];
    pairs_.read(&numbers[told_.size() + 1], true);
    return pairs_.finite();
}

void Lbfgs::accept(double loss, const at::Tensor& gradient) {
    reach_ = pairs_.step_norm() / std::sqrt(double(gradient.numel()));
    pairs_.keep();
    loss_ = loss;
    gradient_ = gradient;
    std::swap(accepted_, trial_);
    failures_ = 0;
}

// From the accepted point, without what was learned on the way there.
void Lbfgs::start_over() {
    pairs_.forget();
    block(accepted_, gradient_);
    pairs_.read(fetched({pairs_.measure(false)}).data(), false);
}

// Leaves what may not move at `picture` out of the gradient that a direction is made for.
void Lbfgs::block(const at::Tensor& picture, const at::Tensor& gradient) {
    // What stays where it is however far it goes.
    const at::Tensor x = picture.view({-1});
    free_ = at::sub(x, gradient, 1e30).clamp_(0, 1).ne_(x);
    at::Tensor free_gradient = pairs_.gradient();
    at::mul_out(free_gradient, gradient, free_);  // what is no number shows wherever it is
}

void Lbfgs::choose_direction() {
    CurvaturePairs::Direction direction = pairs_.direction();
    const auto descends = [&] {
        return std::isfinite(direction.length) && direction.descent > 1e-10 * direction.length * pairs_.gradient_norm();
    };
    if (!descends() && !pairs_.empty()) {
        pairs_.forget();
        direction = pairs_.direction();
    }
    if (!descends()) {  // the gradient vanishes: a minimum
        failures_ = 9;
        arrived_ = true;
        return;
    }
    const double root = std::sqrt(double(gradient_.numel())), farthest = growth * reach_ * root;
    if (pairs_.empty()) {
        const double bare = reach_ > 0 ? std::min(reach_, first_reach) : first_reach;
        const double length = bare * root / direction.length;
        at::mul_out(direction_, pairs_.gradient(), at::scalar_tensor(-length, gradient_.options()));
    } else {
        pairs_.add_up(direction, direction_);
        direction_.mul_(free_);
        // Without what may not move it is shorter than the host knows.
        if (reach_ > 0) direction_.unsqueeze(0).renorm_(2, 0, farthest);
    }
    backtracks_ = 0;
    try_step(1);
}

void Lbfgs::try_step(double length) {
    length_ = length;
    at::Tensor target = trial_.view({-1}), step = pairs_.step();
    at::add_out(target, accepted_.view({-1}), direction_, length);
    target.clamp_(0, 1);
    at::sub_out(step, target, accepted_.view({-1}));
    trial_slope_ = at::dot(gradient_, step);
}

}  // namespace neural_style
