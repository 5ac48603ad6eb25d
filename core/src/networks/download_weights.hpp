// Brings the weights of a network from the internet into a file beside their final place: only the convolutions from a
// server that serves ranges of a safetensors file, the whole file otherwise. Resumes what an earlier try left, retries
// what may pass. Used by network_install; any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "network.hpp"

namespace neural_style {

struct WeightsDownload {
    std::string url;
    std::uint64_t expected_bytes = 0;  ///< size of the whole file, 0: not known
    std::string part_path;             ///< file to write to; what it holds already is used when it is of the same file
    int stall_seconds = 30;
    int attempts = 4;              ///< before a connection that breaks is given up
    int wait_milliseconds = 1000;  ///< before the second attempt; doubled before each further one
};

struct WeightsDownloaded {
    enum class Kind { complete, cancelled, failed };

    Kind kind = Kind::failed;
    bool whole = false;  ///< the file is the server's own, byte for byte; else a safetensors file of the part needed
    std::string reason;  ///< of failed: part of a sentence
};

/// `on_progress` gets the bytes that are there and in all (0: not known). Throws Error(Cause::output) when the disk
/// does not take the bytes; the part file is then removed.
WeightsDownloaded download_weights(const Network& network, const WeightsDownload& wanted,
                                   const std::atomic<bool>& cancel,
                                   const std::function<void(std::uint64_t, std::uint64_t)>& on_progress);

/// Removes the part file and what is kept beside it.
void forget_download(const std::string& part_path);

}  // namespace neural_style
