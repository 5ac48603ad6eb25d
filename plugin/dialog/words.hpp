// Amounts as people say them. Used by the panels; any thread.
#pragma once

#include <string>

namespace neural_style {

/// "about 40 seconds", "about 3 minutes", "about 2 hours".
std::string duration_words(double seconds);

/// "512 MiB", "1.5 GiB".
std::string memory_words(double mebibytes);

}  // namespace neural_style
