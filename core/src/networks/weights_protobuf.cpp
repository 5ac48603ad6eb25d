// After "Encoding" in protobuf's documentation.
#include "weights_protobuf.hpp"

#include <algorithm>

namespace neural_style {
namespace {

constexpr std::uint64_t most_fields = 5'000'000;  // VGG-19 has about 700
constexpr std::uint64_t window_size = 4096, longest_text = 1000;

[[noreturn]] void damaged() { throw Error(Cause::weights, "its protobuf messages are damaged"); }

[[noreturn]] void ends_early() {
    throw Error(Cause::weights, "the file ends too early; it was not downloaded or copied completely");
}

}  // namespace

std::uint8_t ProtobufWalk::byte(std::uint64_t offset) {
    if (offset < window_at_ || offset - window_at_ >= window_.size()) {
        if (offset >= bytes_.size()) ends_early();
        window_.resize(std::size_t(std::min(window_size, bytes_.size() - offset)));
        bytes_.read(offset, window_.data(), window_.size());
        window_at_ = offset;
    }
    return window_[std::size_t(offset - window_at_)];
}

std::uint64_t ProtobufWalk::next_number(ProtobufSpan& numbers) {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (numbers.begin >= numbers.end) damaged();
        const std::uint8_t piece = byte(numbers.begin++);
        value |= std::uint64_t(piece & 0x7f) << shift;
        if (piece < 0x80) return value;
    }
    damaged();
}

bool ProtobufWalk::next(ProtobufSpan& message, ProtobufField& field) {
    if (message.begin >= message.end) return false;
    if (++fields_ > most_fields) throw Error(Cause::weights, "it has more parts than any network");
    const std::uint64_t tag = next_number(message);
    field = ProtobufField();
    field.number = std::uint32_t(std::min<std::uint64_t>(tag >> 3, 0xffffffff));
    field.wire = ProtobufField::Wire(tag & 7);
    std::uint64_t size = 0;
    switch (field.wire) {
        case ProtobufField::Wire::number:
            field.value = next_number(message);
            return true;
        case ProtobufField::Wire::eight_bytes:
            size = 8;
            break;
        case ProtobufField::Wire::four_bytes:
            size = 4;
            break;
        case ProtobufField::Wire::span:
            size = next_number(message);
            break;
        default:  // groups, which no format of today uses
            damaged();
    }
    if (size > message.end - message.begin) {
        if (message.end == bytes_.size()) ends_early();
        damaged();
    }
    field.span = {message.begin, message.begin + size};
    message.begin += size;
    return true;
}

std::string ProtobufWalk::text(const ProtobufField& field) const {
    if (field.wire != ProtobufField::Wire::span) damaged();
    if (field.span.size() > longest_text) throw Error(Cause::weights, "a name in it is longer than any tensor's");
    std::string text(std::size_t(field.span.size()), '\0');
    bytes_.read(field.span.begin, text.data(), text.size());
    return text;
}

}  // namespace neural_style
