// What must hold for every input that a reader of weights files may meet. Used by the fuzzers and by the short run of
// mutated files in the ordinary tests.
#pragma once

#include "networks/weights_match.hpp"
#include "networks/weights_onnx.hpp"
#include "networks/weights_pytorch.hpp"
#include "networks/weights_safetensors.hpp"
#include "promises.hpp"

namespace neural_style::testing {

using Reader = StoredTensors (*)(const WeightsBytes&);

/// A network of one convolution, which some of the seeds hold.
inline const Network& sought_network() {
    static const Network network = read_network(
        "[network]\nname=x\ntitle=X\nloss=l\n[layers]\nsequence=conv1_1:2\nweight-key=w\nbias-key=b\n[input]\n"
        "range=1\norder=rgb\nmean=0 0 0\ndeviation=1 1 1\n[loss l]\ncontent-layers=conv_1\nstyle-layers=conv_1\n",
        "x.ini");
    return network;
}

/// Reads the bytes as one form and as whatever they look like. Every failure has to be an Error with a cause, and every
/// tensor that a reader reports with a readable number format has to lie in the file. Returns whether the reader
/// accepted the bytes.
inline bool check_weights(Reader reader, const std::uint8_t* data, std::size_t size) {
    const std::vector<std::uint8_t> bytes(data, data + size);
    bool accepted = false;
    try {
        for (const auto& [name, tensor] : reader(*weights_bytes_in_memory(bytes))) {
            const auto width = tensor.packed_bytes ? 1 : std::uint64_t(size_of(tensor.type));
            if (!width || !tensor.flaw.empty()) continue;
            const std::uint64_t numbers = tensor.packed_bytes ? tensor.packed_bytes : tensor.elements;
            must(tensor.offset <= size && numbers <= (size - tensor.offset) / width && tensor.elements <= numbers,
                 "a tensor lies in the file");
        }
        accepted = true;
    } catch (const Error& error) {
        must(error.cause() == Cause::weights && error.what()[0] != '\0', "a refusal says why");
    }
    try {
        const WeightsFile file(weights_bytes_in_memory(bytes), "x");
        for (const auto& [name, tensor] : file.tensors()) {
            try {
                must(file.read_floats(name, tensor).size() == tensor.elements, "all numbers are read");
            } catch (const Error& error) {
                must(error.cause() == Cause::weights && is_sentence(error.what()), "a refusal says why");
            }
        }
        try {
            must(needed_tensors(sought_network(), file.tensors()).size() == 2,
                 "a network's tensors are found or refused");
        } catch (const Error& error) {
            must(is_sentence(error.what() + std::string(".")), "a refusal says why");
        }
    } catch (const Error& error) {
        must(error.cause() == Cause::weights && is_sentence(error.what()), "a refusal says why");
    }
    return accepted;
}

}  // namespace neural_style::testing
