// The pieces that a PNG file is made of, beside its pixels: colours said in other ways than by a profile, EXIF, texts.
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <utility>
#include <vector>

#include "colour_meaning.hpp"

namespace neural_style {

struct PngChunk {
    std::string kind;      ///< four letters
    std::uint64_t at = 0;  ///< where its data begin
    std::uint32_t bytes = 0;
};

/// In the file's order; ends at IEND or where the file does.
std::vector<PngChunk> png_chunks(std::istream& in);

/// Empty for a chunk of more than a megabyte.
std::string data_of(std::istream& in, const PngChunk& chunk);

/// Length, kind, data and checksum, as they lie in a file.
std::string packed_chunk(const std::string& kind, const std::string& data);

/// Pixels an inch across and down, as pHYs says; zeros where it does not.
std::pair<double, double> png_resolution(const std::string& path);

/// Of a file without a profile: what gAMA and cHRM say, unless it calls itself sRGB or comes to the same. Throws
/// Error(Cause::picture) for colours that cICP names and that are not sRGB's.
ColourMeaning png_meaning(const std::string& path);

}  // namespace neural_style
