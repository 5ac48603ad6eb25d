#include "outcome_text.hpp"

#include "engine_sentences.hpp"
#include "text.hpp"

namespace neural_style {

std::string failure_text(const Outcome& outcome) {
    if (!outcome.sentence.empty()) return translated(outcome.sentence);
    switch (outcome.cause) {
        case Cause::settings:
            return _("The settings do not fit together; reset them and try again.");
        case Cause::picture:
            return _("One of the pictures cannot be used; choose another layer.");
        case Cause::weights:
            return _("The network's weights cannot be used; get them again, or choose another network.");
        case Cause::memory:
            return _("There is not enough memory; choose a smaller size and try again.");
        case Cause::device:
            return _("The device that was to compute cannot be used; choose another one.");
        case Cause::output:
            return _("The result could not be written; make room and try again.");
        case Cause::host:
            return _("The engine could not be reached; please try again.");
        case Cause::internal:
            break;
    }
    return _(
        "The engine failed for a reason it did not give; please try again, with other settings if it happens again.");
}

}  // namespace neural_style
