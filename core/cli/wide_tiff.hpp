// TIFF samples that libvips cannot read or reads wrongly: floating point of 16, 32 and 64 bits, whole numbers of 32.
#pragma once

#include <string>
#include <vector>

#include "tiff_page.hpp"

namespace neural_style {

/// Rows from the top, all samples of a pixel beside each other; whole numbers brought to 0..1, floats as they are.
/// Throws Error(Cause::picture) for a file that is damaged or ends too early.
std::vector<float> read_wide_tiff(const std::string& path, const TiffPage& page);

}  // namespace neural_style
