// Named sets of settings: ours, and those that a person keeps as files in $XDG_CONFIG_HOME/neural-style/presets/. Used
// by the preset bar; main thread.
//
// A preset file is a key file: [preset] with version=1 and name, [settings] with keys of the settings table. It holds
// how pictures are to look, never what belongs to one computer (device, memory, threads, weights file …).
#pragma once

#include <string>
#include <vector>

#include "neural-style/settings.hpp"

namespace neural_style {

struct Preset {
    std::string name;  ///< as shown
    Settings settings;
    std::string picture;  ///< of a built-in one: name of its picture; "": none
    std::string file;     ///< of a person's own; "": built-in
};

/// What a preset would hold of these settings, and what it would leave alone.
Settings preset_part(const Settings& settings);
Settings computer_part(const Settings& settings);

std::vector<Preset> built_in_presets();
std::vector<Preset> own_presets();  ///< by name; files that cannot be read are left out

/// Each throws Error(Cause::output or Cause::settings) with a translated sentence.
Preset read_preset(const std::string& file);  ///< unknown keys and bad values are errors: a preset is all or nothing
void write_preset(const Preset& preset, const std::string& file);
void keep_preset(const std::string& name, const Settings& settings);  ///< among one's own; replaces one of that name
Preset rename_preset(const Preset& preset, const std::string& name);  ///< what it is then
void delete_preset(const Preset& preset);

}  // namespace neural_style
