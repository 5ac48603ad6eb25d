// A walk over messages in protobuf's wire format, which ONNX files are written in. Used by weights_onnx.
//
// Nothing is copied but what is asked for: a message is a span of the file, a field its number and its number or span.
// Every span lies within the message that it was found in, and the fields walked over in one file are counted, so that
// a hostile file costs no more than a large one.
#pragma once

#include <string>

#include "weights_bytes.hpp"

namespace neural_style {

/// Bytes of the file, from `begin` to before `end`.
struct ProtobufSpan {
    std::uint64_t begin = 0, end = 0;
    std::uint64_t size() const { return end - begin; }
};

struct ProtobufField {
    enum class Wire { number = 0, eight_bytes = 1, span = 2, four_bytes = 5 };

    std::uint32_t number = 0;
    Wire wire = Wire::number;
    std::uint64_t value = 0;  ///< of Wire::number
    ProtobufSpan span;        ///< where the bytes of the others lie
};

class ProtobufWalk {
public:
    explicit ProtobufWalk(const WeightsBytes& bytes) : bytes_(bytes) {}

    /// Takes the field at message.begin and moves that behind it; false where the message ends. Throws
    /// Error(Cause::weights), without the file's name, for what is no message or reaches beyond its end.
    bool next(ProtobufSpan& message, ProtobufField& field);

    /// The number at numbers.begin, and that moved behind it: of lists of numbers that are packed into one field.
    std::uint64_t next_number(ProtobufSpan& numbers);

    /// The text of a field. Throws Error(Cause::weights) if it is longer than any name of a tensor.
    std::string text(const ProtobufField& field) const;

private:
    std::uint8_t byte(std::uint64_t offset);

    const WeightsBytes& bytes_;
    std::vector<std::uint8_t> window_;  ///< bytes from window_at_, because fields are mostly of few bytes
    std::uint64_t window_at_ = 0, fields_ = 0;
};

}  // namespace neural_style
