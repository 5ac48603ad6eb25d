#include "neural-style/wire.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <random>

namespace neural_style::wire {
namespace {

Image picture(int width, int height, float first = 0) {
    Image image(width, height);
    for (std::size_t i = 0; i < image.rgba.size(); ++i) image.rgba[i] = first + float(i) / 7;
    return image;
}

// Bit for bit: what is not a number must come through too.
void expect_same(const Image& a, const Image& b) {
    EXPECT_EQ(a.width, b.width);
    EXPECT_EQ(a.height, b.height);
    ASSERT_EQ(a.rgba.size(), b.rgba.size());
    EXPECT_TRUE(a.rgba.empty() || std::memcmp(a.rgba.data(), b.rgba.data(), a.rgba.size() * sizeof(float)) == 0);
}

Frame only_frame(const Bytes& bytes) {
    Decoder decoder;
    decoder.feed(bytes.data(), bytes.size());
    auto frame = decoder.next();
    EXPECT_TRUE(frame.has_value());
    EXPECT_FALSE(decoder.next().has_value());
    return frame ? std::move(*frame) : Frame{Kind::stop, {}};
}

Hello a_hello() {
    Hello hello;
    hello.version = "1.2.3";
    hello.auto_network = "builtin";
    hello.devices = {"cpu", "cuda:0", ""};
    hello.facts = "LibTorch 9\nmany lines";
    return hello;
}

Request a_request() {
    Request request;
    request.content = picture(3, 2);
    request.content.rgba[0] = std::numeric_limits<float>::quiet_NaN();
    request.content.rgba[1] = -std::numeric_limits<float>::infinity();
    request.styles = {{picture(1, 4, 9), 0.25}, {picture(2, 1, -3), 3}};
    request.init = picture(1, 1, 5);
    request.content_mask = {2, 1, {0.25F, 1}};
    request.guides = {{{1, 2, {1, 0}}, 1, {1, 1, {0.5F}}}, {{1, 1, {1}}, 0, {}}};
    request.settings = Settings::parse("seed=7;weights=/a\\;b\\\\c;style-weight=12.5");
    return request;
}

ScaleEvent a_scale() {
    return {1, 3, 640, 480, 150, "vgg19", "cuda:0", "gatys", "lbfgs", 512, ScaleEvent::Change::stalled};
}

Evaluation an_evaluation() {
    Evaluation event;
    event.evaluation = 17;
    event.evaluations = 450;
    event.scale = 2;
    event.width = 31;
    event.height = 77;
    event.content_loss = 0.1;
    event.style_loss = 1e-300;
    event.tv_loss = std::numeric_limits<double>::infinity();
    event.total_loss = -0.0;
    event.seconds = 1.0 / 3;
    event.remaining_seconds = -1;
    event.memory_mib = 1234.5;
    event.available_mib = 99;
    return event;
}

Outcome an_outcome() {
    Outcome outcome;
    outcome.kind = Outcome::Kind::stopped;
    outcome.cause = Cause::device;
    outcome.picture = picture(2, 2);
    outcome.sentence = "The “device” is gone.";
    outcome.network = "builtin";
    return outcome;
}

TEST(Wire, HelloRoundTrips) {
    const Frame frame = only_frame(encode(a_hello()));
    EXPECT_EQ(frame.kind, Kind::hello);
    const Hello hello = decode_hello(frame.body);
    EXPECT_EQ(hello.protocol, protocol_version);
    EXPECT_EQ(hello.version, "1.2.3");
    EXPECT_EQ(hello.auto_network, "builtin");
    EXPECT_EQ(hello.devices, a_hello().devices);
    EXPECT_EQ(hello.facts, a_hello().facts);
}

TEST(Wire, AHelloOfAnotherProtocolIsRefused) {
    Hello hello = a_hello();
    hello.protocol = protocol_version + 1;
    EXPECT_THROW(decode_hello(only_frame(encode(hello)).body), Error);
}

TEST(Wire, RequestRoundTrips) {
    const Frame frame = only_frame(encode(a_request()));
    EXPECT_EQ(frame.kind, Kind::run);
    const Request request = decode_request(frame.body), sent = a_request();
    expect_same(request.content, sent.content);
    expect_same(request.init, sent.init);
    ASSERT_EQ(request.styles.size(), 2u);
    for (int i : {0, 1}) {
        expect_same(request.styles[i].image, sent.styles[i].image);
        EXPECT_EQ(request.styles[i].weight, sent.styles[i].weight);
    }
    EXPECT_EQ(request.content_mask.width, 2);
    EXPECT_EQ(request.content_mask.values, sent.content_mask.values);
    ASSERT_EQ(request.guides.size(), 2u);
    EXPECT_EQ(request.guides[0].content.height, 2);
    EXPECT_EQ(request.guides[0].content.values, sent.guides[0].content.values);
    EXPECT_EQ(request.guides[0].style, 1u);
    EXPECT_EQ(request.guides[0].region.values, sent.guides[0].region.values);
    EXPECT_TRUE(request.guides[1].region.empty());
    EXPECT_EQ(request.settings, sent.settings);
    EXPECT_EQ(request.settings.text("weights"), "/a;b\\c");

    const Request nothing = decode_request(only_frame(encode(Request())).body);
    EXPECT_TRUE(nothing.content.empty());
    EXPECT_TRUE(nothing.styles.empty());
}

TEST(Wire, StopRoundTrips) {
    const Frame frame = only_frame(encode_stop());
    EXPECT_EQ(frame.kind, Kind::stop);
    EXPECT_TRUE(frame.body.empty());
}

TEST(Wire, ScaleRoundTrips) {
    const Frame frame = only_frame(encode(a_scale()));
    EXPECT_EQ(frame.kind, Kind::scale);
    const ScaleEvent event = decode_scale(frame.body);
    EXPECT_EQ(event.scale, 1);
    EXPECT_EQ(event.scales, 3);
    EXPECT_EQ(event.width, 640);
    EXPECT_EQ(event.height, 480);
    EXPECT_EQ(event.evaluations, 150);
    EXPECT_EQ(event.network, "vgg19");
    EXPECT_EQ(event.device, "cuda:0");
    EXPECT_EQ(event.loss, "gatys");
    EXPECT_EQ(event.optimiser, "lbfgs");
}

TEST(Wire, EvaluationRoundTrips) {
    const Frame frame = only_frame(encode(an_evaluation()));
    EXPECT_EQ(frame.kind, Kind::evaluation);
    const Evaluation event = decode_evaluation(frame.body), sent = an_evaluation();
    EXPECT_EQ(event.evaluation, 17);
    EXPECT_EQ(event.evaluations, 450);
    EXPECT_EQ(event.scale, 2);
    EXPECT_EQ(event.width, 31);
    EXPECT_EQ(event.height, 77);
    EXPECT_EQ(event.content_loss, sent.content_loss);
    EXPECT_EQ(event.style_loss, sent.style_loss);
    EXPECT_EQ(event.tv_loss, sent.tv_loss);
    EXPECT_EQ(event.total_loss, sent.total_loss);
    EXPECT_EQ(event.seconds, sent.seconds);
    EXPECT_EQ(event.remaining_seconds, -1);
    EXPECT_EQ(event.memory_mib, sent.memory_mib);
    EXPECT_EQ(event.available_mib, sent.available_mib);
}

TEST(Wire, PreviewRoundTrips) {
    for (const Image& sent : {picture(5, 3), picture(1, 1), Image()}) {
        const Frame frame = only_frame(encode_preview(sent));
        EXPECT_EQ(frame.kind, Kind::preview);
        expect_same(decode_preview(frame.body), sent);
    }
}

TEST(Wire, OutcomeRoundTrips) {
    for (auto kind : {Outcome::Kind::finished, Outcome::Kind::stopped, Outcome::Kind::failed})
        for (auto cause : {Cause::settings, Cause::picture, Cause::weights, Cause::memory, Cause::device, Cause::output,
                           Cause::host, Cause::internal}) {
            Outcome sent = an_outcome();
            sent.kind = kind;
            sent.cause = cause;
            const Frame frame = only_frame(encode(sent));
            EXPECT_EQ(frame.kind, Kind::outcome);
            const Outcome outcome = decode_outcome(frame.body);
            EXPECT_EQ(outcome.kind, kind);
            EXPECT_EQ(outcome.cause, cause);
            EXPECT_EQ(outcome.sentence, sent.sentence);
            EXPECT_EQ(outcome.network, sent.network);
            expect_same(outcome.picture, sent.picture);
        }
}

struct Message {
    const char* name;
    Bytes body;
    std::function<void(const Bytes&)> decode;
};

std::vector<Message> messages() {
    const auto body = [](const Bytes& frame) { return Bytes(frame.begin() + 9, frame.end()); };
    return {
        {"hello", body(encode(a_hello())), [](const Bytes& b) { decode_hello(b); }},
        {"run", body(encode(a_request())), [](const Bytes& b) { decode_request(b); }},
        {"scale", body(encode(a_scale())), [](const Bytes& b) { decode_scale(b); }},
        {"evaluation", body(encode(an_evaluation())), [](const Bytes& b) { decode_evaluation(b); }},
        {"preview", body(encode_preview(picture(3, 2))), [](const Bytes& b) { decode_preview(b); }},
        {"outcome", body(encode(an_outcome())), [](const Bytes& b) { decode_outcome(b); }},
    };
}

TEST(WireDamage, EveryCutAndEveryAdditionIsRefused) {
    for (const Message& message : messages()) {
        ASSERT_NO_THROW(message.decode(message.body)) << message.name;
        for (std::size_t length = 0; length < message.body.size(); ++length)
            EXPECT_THROW(message.decode(Bytes(message.body.begin(), message.body.begin() + std::ptrdiff_t(length))),
                         Error)
                << message.name << " of " << length << " bytes";
        for (int more : {1, 2, 4, 100}) {
            Bytes longer = message.body;
            longer.resize(longer.size() + more);
            EXPECT_THROW(message.decode(longer), Error) << message.name;
        }
    }
}

// Nothing but a value or Error may come of any bytes; huge lengths in them must not ask for memory.
TEST(WireDamage, ChangedAndRandomBytesNeverDoMoreThanThrowError) {
    std::mt19937 random(11);
    for (const Message& message : messages()) {
        int refused = 0;
        for (int i = 0; i < 3000; ++i) {
            Bytes bytes = message.body;
            if (i % 3 == 0) bytes.assign(random() % 200, 0);
            const int changes = i % 3 == 0 ? int(bytes.size()) : 1 + int(random() % 4);
            for (int change = 0; change < changes && !bytes.empty(); ++change)
                bytes[random() % bytes.size()] = i % 2 ? std::uint8_t(random()) : 0xFF;
            try {
                message.decode(bytes);
            } catch (const Error& error) {
                EXPECT_NE(std::string(error.what()), "");
                ++refused;
            }
        }
        EXPECT_GT(refused, 500) << message.name;
    }
}

TEST(WireDamage, PicturesOfImpossibleSizesAreRefused) {
    for (auto [width, height] : {std::pair(-1, 5),
                                 {5, -1},
                                 {1 << 21, 1},
                                 {1 << 30, 1 << 30},
                                 {1 << 20, 1 << 20},
                                 {std::numeric_limits<int>::min(), std::numeric_limits<int>::min()}}) {
        Bytes body = messages()[4].body;
        std::memcpy(body.data(), &width, 4);
        std::memcpy(body.data() + 4, &height, 4);
        EXPECT_THROW(decode_preview(body), Error) << width << "×" << height;
    }
}

TEST(WireDecoder, TakesPiecesOfAnySize) {
    Bytes stream;
    std::vector<Kind> kinds;
    std::vector<std::size_t> lengths;
    const auto add = [&](Bytes frame) {
        kinds.push_back(Kind(frame[0]));
        lengths.push_back(frame.size() - 9);
        stream.insert(stream.end(), frame.begin(), frame.end());
    };
    for (int round = 0; round < 3; ++round) {
        add(encode(a_hello()));
        add(encode_stop());
        add(encode(a_request()));
        add(encode_stop());
        add(encode(a_scale()));
        add(encode(an_evaluation()));
        add(encode_preview(picture(20, 10)));
        add(encode(an_outcome()));
    }
    std::mt19937 random(3);
    for (std::size_t largest : {std::size_t(1), std::size_t(2), std::size_t(9), std::size_t(100), stream.size()}) {
        Decoder decoder;
        std::size_t taken = 0;
        for (std::size_t at = 0; at < stream.size();) {
            const std::size_t piece = std::min(stream.size() - at, 1 + random() % largest);
            decoder.feed(stream.data() + at, piece);
            at += piece;
            while (auto frame = decoder.next()) {
                ASSERT_LT(taken, kinds.size());
                EXPECT_EQ(frame->kind, kinds[taken]);
                EXPECT_EQ(frame->body.size(), lengths[taken]);
                if (frame->kind == Kind::run) {
                    EXPECT_NO_THROW(decode_request(frame->body));
                }
                ++taken;
            }
        }
        EXPECT_EQ(taken, kinds.size()) << "pieces up to " << largest;
    }
}

TEST(WireDecoder, NothingComesOfNothing) {
    Decoder decoder;
    EXPECT_FALSE(decoder.next().has_value());
    decoder.feed(nullptr, 0);
    EXPECT_FALSE(decoder.next().has_value());
}

TEST(WireDecoder, AnUnknownKindIsRefusedAtItsFirstByte) {
    for (int kind = 0; kind < 256; ++kind) {
        if (std::strchr("HRSCEPO", kind) && kind != 0) continue;
        Decoder decoder;
        const auto byte = std::uint8_t(kind);
        decoder.feed(&byte, 1);
        EXPECT_THROW(decoder.next(), Error) << kind;
    }
}

TEST(WireDecoder, ALengthAboveTheBoundIsRefusedBeforeItsBodyComes) {
    for (std::uint64_t length : {largest_body + 1, ~std::uint64_t(0)}) {
        Bytes head = encode_stop();
        std::memcpy(head.data() + 1, &length, sizeof length);
        Decoder decoder;
        decoder.feed(head.data(), head.size());
        EXPECT_THROW(decoder.next(), Error) << length;
    }
    Bytes head = encode_stop();
    std::memcpy(head.data() + 1, &largest_body, sizeof largest_body);
    Decoder decoder;
    decoder.feed(head.data(), head.size());
    EXPECT_FALSE(decoder.next().has_value());  // waits for the rest
}

TEST(WireDecoder, RandomStreamsNeverDoMoreThanThrowError) {
    std::mt19937 random(23);
    const Bytes whole = encode(a_request());
    for (int i = 0; i < 2000; ++i) {
        Bytes bytes = whole;
        for (int change = 0; change < 3; ++change)
            bytes[random() % (i % 2 ? 12 : bytes.size())] = std::uint8_t(random());
        Decoder decoder;
        try {
            decoder.feed(bytes.data(), bytes.size());
            while (auto frame = decoder.next())
                if (frame->kind == Kind::run) decode_request(frame->body);
        } catch (const Error&) {
        }
    }
}

}  // namespace
}  // namespace neural_style::wire
