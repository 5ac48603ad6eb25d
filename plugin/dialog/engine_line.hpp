// The line that says what makes the picture: network, device and how long the full picture takes, with the ways to
// change networks and to learn about the device. Used by the window; main thread.
#pragma once

#include <gtk/gtk.h>

#include <functional>
#include <string>
#include <string_view>

#include "neural-style/wire.hpp"
#include "run_estimate.hpp"
#include "settings_model.hpp"

namespace neural_style {

class EngineLine {
public:
    /// `width` and `height` are the content's, in pixels; `open_networks` shows the page of networks.
    EngineLine(const SettingsModel& model, int width, int height, std::function<void()> open_networks);

    GtkWidget* widget() const { return box_; }

    void greeted(const wire::Hello& hello);
    void began(const ScaleEvent& event);                         ///< of any run
    void add(const Evaluation& event) { estimate_.add(event); }  ///< of any run
    void changed(std::string_view key);                          ///< a setting has
    void show();                                                 ///< anew, after a draft has told how fast it is

private:
    const SettingsModel& model_;
    int width_, height_;
    wire::Hello hello_;
    std::string network_, device_name_;  ///< of the last run, or as the engine said it would be
    RunEstimate estimate_;
    GtkWidget* box_;
    GtkWidget* words_;
    GtkWidget* device_;
};

}  // namespace neural_style
