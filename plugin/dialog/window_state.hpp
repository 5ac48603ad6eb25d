// How the window was left: its size, what was open in it, the folder that was last looked into. Used by the window;
// main thread.
#pragma once

#include <string>

namespace neural_style {

struct WindowState {
    int width = 1180, height = 780;  ///< units of the layout
    bool maximised = false;
    int controls_width = 440;  ///< of the left side
    bool advanced_open = false;
    bool compares = true;
    bool live_draft = true;
    bool closes_when_finished = true;
    std::string favourites;  ///< among the presets, as the preset bar writes them
    std::string folder;      ///< of picture and preset files; "": none yet

    /// From $XDG_CONFIG_HOME/neural-style/window.ini; what is missing or unreadable keeps its default.
    static WindowState load();
    /// A file that cannot be written is no trouble worth a word.
    void save() const;
};

}  // namespace neural_style
