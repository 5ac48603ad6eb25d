// The part of the program that computes: a module of its own because of what must be set before LibTorch is loaded.
#include "engine.hpp"

#include <cstdio>

#include "batch.hpp"
#include "explain.hpp"
#include "painter.hpp"
#include "picture_file.hpp"
#include "progress_display.hpp"
#include "result_places.hpp"
#include "run/device.hpp"
#include "run/process_memory.hpp"
#include "variations.hpp"
#include "worker.hpp"

namespace neural_style {
namespace {

constexpr int exit_done = 0, exit_stopped = 130;

int stylise(const Arguments& arguments) {
    check_output(arguments.output);
    const ResultPlaces places(arguments);
    places.check(arguments.output);
    if (!arguments.log.empty()) places.check_log(arguments.log, arguments.output);
    const std::string& name = arguments.contents.front();
    PictureFile content = read_picture(name);
    Painter painter(arguments);
    ProgressDisplay display(arguments.progress, arguments.log);
    const Painter::Painted painted = painter.paint(std::move(content), name, display);
    display.finish();
    write_picture(arguments.output, painted.file);
    display.close_log();
    return painted.stopped ? exit_stopped : exit_done;
}

int list_devices() {
    for (const std::string& device : usable_devices()) {
        const std::string trouble = trouble_with(c10::Device(device));
        const std::string word =
            trouble.empty() ? "" : ": cannot compute here (" + trouble + "), so auto leaves it out";
        std::printf("%s%s\n", device.c_str(), word.c_str());
    }
    return exit_done;
}

}  // namespace
}  // namespace neural_style

extern "C" __attribute__((visibility("default"))) int neural_style_engine(const neural_style::Arguments& arguments) {
    using namespace neural_style;
    keep_large_blocks();
    switch (arguments.action) {
        case Arguments::Action::worker:
            return serve();
        case Arguments::Action::list_devices:
            return list_devices();
        case Arguments::Action::explain:
            return explain(arguments);
        case Arguments::Action::batch:
            return paint_batch(arguments);
        case Arguments::Action::variations:
            return paint_variations(arguments);
        default:
            return stylise(arguments);
    }
}
