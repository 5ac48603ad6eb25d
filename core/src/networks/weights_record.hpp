// What is known about an installed weights file, kept beside it in FILE.record: hash, size, time, where it came from.
// Written by the installer, looked at by load_convolutions; any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "neural-style/error.hpp"

namespace neural_style {

struct WeightsRecord {
    std::string network;
    std::string source;            ///< URL or path that it came from
    std::string source_sha256;     ///< of the whole file there, "" if only a part was fetched
    bool source_checked = false;   ///< `source_sha256` is what the network's description says
    std::string sha256;            ///< of the installed file
    std::uint64_t size_bytes = 0;  ///< of the installed file
    std::int64_t modified = 0;     ///< its time of modification, nanoseconds since 1970; 0: it came with the program
};

/// How an installed file compares with its record.
enum class RecordState {
    none,     ///< no readable record: a file that the person put there
    good,     ///< as recorded
    changed,  ///< another size, or in full: other bytes
};

/// SHA-256 of a file as 64 hexadecimal digits; "" if `cancel` was set meanwhile. `on_progress` may be empty and gets
/// the bytes done and in all. Throws Error(Cause::weights) if the file cannot be read.
std::string sha256_of(const std::string& path, const std::atomic<bool>& cancel,
                      const std::function<void(std::uint64_t, std::uint64_t)>& on_progress);

std::string record_path(const std::string& weights_path);
std::optional<WeightsRecord> read_record(const std::string& weights_path);

/// Takes the file's size and time, completes the record with them and writes it. Throws Error(Cause::output).
void write_record(const std::string& weights_path, WeightsRecord record);

/// By size and time; where only the time differs (a copy, a restored backup) by the hash. With `in_full` by the hash in
/// any case. Throws Error(Cause::weights) if the file cannot be read.
RecordState check_record(const std::string& weights_path, bool in_full);

}  // namespace neural_style
