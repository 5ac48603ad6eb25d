// What a filter sees beyond a map's edges. Used by the encoders; free of LibTorch.
#pragma once

#include <string>
#include <vector>

namespace neural_style {

enum class Padding { zero, reflect, replicate, circular };

Padding padding_from(const std::string& text);  ///< "zero", "reflect", …

/// What is done to a map of height×width: the padding itself, or replicate where the map is too small to be reflected or
/// wrapped.
Padding padding_for(Padding padding, int margin, int height, int width);

/// The place in a line of `length` values that each value of the padded line comes from, length + 2 * margin of them;
/// -1 for a zero. The padding is one that padding_for allows.
std::vector<int> padded_places(Padding padding, int margin, int length);

}  // namespace neural_style
