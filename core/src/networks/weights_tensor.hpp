// A tensor as it lies in a weights file, and its numbers as floats. Used by the readers of weights, which make a list
// of them, and by what takes the numbers. Values only; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "weights_bytes.hpp"

namespace neural_style {

enum class NumberType { float32, float16, bfloat16, float64, other };

/// Bytes of one number; 0 for `other`.
int size_of(NumberType type);

/// A tensor as it lies in the file: little endian, in one piece within the file.
struct StoredTensor {
    NumberType type = NumberType::other;
    std::string type_name;  ///< as the file calls it, for messages: "F64"
    std::vector<std::uint64_t> shape;
    std::vector<std::uint64_t> strides;  ///< numbers from one to the next, for each extent; empty: row-major
    std::uint64_t offset = 0;            ///< bytes from the file's start
    std::uint64_t elements = 0;          ///< product of the shape
    std::uint64_t packed_bytes = 0;      ///< not 0: the bits of each are a protobuf number, so many bytes in all

    std::string flaw;  ///< what a sentence says of numbers that cannot be read; "" if they can

    int place = -1;    ///< in a graph that is stored with it: of the convolution that has it as its weights
    std::string bias;  ///< with a place: name of the tensor that the same convolution adds, "" if there is none
};

/// Tensors by name. The readers make one, each for its form.
using StoredTensors = std::map<std::string, StoredTensor>;

/// A reason as part of a sentence, whatever names from a file it quotes: printable, on one line, of a readable length.
std::string readable(std::string reason);

/// Bytes that it takes in the file.
std::uint64_t stored_size(const StoredTensor& tensor);

/// Whether safetensors has its bytes just as they are: row-major float32, float16 or bfloat16.
bool is_plain(const StoredTensor& tensor);

/// Whether the strides lead to every number of a tensor that lies in one piece, as those of PyTorch's channels_last do.
bool is_dense(const std::vector<std::uint64_t>& shape, const std::vector<std::uint64_t>& strides);

/// The numbers, row-major. Throws Error(Cause::weights) with what is wrong, and calls the tensor `name`.
std::vector<float> read_numbers(const WeightsBytes& bytes, const std::string& name, const StoredTensor& tensor);

}  // namespace neural_style
