// What can go wrong, by cause. Thrown inside; caught by the job's top and at GIMP's edge only.
#pragma once

#include <stdexcept>
#include <string>

namespace neural_style {

enum class Cause {
    settings,  ///< an unknown key, a value out of range, settings that contradict each other
    picture,   ///< an input picture that cannot be read or used
    weights,   ///< a weights file that is missing, damaged or of another network
    memory,    ///< not enough memory on the device
    device,    ///< a device that is missing, lost or unusable
    output,    ///< a result that cannot be written
    host,      ///< the program around us (GIMP, the worker's pipe) failed
    internal,  ///< a fault of ours
};

const char* to_text(Cause cause);  ///< "settings", "picture", …; the names that cross the worker's pipe

/// What is said where an allocation fails, in this process or on the device.
constexpr const char* not_enough_memory =
    "There is not enough memory for this size; choose a smaller size or close other programs.";

/// `what()` is one English sentence that says what happened and what to do.
class Error : public std::runtime_error {
public:
    Error(Cause cause, const std::string& sentence) : std::runtime_error(sentence), cause_(cause) {}
    Cause cause() const { return cause_; }

private:
    Cause cause_;
};

}  // namespace neural_style
