// What the settings and their choices are called for a painter, in the language of the program. Main thread.
#pragma once

#include <string>
#include <vector>

#include "neural-style/settings.hpp"

namespace neural_style {

struct SettingWords {
    std::string label;    ///< with a mnemonic
    std::string tooltip;  ///< what changes in the picture
    std::string at_zero;  ///< shown in place of 0 in a number field; empty: the 0 itself
};

/// Words of ours where we have them, else the key and the table's own help.
SettingWords words_of(const Setting& setting);

/// Of a choice setting's value, or of a well-known value of a text setting.
std::string choice_words(const std::string& key, const std::string& choice);

/// Values to offer for a text setting besides what may be typed; empty: none.
std::vector<std::string> suggestions(const std::string& key);

struct SettingGroup {
    std::string title;
    std::vector<const Setting*> settings;
};

/// Every setting of the table once, in the order of the advanced part of the window.
std::vector<SettingGroup> setting_groups();

/// Network names as people write them: "VGG-19", "built-in".
std::string network_words(const std::string& network);

/// "CPU", "GPU", "GPU 2", …
std::string device_words(const std::string& device);

}  // namespace neural_style
