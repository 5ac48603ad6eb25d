#include "neural-style/error.hpp"

namespace neural_style {

const char* to_text(Cause cause) {
    switch (cause) {
        case Cause::settings:
            return "settings";
        case Cause::picture:
            return "picture";
        case Cause::weights:
            return "weights";
        case Cause::memory:
            return "memory";
        case Cause::device:
            return "device";
        case Cause::output:
            return "output";
        case Cause::host:
            return "host";
        case Cause::internal:
            break;
    }
    return "internal";
}

}  // namespace neural_style
