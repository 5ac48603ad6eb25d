// The face of the engine's module, which the program loads when there is something to compute.
#pragma once

#include "arguments.hpp"

namespace neural_style {

/// Carries out the actions that need LibTorch (stylise, worker, list_devices); returns the exit status. Throws Error.
using EngineFunction = int (*)(const Arguments& arguments);

constexpr const char* engine_function_name = "neural_style_engine";

/// Of the module that reads pictures without LibTorch, for the same signature.
constexpr const char* pictures_function_name = "neural_style_pictures";

}  // namespace neural_style
