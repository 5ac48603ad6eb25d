// A run as a text that does the same elsewhere: a Script-Fu expression, or a line for a shell. Used by the dialog; main
// thread.
#pragma once

#include <string>

#include "host.hpp"
#include "run_request.hpp"

namespace neural_style {

/// One expression that runs in the present session of the program as it stands; its `let*` names the image and the
/// layers by their numbers, to be replaced for other pictures. Throws Error(Cause::picture) with a translated sentence
/// for a style that no script can reach: one from the clipboard.
std::string script_fu_call(Host& host, const RunRequest& request);

/// One line for a shell. A layer stands as the picture file that its image was opened from, or as NAME.png, to be
/// exported under that name, and so does what guides a style. Throws as script_fu_call(), and for a part of a style
/// that all of the content is to take on.
std::string command_call(Host& host, const RunRequest& request);

std::string quoted_for_scheme(const std::string& text);
std::string quoted_for_shell(const std::string& text);  ///< as it is where that is safe

}  // namespace neural_style
