// The engine in its own process: starts `neural-style --worker`, hands it requests, brings back its events. Used by the
// session and the dialog on the main thread; callbacks arrive from the default GLib main context and never from inside
// a call. They may call anything here, but neither throw nor destroy the client.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "neural-style/job.hpp"
#include "neural-style/wire.hpp"

namespace neural_style {

class WorkerClient {
public:
    struct Callbacks {
        std::function<void(const ScaleEvent&)> scale;
        std::function<void(const Evaluation&)> evaluation;
        std::function<void(std::shared_ptr<const Image>)> preview;
        std::function<void(Outcome)> outcome;  ///< exactly once for each start(), unless cancel() came first
    };

    /// How long a worker may keep still, in milliseconds. One evaluation of a 24 Mpx layer can take a slow machine ten
    /// minutes, so the time between two events is generous; a person has stop() and cancel().
    struct Patience {
        unsigned greeting = 60 * 1000;      ///< from its start to its greeting
        unsigned silence = 60 * 60 * 1000;  ///< between two events of a run
        unsigned stopping = 5 * 1000;       ///< from a stop to the outcome
    };

    /// `command` is split into words as a shell would, but no shell is run. Nothing is started yet.
    explicit WorkerClient(std::string command) : WorkerClient(std::move(command), Patience()) {}
    WorkerClient(std::string command, Patience patience);
    ~WorkerClient();  ///< ends the worker
    WorkerClient(const WorkerClient&) = delete;
    WorkerClient& operator=(const WorkerClient&) = delete;

    /// The command from NEURAL_STYLE_WORKER, else the `neural-style` that was built or installed with the plug-in:
    /// beside its executable, in the same build folder, in the folders it was configured for, and at last in PATH.
    static std::string standard_command();

    /// That program by itself, always one of this computer.
    static std::string local_program();

    /// Starts the process if it is not running, so that the engine loads while a person still chooses. `ready` is
    /// called once it has greeted; a worker that cannot start is told by the outcome of the next start().
    void warm_up(std::function<void(const wire::Hello&)> ready = {});

    /// Begins a run; returns at once. One at a time. Whatever goes wrong with the worker (it cannot be started, dies,
    /// keeps still, talks nonsense) is one failed outcome with a translated sentence: Cause::memory where it was killed
    /// from outside, which is what the kernel does when memory runs out; Cause::internal where it crashed; else
    /// Cause::host. The next start() then starts a new worker. A failed outcome has a picture where a preview had come:
    /// that one, enlarged to the content's size.
    void start(Request request, Callbacks callbacks);

    /// Asks for the best picture so far; the outcome follows. A run that has not begun to compute is stopped as soon as
    /// it has. The worker answers within two seconds, from another thread if it must; one that has not after five is
    /// killed, and the last preview stands for its answer; if there was none, that is a failed outcome.
    void stop();

    /// Ends the run at once, by killing the worker; no callback follows. The next start() starts a new worker.
    void cancel();

    bool running() const;  ///< between start() and its outcome

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace neural_style
