// Picture files read by the engine's own reader, so that a file means the same colours wherever it is named: profiles,
// orientation and floating point included. Used by the window, and by runs that are made again; any thread.
//
// The reader is the `neural-style` of this computer, in a process of its own for each file, whatever
// NEURAL_STYLE_WORKER says: the files are here, and another computer may have other ones under the same names.
#pragma once

#include <string>

#include "neural-style/image.hpp"

namespace neural_style {

/// Whether the file begins as one of a kind that the engine reads, or knows well enough to say why it does not.
bool is_engines_picture(const std::string& file);

/// The picture in sRGB, upright, at most so many pixels long: scaled while it is read. Waits for it. Throws
/// Error(Cause::picture) with a translated sentence.
Image read_with_engine(const std::string& file, int longest_edge);

}  // namespace neural_style
