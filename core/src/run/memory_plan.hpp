// How much memory a scale takes in each way of computing it, and which of them fits. Used by the job and by the plan
// that people are shown.
#pragma once

#include <utility>
#include <vector>

#include "descent/objective.hpp"
#include "encoders/encoder.hpp"
#include "neural-style/scale_schedule.hpp"

namespace neural_style {

/// One way of computing a scale, from fast to small.
struct Way {
    int tile_edge = 0;    ///< pixels; 0: in one piece
    bool hybrid = false;  ///< tiles for the encoder's first layers only
    int history = 20;     ///< pairs that L-BFGS remembers
    Encoding::Targets targets = Encoding::Targets::kept;
};

/// What the memory depends on besides the scale. All sizes in pixels.
struct Workload {
    Encoder* encoder;
    std::size_t content_maps;  ///< the encoder's first maps; the others are the style's
    bool lbfgs, sliced, masked, variation, circular;
    int regions = 1;
    int full_width, full_height;              ///< of the content
    std::vector<std::pair<int, int>> styles;  ///< at full size
    double stroke = 1;                        ///< the setting style-scale
    double resident_mib;                      ///< in the process before anything of this is allocated
};

/// Resident at the most, in MiB.
double needed_mib(const Workload& load, const Scale& scale, const Way& way);

/// From the fastest to the one that takes least; the first is the whole picture with all of the history. Without tiles
/// where these would not be exact.
std::vector<Way> ways(const Workload& load, const Scale& scale);

/// Index of the first way that takes no more than the budget, or of the one that takes least.
std::size_t first_that_fits(const Workload& load, const Scale& scale, double budget_mib);

/// What the process may take in all: `wanted` MiB, or if that is 0 what it has and what is free, less a reserve.
double memory_budget(long long wanted_mib);

}  // namespace neural_style
