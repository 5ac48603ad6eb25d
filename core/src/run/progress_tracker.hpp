// Counts a job's evaluations, estimates the time left and says when a scale has come to rest.
#pragma once

#include <chrono>
#include <vector>

#include "neural-style/job.hpp"
#include "neural-style/scale_schedule.hpp"
#include "process_memory.hpp"

namespace neural_style {

class ProgressTracker {
public:
    explicit ProgressTracker(const std::vector<Scale>& scales);

    void begin_scale(int scale);

    /// Counts one evaluation and tells it with all but its losses filled in.
    Evaluation count(double total_loss);

    /// Whether the mean loss of the last 20 evaluations is less than `part` (0..1) below that of the 20 before.
    bool at_rest(double part) const;

    /// Evaluations that the present scale still has.
    int left() const { return scales_[scale_].evaluations - in_scale_; }

private:
    using Clock = std::chrono::steady_clock;

    double remaining_seconds() const;

    std::vector<Scale> scales_;
    Clock::time_point start_ = Clock::now(), scale_start_ = start_;
    int scale_ = 0, in_scale_ = 0, counted_ = 0, evaluations_ = 0;
    double pixel_seconds_ = -1;   // of one evaluation, a pixel, at the last measured scale
    std::vector<double> losses_;  // of this scale
    ProcessMemory memory_;        // as it was at
    Clock::time_point measured_;
};

}  // namespace neural_style
