// --get-network, --list-networks and --check-network: what the command line does with networks, without the engine.
#pragma once

#include "arguments.hpp"

namespace neural_style {

/// Installs weights. Ctrl-C cancels and leaves what was installed before. Progress goes to standard error: a bar on a
/// terminal, or with --progress plain lines "downloading DONE TOTAL" (then "checking …", "writing …") in bytes, TOTAL 0
/// where it is not known. Returns the exit status, 0 or 130; throws Error.
int get_network(const Arguments& arguments);

/// Prints what is installed.
int list_networks();

/// Computes the hash of a network's installed weights. Returns 0 if they are as they were installed, 1 if not or if
/// nothing is known about them.
int check_network(const Arguments& arguments);

}  // namespace neural_style
