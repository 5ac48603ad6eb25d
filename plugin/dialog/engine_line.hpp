// The line that says what makes the picture: network and device, and what memory and time the full picture takes, with
// the ways to change networks and to learn about the device. Used by the window; main thread.
#pragma once

#include <gtk/gtk.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine_command.hpp"
#include "neural-style/wire.hpp"
#include "run_estimate.hpp"
#include "settings_model.hpp"
#include "signals.hpp"

namespace neural_style {

class EngineLine {
public:
    /// What a run would be of, besides its settings and the content's size.
    struct Work {
        std::vector<std::pair<int, int>> styles;  ///< widths and heights, pixels
        std::size_t guides = 0;
        bool masked = false;  ///< a selection, a layer mask or transparency limits what counts
    };

    /// `width` and `height` are the content's, in pixels; `open_networks` shows the page of networks; `work` says what
    /// is chosen now: nothing while the engine has something better to do than to look what a run would take.
    EngineLine(SettingsModel& model, int width, int height, std::function<void()> open_networks,
               std::function<std::optional<Work>()> work);

    GtkWidget* widget() const { return box_; }

    void greeted(const wire::Hello& hello);
    void began(const ScaleEvent& event);                         ///< of any run
    void add(const Evaluation& event) { estimate_.add(event); }  ///< of any run
    void changed(std::string_view key);                          ///< a setting has
    void set_size(int width, int height);                        ///< the content has another one now
    void show();                                                 ///< anew, after a draft has told how fast it is

    /// Whether runs are on a GPU: the last one was, or the engine said that the next one would be.
    bool uses_gpu() const { return !device_name_.empty() && device_name_ != "cpu"; }

    /// The largest edge that fits into the memory, where the whole layer does not; 0: not known.
    int fitting_edge() const { return plan_.fits ? 0 : plan_.largest_edge; }

    /// Looks soon what the full run would take, by asking the engine aside if it was not asked just that.
    void plan();

private:
    void ask_engine(const Work& work);
    void take_line(const std::string& line);
    std::string needs() const;  ///< memory and time of the full picture, as far as they are known

    SettingsModel& model_;
    int width_, height_;
    wire::Hello hello_;
    std::string network_, device_name_;  ///< of the last run, or as the engine said it would be
    RunEstimate estimate_;
    std::function<std::optional<Work>()> work_;
    struct Plan {
        double needed_mib = 0, available_mib = 0;
        bool fits = true;
        int largest_edge = 0;
        double seconds = 0;
        bool tiled = false;
    };
    Plan plan_, coming_;              ///< what is known, and what the engine is just saying
    std::vector<std::string> asked_;  ///< the call that they are the answer to
    Timer plan_timer_;
    std::unique_ptr<EngineCommand> asking_;
    GtkWidget* box_;
    GtkWidget* words_;
    GtkWidget* device_;
    GtkWidget* smaller_;  ///< offers a size that fits
};

}  // namespace neural_style
