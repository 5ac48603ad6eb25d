// Whether this build has the engine's own vector code for the CPU, which needs Highway. Used where LibTorch's
// operations are the other way; what is called only under `if constexpr (vector_code)` need not be there.
#pragma once

namespace neural_style {

#ifdef WITHOUT_HIGHWAY
inline constexpr bool vector_code = false;
#else
inline constexpr bool vector_code = true;
#endif

}  // namespace neural_style
