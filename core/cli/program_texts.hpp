// What --help and --list-settings print. Used by main.
#pragma once

#include <string>

namespace neural_style {

std::string help_text();
std::string settings_text();  ///< a line for each setting: key, default, what is allowed and help, tab-separated

}  // namespace neural_style
