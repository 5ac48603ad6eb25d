// Pictures on disk. PPM and PFM are always there; PNG, JPEG, TIFF and WebP where libvips was found at build time.
#pragma once

#include <string>

#include "neural-style/image.hpp"
#include "picture_notes.hpp"

namespace neural_style {

struct PictureFile {
    Image image;  ///< in sRGB; a file with another colour profile is converted
    bool has_alpha = false;
    int bits = 8;           ///< of a channel: 8, 16 or 32 (float)
    std::string text = {};  ///< how it was made, kept in PNG and TIFF files; not read
    PictureNotes notes = {};
};

/// With an `edge` above 0 a picture whose longest edge is at least twice as long is made smaller while it is read, by
/// whole numbers, to no less than that. Throws Error(Cause::picture).
PictureFile read_picture(const std::string& path, int edge = 0);

/// The name that a result of the picture `path` gets in a folder of results: its own, with an ending that can be
/// written.
std::string result_name(const std::string& path);

/// How white a picture is, its transparent parts black; where its colours say nothing, how opaque it is. With an `edge`
/// as read_picture(). Throws Error(Cause::picture), also for a mask that is black all over.
Mask read_mask(const std::string& path, int edge = 0);

/// The longest edge of a picture file, from its head alone where that is enough. Throws Error(Cause::picture).
int longest_edge(const std::string& path);

/// Where a result called `path` lies in truth: at the end of the links that the name is, which stay links. Throws
/// Error(Cause::output) for links in a circle.
std::string end_of_links(const std::string& path);

/// Throws Error(Cause::output) if the path cannot be written later: an unknown ending, no such folder, no permission.
void check_output(const std::string& path);

/// Writes by the path's ending, to a temporary name first: a failure, or the end of the process at any moment, leaves
/// what was there. Throws
/// Error(Cause::output).
void write_picture(const std::string& path, const PictureFile& picture);

}  // namespace neural_style
