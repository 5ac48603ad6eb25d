// The passages' kernels as a text for CUDA's compiler. Used by cuda_passages, and by the test that compiles it.
#pragma once

#include <c10/core/ScalarType.h>

#include <string>

namespace neural_style {

/// For networks in float32, float16 or bfloat16. It includes nothing: a compiler at run time need not find CUDA's
/// headers.
std::string passage_source(c10::ScalarType number);

}  // namespace neural_style
