// Which of a TIFF file's pictures is read, and what its numbers mean; refuses those whose meaning is not certain.
#pragma once

#include <cstdint>
#include <string>

namespace neural_style {

struct TiffPage {
    int number = 0;           ///< of the picture, from 0 in the file's main chain
    std::uint64_t table = 0;  ///< where its tags lie
    int width = 0, height = 0;
    int bits = 8;             ///< of a sample
    int samples = 1;          ///< of a pixel
    int colours = 1;          ///< of these: 1 grey or palette, 3, or 4 inks
    int alpha = -1;           ///< which sample is the transparency; -1: none
    bool associated = false;  ///< colours are multiplied by it already
    bool floats = false;
    bool white_is_zero = false;
    bool is_lab = false;
    std::string profile;           ///< ICC, "" for none
    int orientation = 1;           ///< as EXIF counts them
    double row_bytes_at_once = 0;  ///< what a reader must hold: a strip or a row of tiles, not compressed

    /// libvips reads what has at most 16 bits a sample; the rest is read_wide_tiff()'s.
    bool is_wide() const { return floats || bits > 16; }
};

/// The first picture of full size: not one that calls itself reduced or a mask, nor a thumbnail, less than half as
/// large as a later one. Throws Error(Cause::picture).
TiffPage find_tiff_page(const std::string& path);

}  // namespace neural_style
