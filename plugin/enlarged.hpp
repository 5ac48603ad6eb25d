// A small picture brought to a larger size. Any thread.
#pragma once

#include "neural-style/image.hpp"

namespace neural_style {

/// Bilinear, pixels' centres on pixels' centres. `picture` is not empty.
Image enlarged(const Image& picture, int width, int height);

}  // namespace neural_style
