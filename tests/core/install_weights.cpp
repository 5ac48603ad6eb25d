// Test program: install_weights NETWORK FROM STALL_SECONDS ATTEMPTS WAIT_MILLISECONDS installs weights as the command
// line does (FROM "" for the description's own sources). Prints "stage done total" for every step of the progress;
// SIGINT cancels. Ends with 0 installed, 1 failed (one sentence on standard error), 130 cancelled.
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "networks/network_install.hpp"

namespace {
std::atomic<bool> cancel{false};
}

int main(int count, char** arguments) {
    using namespace neural_style;
    if (count != 6) return 2;
    std::signal(SIGINT, [](int) { cancel = true; });
    std::signal(SIGXFSZ, SIG_IGN);  // so that a limit on file sizes looks like a full disk
    try {
        InstallOptions options;
        options.from = arguments[2];
        options.stall_seconds = std::atoi(arguments[3]);
        options.attempts = std::atoi(arguments[4]);
        options.wait_milliseconds = std::atoi(arguments[5]);
        options.on_progress = [](const InstallProgress& progress) {
            std::printf("%d %llu %llu\n", int(progress.stage), static_cast<unsigned long long>(progress.done_bytes),
                        static_cast<unsigned long long>(progress.total_bytes));
            std::fflush(stdout);
        };
        if (install_weights(find_network(arguments[1]), options, cancel).cancelled) return 130;
        std::printf("%s", networks_text().c_str());
    } catch (const Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
