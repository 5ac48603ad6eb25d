// The values of the last run, as text and as a file. Used by the session, on the main thread.
//
// They are kept twice. The running program keeps settings and styles of every run (Host::remember): layer ids mean
// nothing once it has quit. A key file keeps the settings of the last run that a person made in the dialog, for the
// program's next start; scripts leave it alone, so that a batch at night does not change what the dialog shows in the
// morning.
#pragma once

#include <string>
#include <vector>

#include "run_request.hpp"

namespace neural_style {

struct LastValues {
    Settings settings;
    std::vector<StyleChoice> styles;
    std::vector<GuideChoice> guides = {};
};

/// Key-file text of version 1, and back. What cannot be read (an unknown key, a value out of range, another version) is
/// left out: values from elsewhere never keep the plug-in from starting.
std::string to_text(const LastValues& values);
LastValues last_values(const std::string& text);

/// $XDG_CONFIG_HOME/neural-style/last-values.ini
std::string standard_values_path();

/// What the file holds; nothing if it is missing.
LastValues load_values(const std::string& path);

/// Replaces the file as a whole: a crash or a full disk leaves the old one. Throws Error(Cause::output) with a
/// translated sentence.
void save_values(const std::string& path, const LastValues& values);

}  // namespace neural_style
