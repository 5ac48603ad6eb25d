// One run of the plug-in from its arguments to its status: settings, dialog or silent run, result layer, last values.
// Used by gimp2/ and by the tests with a fake host. Main thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "host.hpp"
#include "neural-style/job.hpp"
#include "run_request.hpp"

namespace neural_style {

enum class RunMode { interactive, non_interactive, last_values };

struct RunArguments {
    RunMode mode = RunMode::non_interactive;
    RunRequest request;  ///< styles and settings may be missing where a person or the last values give them
    bool again = false;  ///< `request` names a layer only, and `more`: what was recorded on the layer is done again
};

struct RunStatus {
    enum class Kind {
        done,        ///< `layer` is the new layer, the last one where there are several
        cancelled,   ///< by a person; nothing has changed
        wrong_call,  ///< the arguments cannot be right; `sentence` says which
        failed,      ///< `sentence` says why; nothing has changed
    };
    Kind kind = Kind::failed;
    int layer = -1;
    std::string sentence;
};

/// What a session works with besides the host.
struct SessionParts {
    /// Shows the dialog for `request`, and leaves there what a person chose; the outcome if it was accepted, or null.
    /// Pictures that are taken while it stays open go to `deliver`. Throws Error if no window can be shown.
    std::function<std::shared_ptr<const Outcome>(RunRequest& request, const Deliver& deliver)> dialog;

    /// Computes without a window.
    std::function<Outcome(Request request, const std::function<void(const Evaluation&)>& progress)> compute;

    /// Reads a picture file as the dialog does. Throws Error(Cause::picture).
    std::function<std::shared_ptr<const Image>(const std::string& file)> read_file;

    std::string values_path;  ///< of the key file with the last values
    std::string places_path;  ///< of the file in which PlaceBook keeps where files lie
};

/// Settings are defaults ← last values ← arguments; non-interactive runs leave the last values out, so that a script
/// does the same everywhere, and runs with last values leave the arguments' settings out. A run again takes what is
/// recorded on the layer, or the last values for a layer that was not made here. Throws Error.
RunStatus run_session(Host& host, const RunArguments& arguments, const SessionParts& parts);

/// What `run` returns, or what it threw as a status with a sentence: no exception may reach GIMP.
RunStatus status_of(const std::function<RunStatus()>& run);

}  // namespace neural_style
