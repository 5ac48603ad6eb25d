// Which devices this computer has, which the engine uses, and why it does not use a graphics card. Shown by the device
// page. Reads files of the system; any thread.
#pragma once

#include <string>

#include "neural-style/wire.hpp"

namespace neural_style {

struct DeviceReport {
    bool uses_gpu = false;
    std::string verdict;  ///< translated, one or two sentences
    std::string text;     ///< for a bug report: plain lines, in English
};

/// `root` is where the system's files are looked for ("" for the real ones; tests have their own).
DeviceReport device_report(const wire::Hello& hello, const std::string& root = "");

}  // namespace neural_style
