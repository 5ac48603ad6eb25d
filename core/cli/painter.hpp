// Picture files in, painted picture out: what a single run and a batch have in common. Main thread.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "neural-style/job.hpp"
#include "picture_file.hpp"

namespace neural_style {

class Painter {
public:
    /// Reads the styles. From here on Ctrl-C asks to stop; a second one ends the program. Throws Error.
    explicit Painter(const Arguments& arguments);

    struct Painted {
        PictureFile file;  ///< ready to be written
        bool stopped = false;
    };

    /// Paints a picture that was read from the file `name`. Throws Error for whatever goes wrong.
    Painted paint(PictureFile content, const std::string& name, Observer& observer);

    Settings& settings() { return settings_; }  ///< of the pictures to come

    static const std::atomic<bool>& stop_asked();

private:
    Workshop workshop_;
    Settings settings_;
    std::vector<Style> styles_;
    Mask mask_;
    std::vector<Guide> guides_;
    std::string inputs_text_;  ///< for the file: styles, mask and guides by their names
};

}  // namespace neural_style
