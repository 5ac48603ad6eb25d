#include "background.hpp"

#include <gio/gio.h>

#include <memory>

namespace neural_style {
namespace {

struct Work {
    std::function<void()> work, done;
};

}  // namespace

void in_background(std::function<void()> work, std::function<void()> done) {
    auto* both = new Work{std::move(work), std::move(done)};
    GTask* task = g_task_new(
        nullptr, nullptr,
        [](GObject*, GAsyncResult*, gpointer data) {
            const std::unique_ptr<Work> both(static_cast<Work*>(data));
            if (both->done) both->done();
        },
        both);
    g_task_set_task_data(task, both, nullptr);
    g_task_run_in_thread(task, [](GTask* task, gpointer, gpointer data, GCancellable*) {
        static_cast<Work*>(data)->work();
        g_task_return_boolean(task, TRUE);
    });
    g_object_unref(task);
}

}  // namespace neural_style
