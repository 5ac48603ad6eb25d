#include "weights_file.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "weights_pytorch.hpp"
#include "weights_record.hpp"
#include "weights_safetensors.hpp"

namespace neural_style {
namespace {

float from_bits(std::uint32_t bits) {
    float value;
    static_assert(sizeof value == sizeof bits);
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

// IEEE 754 binary16, exactly; subnormals too.
float from_half(std::uint32_t half) {
    const std::uint32_t sign = (half & 0x8000u) << 16, exponent = half >> 10 & 0x1fu, fraction = half & 0x3ffu;
    if (exponent == 31) return from_bits(sign | 0x7f800000u | fraction << 13);
    if (exponent == 0) {
        const float value = std::ldexp(float(fraction), -24);
        return sign ? -value : value;
    }
    return from_bits(sign | (exponent + 112) << 23 | fraction << 13);
}

void to_floats(const std::uint8_t* bytes, NumberType type, std::size_t count, float* to) {
    for (std::size_t i = 0; i < count; ++i) switch (type) {
            case NumberType::float32:
                to[i] = from_bits(std::uint32_t(little_endian(bytes + 4 * i, 4)));
                break;
            case NumberType::float16:
                to[i] = from_half(std::uint32_t(little_endian(bytes + 2 * i, 2)));
                break;
            case NumberType::bfloat16:
                to[i] = from_bits(std::uint32_t(little_endian(bytes + 2 * i, 2)) << 16);
                break;
            case NumberType::other:
                to[i] = 0;
                break;
        }
}

std::string shape_text(const std::vector<std::uint64_t>& shape) {
    std::string text;
    for (const std::uint64_t extent : shape) text += (text.empty() ? "" : "x") + std::to_string(extent);
    return text.empty() ? "a single number" : text;
}

std::string missing(const std::string& name) {
    return "it has no tensor " + name + ", so it belongs to another network";
}

void check_tensor(const std::string& name, const StoredTensor& stored, const std::vector<std::uint64_t>& shape) {
    if (stored.shape != shape)
        throw Error(Cause::weights, "its tensor " + name + " is " + shape_text(stored.shape) +
                                        " where the network needs " + shape_text(shape) +
                                        ", so it belongs to another network");
    if (!size_of(stored.type))
        throw Error(Cause::weights, "its tensor " + name + " has numbers of the type " + stored.type_name +
                                        ", and only float32, float16 and bfloat16 can be read");
}

std::vector<std::uint64_t> weight_shape(const NetworkLayer& layer) {
    return {std::uint64_t(layer.out_channels), std::uint64_t(layer.in_channels), 3, 3};
}

void refuse_foreign(const Network& network, const StoredTensors& tensors) {
    for (const auto& [key, other] : network.foreign_keys)
        if (tensors.count(key))
            throw Error(Cause::weights, "it belongs to the network " + other + ", not to " + network.name +
                                            "; choose network=" + other + " for it");
}

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
    if (starts_with(head, "\x89HDF\r\n", 6)) return "it is a Keras file (HDF5), which this program does not read";
    if (starts_with(head, "\x93NUMPY", 6)) return "it is a NumPy array";
    if (head[0] == 0x80) return "it is a Python pickle, but not one of PyTorch's state dictionaries";
    const std::string text(head.begin(), head.end());
    if (text.size() > 262 && text.compare(257, 5, "ustar") == 0)
        return "it is a tar archive, as PyTorch wrote them before 0.1.10; save it again with a newer one";
    if (text.find("<html") != std::string::npos || text.find("<HTML") != std::string::npos ||
        text.find("<!doctype") != std::string::npos || text.find("<!DOCTYPE") != std::string::npos)
        return "it is a web page; the download gave a message instead of the file";
    if (text.compare(0, 23, "version https://git-lfs") == 0)
        return "it is only a pointer to the file; fetch the file itself with git lfs";
    return "it is neither safetensors nor PyTorch";
}

}  // namespace

int size_of(NumberType type) {
    switch (type) {
        case NumberType::float32:
            return 4;
        case NumberType::float16:
        case NumberType::bfloat16:
            return 2;
        case NumberType::other:
            break;
    }
    return 0;
}

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
        } else {
            wrong = what_else(head);
        }
    } catch (const Error& error) {
        wrong = error.what();
    }
    if (!wrong.empty()) fail(wrong);
}

std::vector<float> WeightsFile::read_floats(const std::string& tensor, const std::vector<std::uint64_t>& shape) const {
    const auto found = tensors_.find(tensor);
    if (found == tensors_.end()) fail(missing(tensor));
    const StoredTensor& stored = found->second;
    try {
        check_tensor(tensor, stored, shape);
    } catch (const Error& error) {
        fail(error.what());
    }
    const int width = size_of(stored.type);
    if (stored.offset > bytes_->size() || stored.elements > (bytes_->size() - stored.offset) / std::uint64_t(width))
        fail("the file ends too early; it was not downloaded or copied completely");

    std::vector<float> floats(static_cast<std::size_t>(stored.elements));
    std::vector<std::uint8_t> piece(std::min<std::size_t>(floats.size() * std::size_t(width), 1 << 16));
    for (std::size_t done = 0; done < floats.size();) {
        const std::size_t count = std::min(floats.size() - done, piece.size() / std::size_t(width));
        try {
            bytes_->read(stored.offset + done * std::uint64_t(width), piece.data(), count * std::size_t(width));
        } catch (const Error& error) {
            fail(error.what());
        }
        to_floats(piece.data(), stored.type, count, floats.data() + done);
        for (std::size_t i = done; i < done + count; ++i)
            if (!std::isfinite(floats[i]))
                fail("number " + std::to_string(i) + " of its tensor " + tensor +
                     " is not finite; the file is damaged or its training failed");
        done += count;
    }
    return floats;
}

std::vector<std::pair<std::string, StoredTensor>> needed_tensors(const Network& network, const StoredTensors& tensors) {
    refuse_foreign(network, tensors);
    std::vector<std::pair<std::string, StoredTensor>> needed;
    const auto need = [&](const std::string& name, const std::vector<std::uint64_t>& shape) {
        const auto found = tensors.find(name);
        if (found == tensors.end()) throw Error(Cause::weights, missing(name));
        check_tensor(name, found->second, shape);
        needed.emplace_back(name, found->second);
    };
    for (const NetworkLayer& layer : network.layers) {
        if (layer.kind != NetworkLayer::Kind::convolution) continue;
        need(layer.weight_key, weight_shape(layer));
        need(layer.bias_key, {std::uint64_t(layer.out_channels)});
    }
    return needed;
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
    if (network.built_in)
        throw Error(Cause::settings,
                    "The network " + network.name + " has no weights; leave the setting weights empty.");
    if (check_record(path, false) == RecordState::changed)
        throw Error(Cause::weights, "The weights file " + path +
                                        " is not as it was installed, so the disk or a program " +
                                        "damaged it; install it again with --get-network " + network.name + ".");
    const WeightsFile file(path);
    try {
        refuse_foreign(network, file.tensors());
    } catch (const Error& error) {
        throw Error(Cause::weights, "The weights file " + path + " cannot be used: " + error.what() + ".");
    }
    std::vector<Convolution> convolutions;
    for (const NetworkLayer& layer : network.layers) {
        if (layer.kind != NetworkLayer::Kind::convolution) continue;
        if (convolutions.size() >= count) break;
        Convolution convolution;
        convolution.in_channels = layer.in_channels;
        convolution.out_channels = layer.out_channels;
        convolution.weights = file.read_floats(layer.weight_key, weight_shape(layer));
        convolution.bias = file.read_floats(layer.bias_key, {std::uint64_t(layer.out_channels)});
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
