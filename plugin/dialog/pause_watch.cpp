#include "pause_watch.hpp"

#include <algorithm>
#include <cstdio>

namespace neural_style {
namespace {

constexpr gint64 every_microseconds = 10000;

/// How long this thread has waited for a processor, in microseconds; 0 where the system does not say.
gint64 processor_wait() {
    long long ran = 0, waited = 0;
    if (std::FILE* file = std::fopen("/proc/thread-self/schedstat", "r")) {
        if (std::fscanf(file, "%lld %lld", &ran, &waited) != 2) waited = 0;
        std::fclose(file);
    }
    return waited / 1000;
}

}  // namespace

PauseWatch::PauseWatch() : last_(g_get_monotonic_time()), last_wait_(processor_wait()) {
    source_ = g_timeout_add_full(
        G_PRIORITY_HIGH, every_microseconds / 1000,
        [](gpointer watch) -> gboolean {
            static_cast<PauseWatch*>(watch)->look();
            return G_SOURCE_CONTINUE;
        },
        this, nullptr);
}

PauseWatch::~PauseWatch() {
    g_source_remove(source_);
    std::fprintf(stderr, "neural-style: the longest pause was %d ms\n", int(longest_ / 1000));
}

void PauseWatch::look() {
    const gint64 now = g_get_monotonic_time(), wait = processor_wait();
    const gint64 pause = now - last_ - every_microseconds - (wait - last_wait_);
    last_ = now;
    last_wait_ = wait;
    longest_ = std::max(longest_, pause);
    if (pause > worth_a_word * 1000) std::fprintf(stderr, "neural-style: a pause of %d ms\n", int(pause / 1000));
}

bool pauses_are_logged() {
    const char* set = g_getenv("NEURAL_STYLE_LOG_PAUSES");
    return set && *set;
}

}  // namespace neural_style
