// neural-style: stylises a picture file, answers questions about itself, or serves the GIMP plug-in as its worker.
#include <cstdio>
#include <new>

#include "arguments.hpp"
#include "engine_loader.hpp"
#include "network_commands.hpp"
#include "neural-style/error.hpp"
#include "program_texts.hpp"

namespace neural_style {
namespace {

constexpr int exit_done = 0, exit_failed = 1, exit_usage = 2;

int complain(const std::string& sentence, int status) {
    std::fprintf(stderr, "neural-style: %s\n", sentence.c_str());
    return status;
}

int act(const std::vector<std::string>& words) {
    const Arguments arguments = parse_arguments(words);
    switch (arguments.action) {
        case Arguments::Action::help:
            std::fputs(help_text().c_str(), stdout);
            return exit_done;
        case Arguments::Action::version:
            std::printf("neural-style %s\n", NEURAL_STYLE_VERSION);
            return exit_done;
        case Arguments::Action::list_settings:
            std::fputs(settings_text().c_str(), stdout);
            return exit_done;
        case Arguments::Action::list_styles:
            std::fputs(styles_text().c_str(), stdout);
            return exit_done;
        case Arguments::Action::list_networks:
            return list_networks();
        case Arguments::Action::get_network:
            return get_network(arguments);
        case Arguments::Action::check_network:
            return check_network(arguments);
        case Arguments::Action::read_picture:
            return load_pictures()(arguments);
        case Arguments::Action::stylise:
        case Arguments::Action::batch:
        case Arguments::Action::variations:
        case Arguments::Action::explain:
        case Arguments::Action::worker:
        case Arguments::Action::list_devices:
            break;
    }
    return load_engine()(arguments);
}

}  // namespace
}  // namespace neural_style

int main(int count, char** words) {
    using namespace neural_style;
    try {
        return act({words + 1, words + count});
    } catch (const UsageError& error) {
        return complain(error.what(), exit_usage);
    } catch (const Error& error) {
        return complain(error.what(), exit_failed);
    } catch (const std::bad_alloc&) {
        return complain(not_enough_memory, exit_failed);
    } catch (const std::exception& error) {
        return complain(std::string("An unexpected error (") + error.what() + "); please report this.", exit_failed);
    }
}
