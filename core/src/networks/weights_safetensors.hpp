// Reader of the safetensors form: 8 bytes length, a JSON table of tensors, then their numbers.
// Used by WeightsFile and by the download of parts of a remote file.
#pragma once

#include "weights_bytes.hpp"
#include "weights_file.hpp"

namespace neural_style {

constexpr std::uint64_t largest_safetensors_header = 100'000'000;  ///< bytes; the format's own bound

/// Whether the first 9 bytes (or fewer) can be a safetensors file's.
inline bool looks_like_safetensors(const std::vector<std::uint8_t>& head) {
    if (head.size() < 9 || head[8] != '{') return false;
    const std::uint64_t length = little_endian(head.data(), 8);
    return length >= 2 && length <= largest_safetensors_header;
}

/// Reads the table of tensors. Throws Error(Cause::weights) with what is wrong, without the file's name.
StoredTensors read_safetensors(const WeightsBytes& bytes);

/// The same from the table alone, of a file of `file_size` bytes.
StoredTensors read_safetensors_table(const std::string& json, std::uint64_t file_size);

/// Head of a safetensors file (length and table, padded with spaces to a multiple of 8) for float tensors that will
/// follow it one after another in the order given; their `offset`s are ignored.
std::string safetensors_head(const std::vector<std::pair<std::string, StoredTensor>>& tensors);

}  // namespace neural_style
