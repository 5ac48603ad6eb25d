// Installs weights for a network from the internet or from a file, and says what is installed. Used by the command line
// (--get-network, --list-networks, --check-network); blocking, on any thread, progress on the same thread.
//
// However a file looks that it is given, what it installs is NAME.safetensors in the person's own folder with the
// convolutions alone (VGG-19: 80 MB of 575), and NAME.safetensors.record beside it. Until both the source's SHA-256
// (where one is known) and every shape and number were found good, nothing under these names changes.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "network.hpp"
#include "weights_record.hpp"

namespace neural_style {

struct InstallProgress {
    enum class Stage { downloading, checking, writing };

    Stage stage = Stage::downloading;
    std::uint64_t done_bytes = 0;
    std::uint64_t total_bytes = 0;  ///< 0: not known
    std::string source;             ///< URL or path
};

struct InstallOptions {
    std::string from;  ///< "": the description's sources, one after the other; else a URL or the path of a file
    std::function<void(const InstallProgress&)> on_progress;  ///< may be empty; called for every few kilobytes
    int stall_seconds = 30;                                   ///< without a byte, after which a connection is given up
    int attempts = 4;                                         ///< for one source
    int wait_milliseconds = 1000;  ///< before the second attempt, doubled before each further one
};

struct InstallOutcome {
    bool cancelled = false;  ///< nothing changed but that a later try may go on from the bytes fetched
    std::string path;        ///< of the installed file
    WeightsRecord record;
};

/// Throws Error(Cause::settings) for a network without weights or another running installation, Error(Cause::weights)
/// when no source gives a good file, Error(Cause::output) when it cannot be written.
InstallOutcome install_weights(const Network& network, const InstallOptions& options, const std::atomic<bool>& cancel);

struct InstalledNetwork {
    Network network;
    std::string weights;  ///< path, "" if there are none
    RecordState state = RecordState::none;
    std::optional<WeightsRecord> record;
};

/// What is installed for a network. With `in_full` the hash is computed.
InstalledNetwork look_up(const Network& network, bool in_full);

/// One sentence: where its weights are, from where they came, whether they were checked.
std::string say(const InstalledNetwork& installed);

/// What --list-networks prints: name, title, the sentence, licence and attribution; then descriptions with mistakes.
std::string networks_text();

}  // namespace neural_style
