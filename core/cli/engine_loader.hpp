// Finds and loads the engine's module.
#pragma once

#include "engine.hpp"

namespace neural_style {

/// Prepares the environment that the numerical libraries read as they are loaded, then loads them. Throws
/// Error(Cause::memory) if the process may not use enough addresses for them, Error(Cause::internal) if the module is
/// missing or cannot be loaded.
EngineFunction load_engine();

/// The module that reads picture files, and nothing else. Throws Error(Cause::internal).
EngineFunction load_pictures();

}  // namespace neural_style
