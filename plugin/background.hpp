// Work that takes too long for the main loop, on another thread. Used by the worker client and the dialog; to be called
// on the main thread.
#pragma once

#include <functional>

namespace neural_style {

/// Calls `work` on another thread, which must not throw, and then `done` from the default GLib main context. Both are
/// let go of on the main thread. Whoever may be gone by then sees to it in `done`.
void in_background(std::function<void()> work, std::function<void()> done);

}  // namespace neural_style
