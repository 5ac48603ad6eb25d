// The row of buttons at the foot of the window: which there are depends on what goes on. Used by the window; main
// thread.
#pragma once

#include <gtk/gtk.h>

#include <functional>

namespace neural_style {

class ActionRow {
public:
    enum class State {
        choosing,  ///< settings can be changed, a run can be started
        running,
        result,  ///< a finished picture is shown and waits to be taken
    };
    struct Actions {
        std::function<void()> help, reset, cancel, back, stop, queue, start, more, take;
    };

    /// `narrow`: in two rows, for a screen that is not wide enough for all in one.
    ActionRow(Actions actions, bool narrow);

    GtkWidget* widget() const { return box_; }
    GtkWidget* start_button() const { return start_; }
    void show(State state, bool can_start);

    /// Whether a finished picture is taken at once.
    bool closes_when_done() const;
    void set_closes_when_done(bool closes);

private:
    GtkWidget* add(GtkWidget* row, const char* label, const char* tooltip, const std::function<void()>& action);

    Actions actions_;
    State state_ = State::choosing;
    GtkWidget* box_;
    GtkWidget *aside_, *row_;  ///< what a person may do at any time, and what leads on
    GtkWidget *help_, *reset_, *cancel_, *back_, *stop_, *more_, *queue_, *start_, *take_, *closes_;
};

}  // namespace neural_style
