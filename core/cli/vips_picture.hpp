// PNG, JPEG, TIFF and WebP through libvips.
#pragma once

#include <string>

#include "picture_file.hpp"

namespace neural_style {

/// Before anything else of libvips is called. Throws Error(Cause::internal).
void start_vips();

/// Throws Error(Cause::picture). Turns the picture as its orientation tag says, converts profiles, CMYK and grey to
/// sRGB.
PictureFile read_with_vips(const std::string& path);

/// PNG or TIFF, 16 bits if the picture has more than 8. Throws Error(Cause::output).
void write_with_vips(const std::string& path, const PictureFile& picture);

}  // namespace neural_style
