// What the engine says, in the person's language. The engine speaks English only, for its sentences go to logs and
// scripts too. Used where its words are shown; any thread.
#pragma once

#include <string>

namespace neural_style {

/// The translation of a sentence of the engine, with the names and numbers that it put in, and of the reason that it
/// gives; what the engine is not known to say stays as it is.
std::string translated(const std::string& sentence);

}  // namespace neural_style
