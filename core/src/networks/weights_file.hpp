// A file of trained weights, whatever its form: which tensors it has, and their numbers as floats.
// Used by the encoder (load_convolutions) and by the installer of weights; one thread at a time per object.
//
// Forms: safetensors; PyTorch's state dictionaries (.pth), as zip archives and as before 1.6. Every length, offset and
// shape in the file is checked before it is used, nothing in it is ever executed, and no more is read or allocated than
// the tensors asked for.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "network.hpp"
#include "weights_bytes.hpp"

namespace neural_style {

enum class NumberType { float32, float16, bfloat16, other };

/// Bytes of one number; 0 for `other`.
int size_of(NumberType type);

/// A tensor as it lies in the file: row-major, little endian, in one piece within the file.
struct StoredTensor {
    NumberType type = NumberType::other;
    std::string type_name;  ///< as the file calls it, for messages: "F64"
    std::vector<std::uint64_t> shape;
    std::uint64_t offset = 0;    ///< bytes from the file's start
    std::uint64_t elements = 0;  ///< product of the shape
};

/// Tensors by name. The readers make one, each for its form.
using StoredTensors = std::map<std::string, StoredTensor>;

class WeightsFile {
public:
    /// Opens and reads the list of tensors. Throws Error(Cause::weights) for what is no weights file or a damaged one.
    explicit WeightsFile(const std::string& path);
    /// The same for bytes from elsewhere; `name` stands for the path in messages.
    WeightsFile(std::unique_ptr<WeightsBytes> bytes, const std::string& name);

    const std::string& form() const { return form_; }  ///< "safetensors", "PyTorch", "PyTorch before 1.6"
    const StoredTensors& tensors() const { return tensors_; }

    /// The numbers of a tensor, row-major. Throws Error(Cause::weights) if it is missing, its shape is not `shape`, its
    /// numbers are not float32, float16 or bfloat16, or one of them is not finite.
    std::vector<float> read_floats(const std::string& tensor, const std::vector<std::uint64_t>& shape) const;

    /// Where read_floats takes its bytes from.
    const WeightsBytes& bytes() const { return *bytes_; }

private:
    void open();
    [[noreturn]] void fail(const std::string& what) const;

    std::string name_, form_;
    std::unique_ptr<WeightsBytes> bytes_;
    StoredTensors tensors_;
};

/// The weights and biases of all of the network's convolutions, in their order, from a file's list. Throws
/// Error(Cause::weights) with what is wrong, without the file's name: one is missing, has another shape or numbers that
/// cannot be read, or the file can be told to belong to another network.
std::vector<std::pair<std::string, StoredTensor>> needed_tensors(const Network& network, const StoredTensors& tensors);

/// Whether the first convolution of a file tells that it belongs to another network: "" or that network's name. Only
/// for networks whose description says how their numbers begin, so that trained-on and random weights pass.
std::string foreign_network(const Network& network, const std::vector<float>& first_weights,
                            const std::vector<float>& first_bias);

struct Convolution {
    int in_channels = 0, out_channels = 0;
    std::vector<float> weights;  ///< out_channels x in_channels x 3 x 3, row-major
    std::vector<float> bias;     ///< out_channels
};

/// Reads the first `count` convolutions of the network (all of them if it has fewer) and nothing else. Throws
/// Error(Cause::weights) as above, and if the file can be told to belong to another network.
std::vector<Convolution> load_convolutions(const Network& network, const std::string& path, std::size_t count);

}  // namespace neural_style
