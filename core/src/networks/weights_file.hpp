// A file of trained weights, whatever its form: which tensors it has, and their numbers as floats.
// Used by the encoder (load_convolutions) and by the installer of weights; one thread at a time per object.
//
// Forms: safetensors; PyTorch's state dictionaries (.pth), as zip archives and as before 1.6; ONNX. The bytes tell the
// form, not the file's name. Every length, offset and shape in the file is checked before it is used, nothing in it is
// ever executed, and no more is read or allocated than the tensors asked for.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "network.hpp"
#include "weights_bytes.hpp"
#include "weights_tensor.hpp"

namespace neural_style {

class WeightsFile {
public:
    /// Opens and reads the list of tensors. Throws Error(Cause::weights) for what is no weights file or a damaged one.
    explicit WeightsFile(const std::string& path);
    /// The same for bytes from elsewhere; `name` stands for the path in messages.
    WeightsFile(std::unique_ptr<WeightsBytes> bytes, const std::string& name);

    const std::string& form() const { return form_; }  ///< "safetensors", "PyTorch", "PyTorch before 1.6", "ONNX"
    const StoredTensors& tensors() const { return tensors_; }

    /// The numbers of a tensor of this file, row-major. Throws Error(Cause::weights) that calls it `name` if they are
    /// not all there, of no type that can be read, or one is not finite.
    std::vector<float> read_floats(const std::string& name, const StoredTensor& tensor) const;

    /// Where read_floats takes its bytes from.
    const WeightsBytes& bytes() const { return *bytes_; }

private:
    void open();
    [[noreturn]] void fail(const std::string& what) const;

    std::string name_, form_;
    std::unique_ptr<WeightsBytes> bytes_;
    StoredTensors tensors_;
};

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
