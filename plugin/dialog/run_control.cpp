#include "run_control.hpp"

#include <utility>

namespace neural_style {

void RunControl::draft(unsigned delay_milliseconds, Maker make) {
    if (closed_ || activity_ == Activity::full) return;
    make_draft_ = std::move(make);
    draft_timer_.once(delay_milliseconds, [this] {
        if (activity_ == Activity::full) return;
        if (!busy_) return begin_draft();
        if (!replaced_) worker_.stop();
        replaced_ = true;
        next_draft_ = true;
    });
}

void RunControl::no_draft() {
    draft_timer_.stop();
    next_draft_ = false;
    if (activity_ != Activity::draft) return;
    if (busy_ && !replaced_) worker_.stop();
    replaced_ = busy_;
    activity_ = Activity::idle;
    events_.activity(activity_);
}

void RunControl::prepare() {
    draft_timer_.stop();
    next_draft_ = false;
    if (busy_ && !replaced_) worker_.stop();
    replaced_ = busy_;
    activity_ = Activity::full;
    events_.activity(activity_);
}

void RunControl::start(Request request) {
    draft_timer_.stop();
    next_draft_ = false;
    if (!busy_) return begin(Activity::full, std::move(request));
    if (!replaced_) worker_.stop();
    replaced_ = true;
    next_full_ = std::move(request);
    activity_ = Activity::full;
    events_.activity(activity_);
}

void RunControl::stop_and_keep() {
    if (activity_ == Activity::full && !replaced_) worker_.stop();
}

void RunControl::give_up() {
    if (activity_ != Activity::full) return;
    next_full_.reset();
    if (busy_ && !replaced_) worker_.stop();
    replaced_ = busy_;
    activity_ = Activity::idle;
    events_.activity(activity_);
}

void RunControl::close() {
    closed_ = true;
    draft_timer_.stop();
    worker_.cancel();
}

void RunControl::begin_draft() {
    next_draft_ = false;
    std::optional<Request> request = make_draft_ ? make_draft_() : std::nullopt;
    if (request) return begin(Activity::draft, std::move(*request));
    if (activity_ == Activity::idle) return;
    activity_ = Activity::idle;
    events_.activity(activity_);
}

void RunControl::begin(Activity activity, Request request) {
    activity_ = activity;
    busy_ = true;
    replaced_ = false;
    WorkerClient::Callbacks callbacks;
    callbacks.scale = [this](const ScaleEvent& event) {
        if (is_current()) events_.scale(activity_, event);
    };
    callbacks.evaluation = [this](const Evaluation& event) {
        if (is_current()) events_.evaluation(activity_, event);
    };
    callbacks.preview = [this](std::shared_ptr<const Image> picture) {
        if (is_current()) events_.preview(activity_, std::move(picture));
    };
    callbacks.outcome = [this](Outcome outcome) { finish(std::move(outcome)); };
    worker_.start(std::move(request), std::move(callbacks));
    events_.activity(activity_);
}

void RunControl::finish(Outcome outcome) {
    if (closed_) return;
    busy_ = false;
    const bool replaced = std::exchange(replaced_, false);
    if (next_full_) {
        Request request = std::move(*next_full_);
        next_full_.reset();
        return begin(Activity::full, std::move(request));
    }
    if (!replaced) {
        const Activity was = std::exchange(activity_, Activity::idle);
        events_.activity(activity_);
        events_.ended(was, std::move(outcome));
        if (closed_) return;
    }
    if (next_draft_ && !busy_) begin_draft();
}

}  // namespace neural_style
