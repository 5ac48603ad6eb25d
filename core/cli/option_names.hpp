// The names of all options, to tell a mistyped one from one without its value. Used by the command line's reader.
#pragma once

#include <string>

namespace neural_style {

bool is_option(const std::string& word);  ///< "--style", "--seed", … as --help names them

/// The option that was most likely meant by `word`, or "" if none is near.
std::string nearest_option(const std::string& word);

}  // namespace neural_style
