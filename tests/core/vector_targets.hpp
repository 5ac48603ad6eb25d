// The instruction sets that this machine has and the kernels are compiled for, as Highway's bits: one bit for each
// version of the code that can run.
#pragma once

#include <hwy/targets.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "winograd/winograd_kernels.hpp"

namespace neural_style {

/// Highway's name of the code that runs when only `target` is allowed.
inline std::string kernels_name(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    const std::string name = winograd::kernels(64).target;
    hwy::SetSupportedTargetsForTest(0);
    return name;
}

inline std::vector<std::int64_t> vector_targets() {
    std::map<std::string, std::int64_t> found;
    const std::int64_t supported = hwy::SupportedTargets();
    for (int bit = 0; bit < 63; ++bit)
        if (supported >> bit & 1) found.emplace(kernels_name(std::int64_t{1} << bit), std::int64_t{1} << bit);
    std::vector<std::int64_t> targets;
    for (const auto& [name, target] : found) targets.push_back(target);
    return targets;
}

}  // namespace neural_style
