#include "weights_file.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "weights_match.hpp"
#include "weights_onnx.hpp"
#include "weights_pickle.hpp"
#include "weights_pytorch.hpp"
#include "weights_record.hpp"
#include "weights_safetensors.hpp"

namespace neural_style {
namespace {

// The descriptions have four digits, and a file may have its numbers as bfloat16, which has three.
bool begins_like(const std::vector<float>& numbers, const std::vector<float>& start) {
    for (std::size_t i = 0; i < start.size(); ++i)
        if (i >= numbers.size() || std::abs(numbers[i] - start[i]) > 0.005f * std::abs(start[i]) + 1e-4f) return false;
    return true;
}

bool is_known(const Network& network) { return !network.first_weights.empty() || !network.first_bias.empty(); }

bool starts_with(const std::vector<std::uint8_t>& head, const char* text, std::size_t length) {
    return head.size() >= length && std::memcmp(head.data(), text, length) == 0;
}

/// What people have in place of weights, by the first bytes.
std::string what_else(const std::vector<std::uint8_t>& head) {
    if (head.empty()) return "it is empty";
    if (starts_with(head, "\x89HDF\r\n", 6))
        return "it is a Keras file (HDF5), which this program does not read; save it as ONNX, in Python: "
               "tf2onnx.convert.from_keras(keras.models.load_model(\"FILE\"), output_path=\"new.onnx\")";
    if (starts_with(head, "\x93NUMPY", 6)) return "it is a NumPy array";
    if (head[0] == 0x80)
        return "it is a Python pickle, but not one of PyTorch's; if you trust it, save it again, in Python: "
               "torch.save(pickle.load(open(\"FILE\", \"rb\")), \"new.pth\")";
    const std::string text(head.begin(), head.end());
    if (text.size() > 262 && text.compare(257, 5, "ustar") == 0)
        return std::string(
                   "it is a tar archive, as PyTorch wrote them before 0.1.10; if you trust it, save it again, in "
                   "Python: ") +
               save_again;
    if (text.find("<html") != std::string::npos || text.find("<HTML") != std::string::npos ||
        text.find("<!doctype") != std::string::npos || text.find("<!DOCTYPE") != std::string::npos)
        return "it is a web page; the download gave a message instead of the file";
    if (text.compare(0, 23, "version https://git-lfs") == 0)
        return "it is only a pointer to the file; fetch the file itself with git lfs";
    return "it is neither safetensors nor PyTorch nor ONNX";
}

}  // namespace

WeightsFile::WeightsFile(const std::string& path) : name_(path), bytes_(open_weights_bytes(path)) { open(); }

WeightsFile::WeightsFile(std::unique_ptr<WeightsBytes> bytes, const std::string& name)
    : name_(name), bytes_(std::move(bytes)) {
    open();
}

void WeightsFile::fail(const std::string& what) const {
    throw Error(Cause::weights, "The weights file " + name_ + " cannot be used: " + what + ".");
}

void WeightsFile::open() {
    std::vector<std::uint8_t> head(std::size_t(std::min<std::uint64_t>(bytes_->size(), 512)));
    std::string wrong;
    try {
        bytes_->read(0, head.data(), head.size());
        if (looks_like_safetensors(head)) {
            form_ = "safetensors";
            tensors_ = read_safetensors(*bytes_);
        } else if (looks_like_zip(head)) {
            form_ = "PyTorch";
            tensors_ = read_pytorch_zip(*bytes_);
        } else if (looks_like_old_pytorch(head)) {
            form_ = "PyTorch before 1.6";
            tensors_ = read_old_pytorch(*bytes_);
        } else if (looks_like_onnx(*bytes_)) {
            form_ = "ONNX";
            tensors_ = read_onnx(*bytes_);
        } else {
            wrong = what_else(head);
        }
    } catch (const Error& error) {
        wrong = error.what();
    }
    if (!wrong.empty()) fail(wrong);
}

std::vector<float> WeightsFile::read_floats(const std::string& name, const StoredTensor& tensor) const {
    try {
        return read_numbers(*bytes_, name, tensor);
    } catch (const Error& error) {
        fail(error.what());
    }
}

std::string foreign_network(const Network& network, const std::vector<float>& first_weights,
                            const std::vector<float>& first_bias) {
    const auto is = [&](const Network& candidate) {
        return begins_like(first_weights, candidate.first_weights) && begins_like(first_bias, candidate.first_bias);
    };
    if (!is_known(network) || is(network)) return {};
    for (const Network& other : all_networks())
        if (is_known(other) && is(other)) return other.name;
    return {};
}

std::vector<Convolution> load_convolutions(const Network& network, const std::string& path, std::size_t count) {
    if (check_record(path, false) == RecordState::changed) {
        if (network.built_in)
            throw Error(Cause::weights, "The weights file " + path +
                                            " is not as it was installed, so the disk or a program damaged it; " +
                                            "install the program again.");
        throw Error(Cause::weights, "The weights file " + path + " is not as it was installed, so the disk or a " +
                                        "program damaged it; install it again with --get-network " + network.name +
                                        ".");
    }
    const WeightsFile file(path);
    std::vector<std::pair<std::string, StoredTensor>> tensors;
    try {
        tensors = needed_tensors(network, file.tensors(), count);
    } catch (const Error& error) {
        throw Error(Cause::weights, "The weights file " + path + " cannot be used: " + error.what() + ".");
    }
    std::vector<Convolution> convolutions;
    for (std::size_t i = 0; i + 1 < tensors.size(); i += 2) {
        Convolution convolution;
        convolution.out_channels = int(tensors[i].second.shape[0]);
        convolution.in_channels = int(tensors[i].second.shape[1]);
        convolution.weights = file.read_floats(tensors[i].first, tensors[i].second);
        convolution.bias = file.read_floats(tensors[i + 1].first, tensors[i + 1].second);
        if (convolutions.empty())
            if (const auto other = foreign_network(network, convolution.weights, convolution.bias); !other.empty())
                throw Error(Cause::weights, "The weights file " + path + " is, by its numbers, one of the network " +
                                                other + ", not of " + network.name + "; choose network=" + other +
                                                " for it.");
        convolutions.push_back(std::move(convolution));
    }
    return convolutions;
}

}  // namespace neural_style
