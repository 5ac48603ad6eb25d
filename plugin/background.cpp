#include "background.hpp"

#include <gio/gio.h>

#include <atomic>
#include <memory>

namespace neural_style {
namespace {

struct Work {
    std::function<void()> work, done;
    // GLib hands over from thread to thread too, but by means that race detectors don't know.
    std::atomic<int> handed_over{0};
};

}  // namespace

void in_background(std::function<void()> work, std::function<void()> done) {
    auto* both = new Work{std::move(work), std::move(done), {}};
    both->handed_over.store(1, std::memory_order_release);
    GTask* task = g_task_new(
        nullptr, nullptr,
        [](GObject*, GAsyncResult*, gpointer data) {
            const std::unique_ptr<Work> both(static_cast<Work*>(data));
            both->handed_over.load(std::memory_order_acquire);
            if (both->done) both->done();
        },
        both);
    g_task_set_task_data(task, both, nullptr);
    g_task_run_in_thread(task, [](GTask* task, gpointer, gpointer data, GCancellable*) {
        auto* both = static_cast<Work*>(data);
        both->handed_over.load(std::memory_order_acquire);
        both->work();
        both->handed_over.store(2, std::memory_order_release);
        g_task_return_boolean(task, TRUE);
    });
    g_object_unref(task);
}

}  // namespace neural_style
