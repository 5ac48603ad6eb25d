// What a filter sees beyond a map's edges.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace neural_style {

enum class Padding { zero, reflect, replicate, circular };

Padding padding_from(const std::string& text);  ///< "zero", "reflect", …

/// N×C×h×w grown by `margin` pixels on every side. A map too small to be reflected or wrapped is replicated instead.
at::Tensor padded(const at::Tensor& map, int margin, Padding padding);

}  // namespace neural_style
