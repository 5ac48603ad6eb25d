// The part of the program that computes: a module of its own because of what must be set before LibTorch is loaded.
#include "engine.hpp"

#include <atomic>
#include <csignal>
#include <cstdio>

#include "device.hpp"
#include "neural-style/job.hpp"
#include "picture_file.hpp"
#include "process_memory.hpp"
#include "progress_display.hpp"
#include "start_picture.hpp"
#include "worker.hpp"

namespace neural_style {
namespace {

constexpr int exit_done = 0, exit_stopped = 130;

std::atomic<bool> stop_asked{false};

void ask_to_stop(int signal) {
    stop_asked = true;
    std::signal(signal, SIG_DFL);  // a second Ctrl-C ends the program as usual
}

int stylise(const Arguments& arguments) {
    check_output(arguments.output);
    const PictureFile content = read_picture(arguments.content);
    Request request;
    request.settings = arguments.settings;
    request.content = content.image;
    for (const StyleArgument& style : arguments.styles)
        request.styles.push_back({read_picture(style.file).image, style.weight});
    load_start_picture(request);

    ProgressDisplay display(arguments.progress, arguments.log);
    std::signal(SIGINT, ask_to_stop);
    std::signal(SIGTERM, ask_to_stop);
    const Outcome outcome = run(request, display, stop_asked);
    display.finish();
    if (outcome.kind == Outcome::Kind::failed) throw Error(outcome.cause, outcome.sentence);
    write_picture(arguments.output, {outcome.picture, content.has_alpha, content.bits});
    display.close_log();
    return outcome.kind == Outcome::Kind::stopped ? exit_stopped : exit_done;
}

int list_devices() {
    for (const std::string& device : usable_devices()) std::printf("%s\n", device.c_str());
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
        default:
            return stylise(arguments);
    }
}
