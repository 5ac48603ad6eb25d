// How far a run is: bar, time left, scale, losses, memory, curve. Used by the window; main thread.
#pragma once

#include <gtk/gtk.h>

#include "loss_plot.hpp"
#include "neural-style/job.hpp"

namespace neural_style {

/// Seconds left as they may be shown: smoothed, and never more than half above the least that was shown.
class TimeLeft {
public:
    void begin() { shown_ = -1; }
    /// What to show for the engine's estimate; below 0: nothing yet.
    double next(double estimate, int evaluation);

private:
    double shown_ = -1, lowest_ = -1;
};

class ProgressPanel {
public:
    ProgressPanel();
    GtkWidget* widget() const { return box_; }

    void begin();  ///< a run was handed to the engine
    void show(const ScaleEvent& event);
    void show(const Evaluation& event);
    void stopping();

private:
    GtkWidget* add_field(int column, int row, const char* name);

    GtkWidget* box_;
    GtkWidget* bar_;
    GtkWidget* scale_ = nullptr;
    GtkWidget* left_ = nullptr;
    GtkWidget* memory_ = nullptr;
    GtkWidget* content_ = nullptr;
    GtkWidget* style_ = nullptr;
    GtkWidget* total_ = nullptr;
    GtkWidget* grid_;
    LossPlot plot_;
    TimeLeft time_left_;
    int scales_ = 1;
};

}  // namespace neural_style
