// What a Workshop keeps from run to run. Used by the job.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "descent/objective.hpp"
#include "neural-style/job.hpp"

namespace neural_style {

struct Workshop::Kept {
    bool for_many_runs = true;
    std::string encoder_key;
    std::unique_ptr<Encoder> encoder;
    /// By all that a style's targets depend on: terms that hold them.
    std::map<std::string, std::vector<StyleTerm>> style_terms;
};

}  // namespace neural_style
