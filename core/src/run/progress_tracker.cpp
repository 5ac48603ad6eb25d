#include "progress_tracker.hpp"

#include <numeric>

namespace neural_style {
namespace {

constexpr int window = 20;  // evaluations that are compared for rest

double pixels(const Scale& scale) { return double(scale.width) * scale.height; }

}  // namespace

ProgressTracker::ProgressTracker(const std::vector<Scale>& scales) : scales_(scales) {
    for (const Scale& scale : scales_) evaluations_ += scale.evaluations;
}

void ProgressTracker::begin_scale(int scale) {
    // What an earlier scale left unused will not come any more.
    if (scale > 0) evaluations_ -= left();
    scale_ = scale;
    in_scale_ = 0;
    scale_start_ = Clock::now();
    losses_.clear();
}

Evaluation ProgressTracker::count(double total_loss) {
    ++in_scale_;
    ++counted_;
    losses_.push_back(total_loss);
    const auto now = Clock::now();
    const double in_scale_seconds = std::chrono::duration<double>(now - scale_start_).count();
    // The first evaluations of a scale pay for its targets; until some have passed, the last scale's rate is the better
    // guess.
    if (in_scale_ >= 3 || pixel_seconds_ < 0) pixel_seconds_ = in_scale_seconds / in_scale_ / pixels(scales_[scale_]);
    Evaluation event;
    event.evaluation = counted_;
    event.evaluations = evaluations_;
    event.scale = scale_;
    event.width = scales_[scale_].width;
    event.height = scales_[scale_].height;
    event.total_loss = total_loss;
    event.seconds = std::chrono::duration<double>(now - start_).count();
    event.remaining_seconds = remaining_seconds();
    if (now - measured_ > std::chrono::milliseconds(100)) {  // reading it takes a part of a GPU's evaluation
        memory_ = process_memory();
        measured_ = now;
    }
    event.memory_mib = memory_.resident_mib;
    event.available_mib = memory_.available_mib;
    return event;
}

double ProgressTracker::remaining_seconds() const {
    double work = double(left()) * pixels(scales_[scale_]);
    for (std::size_t i = scale_ + 1; i < scales_.size(); ++i)
        work += double(scales_[i].evaluations) * pixels(scales_[i]);
    return work * pixel_seconds_;
}

bool ProgressTracker::at_rest(double part) const {
    if (part <= 0 || losses_.size() < 2 * window) return false;
    const auto last = losses_.end();
    const double recent = std::accumulate(last - window, last, 0.0),
                 before = std::accumulate(last - 2 * window, last - window, 0.0);
    return before - recent < part * before;
}

}  // namespace neural_style
