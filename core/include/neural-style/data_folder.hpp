// Where the files lie that come with the program: network descriptions, the gallery.
#pragma once

#include <string>

namespace neural_style {

/// The folder that holds `networks`, `gallery`, …, found from where the running program lies, so that a build folder,
/// an installation and a moved installation all work.
std::string data_folder();

}  // namespace neural_style
