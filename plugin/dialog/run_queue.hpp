// Jobs that are painted one after another: what each is of, how far it has come, and their list to be seen. Used by the
// window; main thread.
#pragma once

#include <gtk/gtk.h>

#include <functional>
#include <list>
#include <string>

#include "run_request.hpp"

namespace neural_style {

class RunQueue {
public:
    /// `run` is called when the person wants the waiting jobs painted.
    explicit RunQueue(std::function<void()> run);

    GtkWidget* widget() const { return box_; }

    /// Puts a job at the end. `name` says what it is, `details` are shown as a tooltip.
    void add(RunRequest request, const std::string& name, const std::string& details);

    /// The next waiting job, which is painted from now on; null if none waits. One at a time.
    const RunRequest* next();
    bool running() const { return current() != nullptr; }

    // How the job that is painted ended.
    void done();
    void failed(const std::string& sentence);
    void interrupted();  ///< it waits again

    /// Whether waiting jobs may be started now.
    void set_startable(bool startable);

private:
    enum class State { waiting, running, done, failed };
    struct Job {
        RunRequest request;
        std::string name;
        State state = State::waiting;
        GtkWidget *row, *label, *status, *remove;
    };

    const Job* current() const;
    void end(State state, const std::string& words);
    void set(Job& job, State state, const std::string& words);
    void remove(const Job* job);
    void show();

    std::function<void()> run_;
    std::list<Job> jobs_;
    int count_ = 0;
    bool startable_ = true;
    GtkWidget* box_;
    GtkWidget* rows_;
    GtkWidget* start_;
};

}  // namespace neural_style
