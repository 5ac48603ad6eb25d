// The engine as a server of one client: requests on standard input, events and outcomes on standard output.
#pragma once

namespace neural_style {

/// Serves until the input ends. Returns the exit status.
int serve();

}  // namespace neural_style
