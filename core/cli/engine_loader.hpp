// Finds and loads the engine's module.
#pragma once

#include "engine.hpp"

namespace neural_style {

/// Prepares the environment that the numerical libraries read as they are loaded, then loads them. Throws
/// Error(Cause::memory) if the process may not use enough addresses for them, Error(Cause::internal) if the module is
/// missing or cannot be loaded.
EngineFunction load_engine();

}  // namespace neural_style
