// Which run has the worker: drafts that follow the settings, or the one that was asked for. Used by the window; main
// thread; calls back from the main loop only.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "signals.hpp"
#include "worker_client.hpp"

namespace neural_style {

class RunControl {
public:
    enum class Activity { idle, draft, full };

    struct Events {
        std::function<void(Activity)> activity;  ///< what begins or has ended
        std::function<void(Activity, const ScaleEvent&)> scale;
        std::function<void(Activity, const Evaluation&)> evaluation;
        std::function<void(Activity, std::shared_ptr<const Image>)> preview;
        std::function<void(Activity, Outcome)> ended;  ///< not for runs that were given up or replaced
    };
    using Maker = std::function<std::optional<Request>()>;

    RunControl(WorkerClient& worker, Events events) : worker_(worker), events_(std::move(events)) {}

    Activity activity() const { return activity_; }

    /// Runs what `make` gives once nothing has been asked for `delay_milliseconds`; a draft that runs is stopped first.
    /// Does nothing during a full run.
    void draft(unsigned delay_milliseconds, Maker make);
    void no_draft();  ///< takes back a waiting draft and ends a running one

    /// A full run is being made ready: stops a draft. start() or give_up() follows.
    void prepare();
    /// Begins the full run, after stopping a draft.
    void start(Request request);

    void stop_and_keep();  ///< of a full run: its outcome follows
    void give_up();        ///< of a full run: no outcome follows; the worker stays warm
    void close();          ///< ends everything at once; nothing is called any more

private:
    void begin(Activity activity, Request request);
    void begin_draft();
    void finish(Outcome outcome);
    bool is_current() const { return !replaced_ && !closed_; }

    WorkerClient& worker_;
    Events events_;
    Activity activity_ = Activity::idle;  ///< as the window sees it
    bool busy_ = false;                   ///< the worker owes an outcome
    bool replaced_ = false;               ///< and nobody waits for it
    bool closed_ = false;
    std::optional<Request> next_full_;
    bool next_draft_ = false;
    Maker make_draft_;
    Timer draft_timer_;
};

}  // namespace neural_style
