// The two products of the sliced loss on the CPU: a map onto few directions, and the directions' pulls back onto the
// map. A general matrix product repacks the map and zeroes the result first, which costs as much as these sums. Used by
// style_loss; uses several threads, on which no bit of the result depends. Torch-free.
#pragma once

#include <cstdint>

namespace neural_style {

/// projected (directions×length) = directions (directions×channels) times map (channels×length); no gaps in any.
void project(const float* directions, int direction_count, const float* map, int channels, std::int64_t length,
             float* projected, int threads);

/// of_map (channels×length) = the transposed directions times of_projected (directions×length).
void project_back(const float* directions, int direction_count, const float* of_projected, int channels,
                  std::int64_t length, float* of_map, int threads);

}  // namespace neural_style
