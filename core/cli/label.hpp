// Words in a picture. Used for the sheet of variations; main thread.
#pragma once

#include <string>

#include "neural-style/image.hpp"

namespace neural_style {

/// `text` in letters of about `height` pixels, black on transparent, cut to what is drawn. Empty where nothing can be
/// drawn: a build without libvips, a system without fonts.
Image drawn_label(const std::string& text, int height);

}  // namespace neural_style
