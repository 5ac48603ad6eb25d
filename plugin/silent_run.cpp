#include "silent_run.hpp"

#include <glib.h>

namespace neural_style {

Outcome silent_run(WorkerClient& worker, Request request, const std::function<void(const Evaluation&)>& progress) {
    Outcome result;
    GMainLoop* loop = g_main_loop_new(nullptr, FALSE);
    WorkerClient::Callbacks told;
    told.evaluation = progress;
    told.outcome = [&](Outcome outcome) {
        result = std::move(outcome);
        g_main_loop_quit(loop);
    };
    worker.start(std::move(request), std::move(told));
    g_main_loop_run(loop);
    g_main_loop_unref(loop);
    return result;
}

}  // namespace neural_style
