// Adam (Kingma and Ba 2015) with averaged iterates (Polyak and Juditsky 1992), for losses that are drawn anew each
// time.
#pragma once

#include "optimiser.hpp"

namespace neural_style {

/// Steps that shrink evenly over a scale from `first_rate` to 0.02 (of the range 0..1), betas 0.9 and 0.99, each
/// followed by the projection to 0..1; best() is the exponential average of the iterates over about twenty steps. The
/// moments are carried from scale to scale, resampled. A low `first_rate` is for a picture that is to be improved, not
/// replaced.
class Adam : public Optimiser {
public:
    static constexpr double last_rate = 0.02;

    explicit Adam(double first_rate = 0.1) : first_rate_(first_rate) {}

    void start(const at::Tensor& picture, int evaluations) override;
    const at::Tensor& point() const override { return point_; }
    std::vector<double> tell(const at::Tensor& losses, at::Tensor gradient) override;
    at::Tensor best() const override { return average_; }

private:
    double rate() const;  ///< of the next step

    double first_rate_;
    at::Tensor point_, average_, first_, second_;  // 1×3×h×w
    double first_left_ = 1, second_left_ = 1;      // beta to the number of steps: what the moments still lack
    double unit_ = 0;                              // gradients are counted in it: huge weights make huge ones
    int steps_ = 0, planned_steps_ = 0;            // of this scale
};

}  // namespace neural_style
