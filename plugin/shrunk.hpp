// Pictures made smaller by whole numbers, so that a large style costs no more memory than is needed of it. Any thread.
#pragma once

#include <vector>

#include "neural-style/image.hpp"

namespace neural_style {

/// By how much a picture may be made smaller and still be so many pixels long; 1 for an edge of 0.
int shrinking(int width, int height, int longest_edge);

/// Appends to `out` the means of squares of factor × factor pixels, of which the last in a row or column may be cut
/// off. `rgba` holds some whole rows of that width, of which as many as `factor` make one. Colours count by how much
/// they are seen.
void append_shrunk(const float* rgba, int width, int rows, int factor, std::vector<float>& out);

Image shrunk_by(const Image& picture, int factor);
Mask shrunk_by(const Mask& mask, int factor);

}  // namespace neural_style
