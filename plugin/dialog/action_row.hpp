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

    explicit ActionRow(Actions actions);

    GtkWidget* widget() const { return box_; }
    GtkWidget* start_button() const { return start_; }
    void show(State state, bool can_start);

    /// Whether a finished picture is taken at once.
    bool closes_when_done() const;
    void set_closes_when_done(bool closes);

private:
    GtkWidget* add(const char* label, const char* tooltip, const std::function<void()>& action);

    Actions actions_;
    State state_ = State::choosing;
    GtkWidget* box_;
    GtkWidget *help_, *reset_, *cancel_, *back_, *stop_, *more_, *queue_, *start_, *take_, *closes_;
};

}  // namespace neural_style
