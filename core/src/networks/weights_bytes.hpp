// The bytes of a weights file, read where they are needed. Used by the readers of weights; one thread at a time.
//
// Positioned reads rather than a memory map: a map of a file that shrinks or whose disk fails kills the process with a
// signal, and the numbers are copied into the network's own arrays anyway. So only what is asked for is touched, and
// opening a file of 575 MB costs a few pages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "neural-style/error.hpp"

namespace neural_style {

class WeightsBytes {
public:
    virtual ~WeightsBytes() = default;
    virtual std::uint64_t size() const = 0;
    /// Copies `count` bytes from `offset`. Throws Error(Cause::weights) if they are not all there.
    void read(std::uint64_t offset, void* to, std::size_t count) const;

protected:
    virtual bool read_some(std::uint64_t offset, void* to, std::size_t count) const = 0;
};

/// A file. Throws Error(Cause::weights) if there is none or it cannot be opened.
std::unique_ptr<WeightsBytes> open_weights_bytes(const std::string& path);

/// Bytes that are in memory already: the head of a download, the inputs of the tests and the fuzzers.
std::unique_ptr<WeightsBytes> weights_bytes_in_memory(std::vector<std::uint8_t> bytes);

/// Unsigned number of `count` ≤ 8 bytes, little endian: how every form of weights file writes them.
std::uint64_t little_endian(const std::uint8_t* bytes, int count);

}  // namespace neural_style
