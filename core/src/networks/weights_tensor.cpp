#include "weights_tensor.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace neural_style {
namespace {

constexpr int longest_packed = 10;  // bytes of a protobuf number

constexpr std::size_t longest_reason = 700;

[[noreturn]] void refuse(const std::string& what) { throw Error(Cause::weights, readable(what)); }

[[noreturn]] void ends_early() {
    throw Error(Cause::weights, "the file ends too early; it was not downloaded or copied completely");
}

template <class Number, class Bits>
Number from_bits(Bits bits) {
    Number value;
    static_assert(sizeof value == sizeof bits);
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

// IEEE 754 binary16, exactly; subnormals too.
float from_half(std::uint32_t half) {
    const std::uint32_t sign = (half & 0x8000u) << 16, exponent = half >> 10 & 0x1fu, fraction = half & 0x3ffu;
    if (exponent == 31) return from_bits<float>(sign | 0x7f800000u | fraction << 13);
    if (exponent == 0) {
        const float value = std::ldexp(float(fraction), -24);
        return sign ? -value : value;
    }
    return from_bits<float>(sign | (exponent + 112) << 23 | fraction << 13);
}

float to_float(std::uint64_t bits, NumberType type) {
    switch (type) {
        case NumberType::float32:
            return from_bits<float>(std::uint32_t(bits));
        case NumberType::float16:
            return from_half(std::uint32_t(bits & 0xffff));
        case NumberType::bfloat16:
            return from_bits<float>(std::uint32_t(bits & 0xffff) << 16);
        case NumberType::float64:
            return float(from_bits<double>(bits));
        case NumberType::other:
            break;
    }
    return 0;
}

void read_fixed(const WeightsBytes& bytes, const StoredTensor& tensor, std::vector<float>& floats) {
    const int width = size_of(tensor.type);
    std::vector<std::uint8_t> piece(std::min<std::size_t>(floats.size() * std::size_t(width), 1 << 16));
    for (std::size_t done = 0; done < floats.size();) {
        const std::size_t count = std::min(floats.size() - done, piece.size() / std::size_t(width));
        bytes.read(tensor.offset + done * std::uint64_t(width), piece.data(), count * std::size_t(width));
        for (std::size_t i = 0; i < count; ++i)
            floats[done + i] = to_float(little_endian(piece.data() + i * std::size_t(width), width), tensor.type);
        done += count;
    }
}

void read_packed(const WeightsBytes& bytes, const StoredTensor& tensor, std::vector<float>& floats) {
    std::vector<std::uint8_t> list(std::size_t(tensor.packed_bytes));
    bytes.read(tensor.offset, list.data(), list.size());
    std::size_t at = 0;
    for (float& number : floats) {
        std::uint64_t bits = 0;
        for (int shift = 0;; shift += 7) {
            if (at >= list.size() || shift >= 7 * longest_packed) ends_early();
            bits |= std::uint64_t(list[at] & 0x7f) << std::min(shift, 63);
            if (list[at++] < 0x80) break;
        }
        number = to_float(bits, tensor.type);
    }
}

/// From the order in which the numbers lie to that of the shape.
std::vector<float> row_major(const std::vector<float>& lying, const StoredTensor& tensor) {
    std::vector<float> floats;
    floats.reserve(lying.size());
    std::vector<std::uint64_t> index(tensor.shape.size());
    std::uint64_t from = 0;
    while (floats.size() < lying.size()) {
        floats.push_back(lying[std::size_t(from)]);
        for (std::size_t axis = index.size(); axis-- > 0;) {
            from += tensor.strides[axis];
            if (++index[axis] < tensor.shape[axis]) break;
            from -= tensor.strides[axis] * tensor.shape[axis];
            index[axis] = 0;
        }
    }
    return floats;
}

}  // namespace

std::string readable(std::string reason) {
    for (char& c : reason)
        if (c < 32 || c > 126) c = '?';
    if (reason.size() > longest_reason) reason.replace(longest_reason / 2, reason.size() - longest_reason, "...");
    return reason;
}

int size_of(NumberType type) {
    switch (type) {
        case NumberType::float64:
            return 8;
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

std::uint64_t stored_size(const StoredTensor& tensor) {
    return tensor.packed_bytes ? tensor.packed_bytes : tensor.elements * std::uint64_t(size_of(tensor.type));
}

bool is_plain(const StoredTensor& tensor) {
    return tensor.strides.empty() && !tensor.packed_bytes && tensor.type != NumberType::float64 &&
           tensor.type != NumberType::other;
}

bool is_dense(const std::vector<std::uint64_t>& shape, const std::vector<std::uint64_t>& strides) {
    if (strides.size() != shape.size()) return false;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> axes;  // stride, extent
    for (std::size_t i = 0; i < shape.size(); ++i)
        if (shape[i] != 1) axes.emplace_back(strides[i], shape[i]);  // an extent of 1 may have any stride
    std::sort(axes.begin(), axes.end());
    std::uint64_t expected = 1;
    for (const auto& [stride, extent] : axes)
        if (stride != expected || extent == 0 || __builtin_mul_overflow(expected, extent, &expected)) return false;
    return true;
}

std::vector<float> read_numbers(const WeightsBytes& bytes, const std::string& name, const StoredTensor& tensor) {
    const int width = size_of(tensor.type);
    if (!tensor.flaw.empty()) refuse("the numbers of the tensor " + name + tensor.flaw);
    if (!width || (tensor.packed_bytes && tensor.packed_bytes / longest_packed > tensor.elements))
        refuse("its tensor " + name + " has numbers of the type " + tensor.type_name +
               ", and only float32, float16, bfloat16 and float64 can be read");
    if (tensor.offset > bytes.size()) ends_early();
    const std::uint64_t room = bytes.size() - tensor.offset;
    if (tensor.packed_bytes ? tensor.packed_bytes > room || tensor.elements > tensor.packed_bytes
                            : tensor.elements > room / std::uint64_t(width))
        ends_early();
    std::vector<float> floats(static_cast<std::size_t>(tensor.elements));
    tensor.packed_bytes ? read_packed(bytes, tensor, floats) : read_fixed(bytes, tensor, floats);
    for (std::size_t i = 0; i < floats.size(); ++i)
        if (!std::isfinite(floats[i]))
            refuse("number " + std::to_string(i) + " of its tensor " + name +
                   " is not finite; the file is damaged or its training failed");
    return tensor.strides.empty() ? floats : row_major(floats, tensor);
}

}  // namespace neural_style
