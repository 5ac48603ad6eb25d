// The procedures that GIMP knows us by: how they are registered, and what their arguments mean. Used by main, on
// the main thread.
#pragma once

#include <libgimp/gimp.h>

#include <string>

#include "session.hpp"

namespace neural_style {

/// Tells GIMP of all procedures and of their menu entries. Called while GIMP queries the plug-in; touches no pixels.
void register_procedures();

/// Reads what GIMP handed to the procedure `name`: three arguments only where the menu calls. Throws
/// Error(Cause::settings) with a translated sentence for numbers or settings out of range, and Error(Cause::picture)
/// for a layer of another image.
RunArguments read_arguments(const std::string& name, int count, const GimpParam* arguments);

}  // namespace neural_style
