// Pictures on disk. PPM and PFM are always there; PNG, JPEG, TIFF and WebP where libvips was found at build time.
#pragma once

#include <string>

#include "neural-style/image.hpp"

namespace neural_style {

struct PictureFile {
    Image image;  ///< in sRGB; a file with another colour profile is converted
    bool has_alpha = false;
    int bits = 8;           ///< of a channel: 8, 16 or 32 (float)
    std::string text = {};  ///< how it was made, kept in PNG and TIFF files; not read
};

/// Throws Error(Cause::picture).
PictureFile read_picture(const std::string& path);

/// The name that a result of the picture `path` gets in a folder of results: its own, with an ending that can be
/// written.
std::string result_name(const std::string& path);

/// How white a picture is, its transparent parts black. Throws Error(Cause::picture).
Mask read_mask(const std::string& path);

/// Throws Error(Cause::output) if the path cannot be written later: an unknown ending, no such folder, no permission.
void check_output(const std::string& path);

/// Writes by the path's ending, to a temporary name first: a failure, or the end of the process at any moment, leaves
/// what was there. Throws
/// Error(Cause::output).
void write_picture(const std::string& path, const PictureFile& picture);

}  // namespace neural_style
