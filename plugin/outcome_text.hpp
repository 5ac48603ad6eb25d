// Why a run failed, for a person. Used by the session and the dialog. Any thread.
#pragma once

#include <string>

#include "neural-style/job.hpp"

namespace neural_style {

/// One translated sentence for a failed outcome; never empty. The engine's own English sentence is translated where
/// there is a translation of it, and stands as it is otherwise.
std::string failure_text(const Outcome& outcome);

}  // namespace neural_style
