#include "run_estimate.hpp"

#include "neural-style/error.hpp"
#include "neural-style/scale_schedule.hpp"

namespace neural_style {
void RunEstimate::forget() { *this = RunEstimate(); }

void RunEstimate::add(const Evaluation& event) {
    const bool same = event.scale == first_.scale && event.width == first_.width && event.height == first_.height &&
                      event.seconds > first_.seconds && event.evaluation > first_.evaluation;
    if (!same) {
        first_ = event;
        return;
    }
    const double pixels = double(event.width) * event.height;
    const int count = event.evaluation - first_.evaluation;
    if (count >= 4 && pixels > 0) seconds_a_pixel_ = (event.seconds - first_.seconds) / count / pixels;
}

std::optional<double> RunEstimate::seconds(const Settings& settings, int width, int height) const {
    if (seconds_a_pixel_ <= 0 || width <= 0 || height <= 0) return std::nullopt;
    double work = 0;  // pixels looked at
    try {
        for (const Scale& scale : plan_scales(width, height, settings))
            work += double(scale.evaluations) * scale.width * scale.height;
    } catch (const Error&) {  // a list of scales that is being typed
        return std::nullopt;
    }
    return seconds_a_pixel_ * work;
}

}  // namespace neural_style
