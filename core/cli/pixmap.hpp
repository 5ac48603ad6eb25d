// PPM and PFM, which need no library: for machines that have nothing but LibTorch, and for tests.
#pragma once

#include <string>

#include "picture_file.hpp"

namespace neural_style {

bool is_pixmap(const std::string& path);  ///< ends in .ppm or .pfm

/// P6 with up to 65535 levels, and PF (three floats, bottom row first). Throws Error(Cause::picture).
PictureFile read_pixmap(const std::string& path);

/// By the ending; .ppm with 16 bits if the picture has more than 8. Alpha is lost. Throws Error(Cause::output).
void write_pixmap(const std::string& path, const PictureFile& picture);

}  // namespace neural_style
