// A child process that is spoken to over its standard input and output without ever waiting for it. Used by the worker
// client, on the main thread; callbacks arrive from the default GLib main context.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace neural_style {

class WorkerProcess {
public:
    struct Ending {
        int wait_status = 0;     ///< as of waitpid
        bool closed = false;     ///< it closed its output but lived on, and was killed for it
        std::string last_words;  ///< the last line of its standard error, or ""
    };
    struct Callbacks {
        std::function<void(const std::uint8_t* bytes, std::size_t count)> received;
        std::function<void()> sending;             ///< some more of what was sent has been taken
        std::function<void(const Ending&)> ended;  ///< once, after all that it wrote was received
    };

    /// Starts words[0], looked for in PATH, with the other words as its arguments; no shell is run. The child is ended
    /// by the system when this process ends in any way. Throws Error(Cause::host) with a translated sentence.
    WorkerProcess(const std::vector<std::string>& words, Callbacks callbacks);

    /// Kills the process; no callback follows. May be called from inside a callback.
    ~WorkerProcess();
    WorkerProcess(const WorkerProcess&) = delete;
    WorkerProcess& operator=(const WorkerProcess&) = delete;

    /// Queues bytes for its standard input; returns at once. Lets go of them once they are written.
    void send(std::shared_ptr<const std::vector<std::uint8_t>> bytes);

    /// Whether it has ended already, even if `ended` has not been called yet.
    bool gone() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace neural_style
