// How long the full run will take, from how fast the drafts were. Used by the window; main thread.
#pragma once

#include <optional>

#include "neural-style/job.hpp"

namespace neural_style {

class RunEstimate {
public:
    void add(const Evaluation& event);  ///< of any run
    void forget();                      ///< when network, device or loss are others

    /// Seconds for these settings on a layer of that size; nothing before a draft has told.
    std::optional<double> seconds(const Settings& settings, int width, int height) const;

private:
    Evaluation first_;  ///< that counts, of the scale that is measured
    double seconds_a_pixel_ = 0;
};

}  // namespace neural_style
