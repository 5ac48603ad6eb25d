// Finds out how long the main loop did not come round. Used by the dialog while NEURAL_STYLE_LOG_PAUSES is set; main
// thread.
#pragma once

#include <glib.h>

namespace neural_style {

class PauseWatch {
public:
    /// Looks at the clock a hundred times a second. Each pause over `worth_a_word` milliseconds is a line on standard
    /// error, and at the end the longest one.
    PauseWatch();
    ~PauseWatch();
    PauseWatch(const PauseWatch&) = delete;
    PauseWatch& operator=(const PauseWatch&) = delete;

    static constexpr int worth_a_word = 100;

private:
    void look();

    guint source_;
    gint64 last_, last_wait_, longest_ = 0;  // microseconds, without those in which
    // this thread was ready but other programs had the processor
};

/// Whether NEURAL_STYLE_LOG_PAUSES is set.
bool pauses_are_logged();

}  // namespace neural_style
