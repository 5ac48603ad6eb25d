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
    double multiplications = 0;               ///< of the network, for each pixel of the picture
    double resident_mib;                      ///< held where it is computed before anything of this is allocated
    bool on_card = false;                     ///< not the CPU: the pictures as they came are elsewhere
};

/// Held at the most, in MiB: in the process, or on the card if that computes.
double needed_mib(const Workload& load, const Scale& scale, const Way& way);

/// From the fastest to the one that takes least; the first is the whole picture with all of the history. Without tiles
/// where these would not be exact.
std::vector<Way> ways(const Workload& load, const Scale& scale);

/// Index of the first way that takes no more than the budget, or of the one that takes least.
std::size_t first_that_fits(const Workload& load, const Scale& scale, double budget_mib);

}  // namespace neural_style
