// Finds out how long the main loop did not come round. Used by the window while NEURAL_STYLE_LOG_PAUSES is set, and by
// the tests' stage; main thread.
#pragma once

#include <glib.h>

namespace neural_style {

class PauseWatch {
public:
    /// Looks at the clock a hundred times a second. With `log` each pause over `worth_a_word` milliseconds is a line on
    /// standard error.
    explicit PauseWatch(bool log);
    ~PauseWatch();
    PauseWatch(const PauseWatch&) = delete;
    PauseWatch& operator=(const PauseWatch&) = delete;

    static constexpr int worth_a_word = 100;

    /// Milliseconds, without the time that this thread was ready but other programs had the processor.
    int longest() const { return int(longest_ / 1000); }

private:
    void look();

    bool log_;
    guint source_;
    gint64 last_, last_wait_, longest_ = 0;  // microseconds
};

/// Whether NEURAL_STYLE_LOG_PAUSES is set.
bool pauses_are_logged();

}  // namespace neural_style
