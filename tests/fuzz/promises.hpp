// How a fuzzer says that something which must hold does not. Used by every target here.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace neural_style::testing {

inline void must(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "broken promise: %s\n", what);
    std::abort();
}

/// A refusal is one sentence: on one line, of a readable length, whole although what came may hold a zero.
inline bool is_sentence(const std::string& text) {
    return text.size() > 10 && text.size() < 1000 && text.back() == '.' && text.find('\n') == std::string::npos;
}

}  // namespace neural_style::testing
