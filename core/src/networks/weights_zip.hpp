// The table of contents of a zip archive, as far as PyTorch writes them: stored entries, zip64. Used by
// weights_pytorch.
#pragma once

#include <map>
#include <string>

#include "weights_bytes.hpp"

namespace neural_style {

struct ZipEntry {
    std::uint64_t offset = 0;  ///< of its bytes, from the file's start
    std::uint64_t size = 0;    ///< bytes
    bool plain = true;         ///< stored as it is; false: compressed or encrypted, so of no use here
};

/// Entries by their names. Throws Error(Cause::weights) with what is wrong, without the file's name.
std::map<std::string, ZipEntry> read_zip(const WeightsBytes& bytes);

}  // namespace neural_style
