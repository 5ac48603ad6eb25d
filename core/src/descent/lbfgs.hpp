// L-BFGS for one flat picture in 0..1 (Liu and Nocedal 1989; the bounds by two-metric projection, Bertsekas 1982).
#pragma once

#include "curvature_pairs.hpp"
#include "optimiser.hpp"

namespace neural_style {

/// The iterate is kept in the bounds by projection, and the curvature pairs are made of the displacements that really
/// happened: clamping behind the optimiser's back corrupts them, which makes losses leap. Pixels at a bound whose
/// gradient points outwards are left out of the direction. A step is taken if it satisfies Armijo's condition and
/// halved by a quadratic through what is known if not; the history is dropped when it gives no descent.
///
/// Each turn waits for the device once: what the host decides by is computed there and fetched together, the slope of
/// the last step too, so that one that the projection turned uphill is found out after its evaluation.
class Lbfgs : public Optimiser {
public:
    explicit Lbfgs(int history = 20) : pairs_(history) {}

    void start(const at::Tensor& picture, int evaluations) override;
    const at::Tensor& point() const override { return trial_; }
    std::vector<double> tell(const at::Tensor& losses, at::Tensor gradient) override;
    at::Tensor best() const override { return accepted_; }
    bool stalled() const override { return failures_ > 8; }
    bool arrived() const override { return arrived_; }

private:
    bool begin(const at::Tensor& losses, const at::Tensor& gradient);
    bool measure_trial(const at::Tensor& losses, const at::Tensor& gradient);
    void accept(double loss, const at::Tensor& gradient);
    void start_over();
    void block(const at::Tensor& picture, const at::Tensor& gradient);
    void choose_direction();
    void try_step(double length);

    CurvaturePairs pairs_;
    at::Tensor accepted_, trial_;      // 1×3×h×w
    at::Tensor gradient_, direction_;  // flat
    at::Tensor free_;                  // flat: 0 where a pixel may not move, else 1
    at::Tensor trial_slope_;           // scalar: gradient · (trial − accepted)
    std::vector<double> told_;         // the losses last told
    double loss_ = 0;                  // at accepted_
    double slope_ = 0;                 // trial_slope_, once it is fetched
    double length_ = 0;                // of the step along direction_
    double reach_ = 0;                 // root mean square of the last accepted displacement
    int backtracks_ = 0;
    int failures_ = 0;  // in a row, with the history dropped between
    bool begun_ = false;
    bool arrived_ = false;  // the gradient vanished
};

}  // namespace neural_style
