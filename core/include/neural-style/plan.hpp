// What a run would take, before it is started: for --explain and the window. Any thread, one call at a time.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "neural-style/settings.hpp"

namespace neural_style {

struct PlanRequest {
    int width = 0, height = 0;                ///< of the content, pixels
    std::vector<std::pair<int, int>> styles;  ///< widths and heights
    int guides = 0;
    bool masked = false;  ///< a selection, a guide or transparent pixels limit what counts
    Settings settings;
};

struct PlannedScale {
    int width = 0, height = 0;
    int evaluations = 0;
    int tile_edge = 0;      ///< 0: in one piece
    double needed_mib = 0;  ///< resident in the engine's process at the most
};

struct Plan {
    std::string network, weights;  ///< weights: a path, or empty
    std::string loss, optimiser, device;
    std::string chosen;             ///< why it is that device, where the choice was ours
    std::string precision, engine;  ///< the network's number format, and what computes it
    int threads = 1;
    std::vector<PlannedScale> scales;
    double needed_mib = 0;     ///< the most of all scales
    double available_mib = 0;  ///< what the process may take in all, by the setting `memory`
    bool fits = true;
    int largest_edge = 0;  ///< where it does not fit: the largest `size` that does, 0 if none
    double seconds = 0;    ///< expected, from a trial on a tiny picture
};

/// Chooses as run() would. Throws Error for what run() would refuse because of the settings.
Plan make_plan(const PlanRequest& request);

}  // namespace neural_style
