// PNG, JPEG, TIFF and WebP through libvips.
#pragma once

#include <string>

#include "picture_file.hpp"

namespace neural_style {

/// Before anything else of libvips is called. Throws Error(Cause::internal).
void start_vips();

/// As read_picture(). Turns the picture as its orientation tag says, converts what it means to sRGB.
PictureFile read_with_vips(const std::string& path, int edge = 0);

/// From the file's head. Throws Error(Cause::picture).
int longest_edge_with_vips(const std::string& path);

/// PNG or TIFF, 16 bits if the picture has more than 8, with its notes and its text. Throws Error(Cause::output).
void write_with_vips(const std::string& path, const PictureFile& picture);

}  // namespace neural_style
