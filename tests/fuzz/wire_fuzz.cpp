// libFuzzer's entry for the frames between plug-in and worker, in both directions.
//
// The first byte says what the others are: the body of one kind of frame, or a stream of whole frames and the size of
// the pieces in which it comes.
#include <algorithm>
#include <cstring>

#include "neural-style/wire.hpp"
#include "promises.hpp"

namespace {

using namespace neural_style;

// What was understood is exactly what came: written again it is the same bytes.
void expect_same(const wire::Bytes& frame, const wire::Bytes& body) {
    testing::must(frame.size() == body.size() + 9 && std::equal(body.begin(), body.end(), frame.begin() + 9),
                  "a value is written as it was read");
}

void decode(wire::Kind kind, const wire::Bytes& body) {
    try {
        switch (kind) {
            case wire::Kind::hello:
                return expect_same(wire::encode(wire::decode_hello(body)), body);
            case wire::Kind::run: {
                const Request request = wire::decode_request(body);  // whose settings may be spelt in many ways
                const wire::Bytes once = wire::encode(request);
                const wire::Bytes again(once.begin() + 9, once.end());
                return expect_same(wire::encode(wire::decode_request(again)), again);
            }
            case wire::Kind::stop:
                return;
            case wire::Kind::scale:
                return expect_same(wire::encode(wire::decode_scale(body)), body);
            case wire::Kind::evaluation:
                return expect_same(wire::encode(wire::decode_evaluation(body)), body);
            case wire::Kind::preview:
                return expect_same(wire::encode_preview(wire::decode_preview(body)), body);
            case wire::Kind::outcome:
                return expect_same(wire::encode(wire::decode_outcome(body)), body);
        }
        testing::must(false, "a frame has a known kind");
    } catch (const Error& error) {
        testing::must(error.cause() == Cause::host || (kind == wire::Kind::run && error.cause() == Cause::settings),
                      "a refusal names its cause");
        testing::must(testing::is_sentence(error.what()), "a refusal says why");
    }
}

void decode_stream(const std::uint8_t* data, std::size_t size, std::size_t piece) {
    wire::Decoder decoder;
    std::size_t whole = 0;
    try {
        for (std::size_t at = 0; at < size; at += piece) {
            decoder.feed(data + at, std::min(piece, size - at));
            while (const auto frame = decoder.next()) {
                whole += frame->body.size() + 9;
                testing::must(whole <= size, "frames hold no more than what came");
                decode(frame->kind, frame->body);
            }
        }
    } catch (const Error& error) {
        testing::must(error.cause() == Cause::host && testing::is_sentence(error.what()), "damage is told");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::uint8_t what = *data++;
    --size;
    if (what && std::strchr("HRSCEPO", what))
        decode(wire::Kind(what), wire::Bytes(data, data + size));
    else
        decode_stream(data, size, what + std::size_t(1));
    return 0;
}
