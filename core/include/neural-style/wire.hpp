// The frames between the plug-in and its worker, both directions, one implementation for both ends.
//
// A frame is: kind (1 byte), length of the body in bytes (8 bytes, little endian), body. Numbers in bodies are little
// endian; texts and picture rows are preceded by their lengths. The worker greets with `hello`, is sent one `run` at a
// time, answers with any number of `scale`, `evaluation` and `preview` and exactly one `outcome`, and then waits for
// the next `run`. `stop` may come at any time and means: end the present run with the best picture so far. The end of
// its standard input ends the worker at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "neural-style/job.hpp"

namespace neural_style::wire {

constexpr std::uint32_t protocol_version = 2;
constexpr std::uint64_t largest_body = std::uint64_t(1) << 34;  ///< bytes; a longer frame is refused

enum class Kind : std::uint8_t {
    hello = 'H',  ///< to the plug-in: protocol version, program version, network that `auto` stands for
    run = 'R',    ///< to the worker: a Request
    stop = 'S',   ///< to the worker: no body
    scale = 'C',  ///< to the plug-in, and all below
    evaluation = 'E',
    preview = 'P',
    outcome = 'O',
};

using Bytes = std::vector<std::uint8_t>;

struct Hello {
    std::uint32_t protocol = protocol_version;
    std::string version;               ///< of the worker
    std::string auto_network;          ///< what `network=auto` means there: "vgg19" or "builtin"
    std::vector<std::string> devices;  ///< usable there: "cpu", "cuda:0", …
    std::string facts;                 ///< lines for a bug report: LibTorch, how it was built, its BLAS, threads
};

struct Frame {
    Kind kind;
    Bytes body;
};

/// Whole frames, ready to be written.
Bytes encode(const Hello& hello);
Bytes encode(const Request& request);
Bytes encode_stop();
Bytes encode(const ScaleEvent& event);
Bytes encode(const Evaluation& event);
Bytes encode_preview(const Image& picture);
Bytes encode(const Outcome& outcome);

/// Bodies back to values. Throw Error(Cause::host) for anything that is not exactly one such value.
Hello decode_hello(const Bytes& body);
Request decode_request(const Bytes& body);
ScaleEvent decode_scale(const Bytes& body);
Evaluation decode_evaluation(const Bytes& body);
Image decode_preview(const Bytes& body);
Outcome decode_outcome(const Bytes& body);

/// Cuts a stream of bytes into frames; takes them in pieces of any size.
class Decoder {
public:
    void feed(const std::uint8_t* bytes, std::size_t count);
    /// The next whole frame if there is one. Throws Error(Cause::host) for an unknown kind or a length above the bound.
    std::optional<Frame> next();

private:
    std::deque<Frame> whole_;
    std::uint8_t head_[9] = {};  ///< of the frame that is coming: its kind and length
    std::size_t head_size_ = 0;
    Bytes body_;
    std::uint64_t left_ = 0;        ///< bytes of the body that have not come yet
    const char* damage_ = nullptr;  ///< what is wrong with what came after the whole frames
};

}  // namespace neural_style::wire
