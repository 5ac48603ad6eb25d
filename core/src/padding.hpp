// What a filter sees beyond a map's edges. Free of LibTorch's headers.
#pragma once

#include <string>
#include <vector>

namespace at {
class Tensor;
}

namespace neural_style {

enum class Padding { zero, reflect, replicate, circular };

Padding padding_from(const std::string& text);  ///< "zero", "reflect", …

/// N×C×h×w grown by `margin` pixels on every side. A map too small to be reflected or wrapped is replicated instead.
at::Tensor padded(const at::Tensor& map, int margin, Padding padding);

/// What `padded` does to a map of height×width: the padding itself, or replicate where the map is too small for it.
Padding padding_for(Padding padding, int margin, int height, int width);

/// The place in a line of `length` values that each value of the padded line comes from, length + 2 * margin of them;
/// -1 for a zero. The padding is one that padding_for allows.
std::vector<int> padded_places(Padding padding, int margin, int length);

}  // namespace neural_style
