// What --help, --list-settings and --list-styles print. Used by main.
#pragma once

#include <string>

namespace neural_style {

std::string help_text();
std::string settings_text();  ///< a line for each setting: key, default, what is allowed and help, tab-separated
std::string styles_text();    ///< a line for each picture of the gallery: name, title, author, licence, file, tab-separated

}  // namespace neural_style
