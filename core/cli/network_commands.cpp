#include "network_commands.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "networks/network_install.hpp"

namespace neural_style {
namespace {

constexpr int exit_done = 0, exit_failed = 1, exit_stopped = 130;

std::atomic<bool> cancel{false};

const char* word_for(InstallProgress::Stage stage) {
    switch (stage) {
        case InstallProgress::Stage::downloading:
            return "downloading";
        case InstallProgress::Stage::checking:
            return "checking";
        case InstallProgress::Stage::writing:
            break;
    }
    return "writing";
}

/// Says no more than is worth reading: a step of a hundredth, or of a megabyte where the size is not known.
class ProgressLines {
public:
    explicit ProgressLines(Arguments::Progress kind) : kind_(kind) {
        if (kind_ == Arguments::Progress::automatic)
            kind_ = ::isatty(STDERR_FILENO) ? Arguments::Progress::bar : Arguments::Progress::none;
    }

    void show(const InstallProgress& progress) {
        if (kind_ == Arguments::Progress::none) return;
        const std::uint64_t step = progress.total_bytes ? progress.total_bytes / 100 + 1 : 1'000'000;
        const bool last = progress.done_bytes == progress.total_bytes;
        if (progress.stage == stage_ && progress.source == source_ && progress.done_bytes / step == shown_ && !last)
            return;
        stage_ = progress.stage;
        source_ = progress.source;
        shown_ = progress.done_bytes / step;
        if (kind_ == Arguments::Progress::plain) {
            std::fprintf(stderr, "%s %llu %llu\n", word_for(stage_),
                         static_cast<unsigned long long>(progress.done_bytes),
                         static_cast<unsigned long long>(progress.total_bytes));
        } else if (progress.total_bytes) {
            const int filled = int(40 * progress.done_bytes / progress.total_bytes);
            std::fprintf(stderr, "\r%-12s[%.*s%*s] %6.1f of %.1f MB ", word_for(stage_), filled,
                         "########################################", 40 - filled, "", progress.done_bytes / 1e6,
                         progress.total_bytes / 1e6);
        } else {
            std::fprintf(stderr, "\r%-12s%6.1f MB ", word_for(stage_), progress.done_bytes / 1e6);
        }
        std::fflush(stderr);
    }

    void end() const {
        if (kind_ == Arguments::Progress::bar) std::fputc('\n', stderr);
    }

private:
    Arguments::Progress kind_;
    InstallProgress::Stage stage_ = InstallProgress::Stage::downloading;
    std::string source_;
    std::uint64_t shown_ = ~std::uint64_t(0);
};

}  // namespace

int get_network(const Arguments& arguments) {
    for (const int number : {SIGINT, SIGTERM}) std::signal(number, [](int) { cancel = true; });
    std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is a full disk, not a reason to die
    const Network network = find_network(arguments.network);
    ProgressLines lines(arguments.progress);
    InstallOptions options;
    options.from = arguments.from;
    options.on_progress = [&](const InstallProgress& progress) { lines.show(progress); };
    const InstallOutcome outcome = install_weights(network, options, cancel);
    lines.end();
    if (outcome.cancelled) {
        std::fprintf(stderr, "neural-style: Cancelled; the next --get-network %s goes on from here.\n",
                     network.name.c_str());
        return exit_stopped;
    }
    std::printf("%s: %s\n", network.name.c_str(), say(look_up(network, false)).c_str());
    return exit_done;
}

int list_networks() {
    std::fputs(networks_text().c_str(), stdout);
    return exit_done;
}

int check_network(const Arguments& arguments) {
    const InstalledNetwork found = look_up(find_network(arguments.network), true);
    std::printf("%s: %s\n", found.network.name.c_str(), say(found).c_str());
    return found.state == RecordState::good ? exit_done : exit_failed;
}

}  // namespace neural_style
