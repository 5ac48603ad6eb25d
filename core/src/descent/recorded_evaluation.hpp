// Evaluations of one objective, replayed where the device can.
#pragma once

#include <memory>

#include "objective.hpp"
#include "recording.hpp"

namespace neural_style {

/// Evaluates as the objective does. The first few times the objective itself does it, so that all that is looked for or
/// kept is there; then its operations are recorded and, from the next evaluation on, replayed, if they gave the same
/// when that was tried.
class RecordedEvaluation {
public:
    /// `recording` may be null; the objective does it all then.
    RecordedEvaluation(Objective& objective, std::unique_ptr<Recording> recording)
        : objective_(objective), recording_(std::move(recording)) {}

    /// As Objective::evaluate; the losses are there until the next call.
    Evaluated evaluate(const at::Tensor& picture);

private:
    void record(const at::Tensor& picture, const Evaluated& expected);
    Evaluated replayed(const at::Tensor& picture);

    Objective& objective_;
    std::unique_ptr<Recording> recording_;  // null once it was given up
    int evaluations_ = 0;
    at::Tensor picture_;  // what the recording reads
    Evaluated result_;    // and what it writes
};

}  // namespace neural_style
