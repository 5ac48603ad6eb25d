// Which settings are kept with a finished picture, on a layer or in a file. Any thread.
#pragma once

#include "neural-style/settings.hpp"

namespace neural_style {

/// `settings` as they are recorded: without what belongs to the computer (device, threads, …), and with the weights and
/// `network`, the one that made the picture, written out where they were left to their defaults.
Settings recorded_settings(const Settings& settings, const std::string& network);

/// Puts what recorded_settings() leaves out of `from` into `settings`.
void take_computer_settings(Settings& settings, const Settings& from);

}  // namespace neural_style
