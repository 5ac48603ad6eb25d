// What improves the picture: asks for the loss at one point after the other. On the job's thread.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace neural_style {

/// Turn by turn: the caller evaluates loss and gradient at point() and tells them; so it can count, log and stop
/// between any two evaluations. Every point lies in 0..1. The first point told is the start itself.
class Optimiser {
public:
    virtual ~Optimiser() = default;

    /// Begins a scale at `picture` (1×3×h×w), for as many turns as there will be `evaluations`; fewer or more do no
    /// harm. What was learned at the last scale is carried over where that makes sense.
    virtual void start(const at::Tensor& picture, int evaluations) = 0;

    virtual const at::Tensor& point() const = 0;

    /// The losses at point(), whose sum is to become small, and its gradient, both on the device; moves on to the next.
    /// Losses or gradients that are not finite are survived. The gradient's memory is the optimiser's from then on.
    /// Returns the losses: they come to the host with what the optimiser goes by, so that it waits for the device once.
    virtual std::vector<double> tell(const at::Tensor& losses, at::Tensor gradient) = 0;

    /// The picture to show and to keep: the best so far, by this optimiser's own idea of it. May share memory with
    /// point().
    virtual at::Tensor best() const = 0;

    /// Whether it makes no headway any more: further turns would be wasted.
    virtual bool stalled() const { return false; }

    /// Whether it stalled because there is nothing left to gain.
    virtual bool arrived() const { return false; }
};

}  // namespace neural_style
