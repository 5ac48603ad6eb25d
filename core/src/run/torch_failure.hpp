// What a failure that LibTorch reports is about: its exceptions are texts. Used by the job.
#pragma once

#include <string>

namespace neural_style {

enum class TorchFailure {
    memory,  ///< not enough of it, in the process or on the card: smaller pieces may do
    device,  ///< the card or its driver failed or went away; nothing more can be computed there in this process
    other,
};

/// `text` is c10::Error's what_without_backtrace().
TorchFailure failure_in(const std::string& text);

}  // namespace neural_style
