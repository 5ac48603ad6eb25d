// An evaluation with its losses as numbers, for tests.
#pragma once

#include "descent/objective.hpp"

namespace neural_style::testing {

struct ObjectiveValue : Losses {
    at::Tensor gradient;

    explicit ObjectiveValue(const Evaluated& evaluated)
        : Losses(evaluated.fetched_losses()), gradient(evaluated.gradient) {}
};

}  // namespace neural_style::testing
