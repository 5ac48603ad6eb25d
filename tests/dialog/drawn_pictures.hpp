// Pictures drawn in code, so that the window can be looked at and tested without picture files.
#pragma once

#include <string>
#include <vector>

#include "neural-style/image.hpp"

namespace neural_style {

/// A harbour at dusk: a photo for our purposes.
Image draw_scene(int width, int height);

/// "Swirls", "Blocks", "Dots", "Weave", "Ink", "Embers", …
const std::vector<std::string>& drawn_styles();
Image draw_style(const std::string& name, int width, int height);

/// Box-filtered to fit within edge × edge; never larger than it was.
Image shrunk(const Image& image, int edge);

}  // namespace neural_style
