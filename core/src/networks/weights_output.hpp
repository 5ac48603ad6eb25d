// A file that appears whole or not at all: written under another name in the same folder, synced, renamed.
// Used by the installer of weights; one thread at a time.
#pragma once

#include <cstdint>
#include <string>

#include "neural-style/error.hpp"

namespace neural_style {

class WeightsOutput {
public:
    /// Creates PATH's folder where needed and a new file beside PATH. Throws Error(Cause::output).
    explicit WeightsOutput(const std::string& path);
    /// Without commit() the file under the other name is removed and PATH is as it was.
    ~WeightsOutput();
    WeightsOutput(const WeightsOutput&) = delete;
    WeightsOutput& operator=(const WeightsOutput&) = delete;

    void write(const void* bytes, std::size_t count);  ///< throws Error(Cause::output), as when the disk is full
    /// Makes it PATH, replacing what was there, and safe against a power cut. Throws Error(Cause::output).
    void commit();

private:
    std::string path_, temporary_;
    int file_ = -1;
};

/// Writes all of it to an open file. Throws Error(Cause::output) that names `path`.
void write_all(int file, const void* bytes, std::size_t count, const std::string& path);

/// Creates a folder and those above it. Throws Error(Cause::output).
void make_folder(const std::string& folder);

/// Makes renames and removals in a folder safe against a power cut, as far as its file system can.
void sync_folder(const std::string& folder);

}  // namespace neural_style
