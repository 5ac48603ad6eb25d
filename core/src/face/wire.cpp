#include "neural-style/wire.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace neural_style::wire {
namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are copied as they lie in memory");

constexpr std::size_t head_bytes = 9;
constexpr std::size_t trusted_bytes = 1 << 16;                  // of a body, after which its length is believed
constexpr std::uint64_t largest_room = std::uint64_t(1) << 30;  // that is made at once

[[noreturn]] void damaged(const char* what) {
    throw Error(Cause::host, std::string("The engine and the plug-in do not understand each other (") + what +
                                 "); install both from the same version.");
}

class Writer {
public:
    explicit Writer(Kind kind, std::size_t expected = 0) {
        bytes_.reserve(head_bytes + expected);
        number(static_cast<std::uint8_t>(kind));
        number(std::uint64_t(0));
    }

    template <class Number>
    void number(Number value) {
        static_assert(std::is_arithmetic_v<Number>);
        const auto* raw = reinterpret_cast<const std::uint8_t*>(&value);
        bytes_.insert(bytes_.end(), raw, raw + sizeof value);
    }
    void text(const std::string& value) {
        number(std::uint32_t(value.size()));
        bytes_.insert(bytes_.end(), value.begin(), value.end());
    }
    void image(const Image& image) {
        number(std::int32_t(image.width));
        number(std::int32_t(image.height));
        const auto* raw = reinterpret_cast<const std::uint8_t*>(image.rgba.data());
        bytes_.insert(bytes_.end(), raw, raw + image.rgba.size() * sizeof(float));
    }
    void mask(const Mask& mask) {
        number(std::int32_t(mask.width));
        number(std::int32_t(mask.height));
        const auto* raw = reinterpret_cast<const std::uint8_t*>(mask.values.data());
        bytes_.insert(bytes_.end(), raw, raw + mask.values.size() * sizeof(float));
    }
    Bytes finish() {
        const std::uint64_t body = bytes_.size() - head_bytes;
        std::memcpy(bytes_.data() + 1, &body, sizeof body);
        return std::move(bytes_);
    }

private:
    Bytes bytes_;
};

class Reader {
public:
    explicit Reader(const Bytes& body) : body_(body) {}

    template <class Number>
    Number number() {
        Number value;
        std::memcpy(&value, take(sizeof value), sizeof value);
        return value;
    }
    std::string text() {
        const auto length = number<std::uint32_t>();
        const auto* start = reinterpret_cast<const char*>(take(length));
        return std::string(start, length);
    }
    Image image() {
        Image image;
        image.rgba = values(image.width, image.height, 4);
        return image;
    }
    Mask mask() {
        Mask mask;
        mask.values = values(mask.width, mask.height, 1);
        return mask;
    }
    template <class Enum>
    Enum choice(Enum last) {
        const auto value = number<std::uint8_t>();
        if (value > static_cast<std::uint8_t>(last)) damaged("an unknown value");
        return static_cast<Enum>(value);
    }
    void end() const {
        if (at_ != body_.size()) damaged("bytes left over");
    }

private:
    std::vector<float> values(int& width, int& height, int channels) {
        width = number<std::int32_t>();
        height = number<std::int32_t>();
        if (width < 0 || height < 0 || width > 1 << 20 || height > 1 << 20) damaged("a picture of an impossible size");
        const std::size_t count = std::size_t(channels) * width * height;
        const auto* start = take(count * sizeof(float));  // before any memory is asked for
        std::vector<float> result(count);
        if (count > 0) std::memcpy(result.data(), start, count * sizeof(float));
        return result;
    }
    const std::uint8_t* take(std::size_t count) {
        if (count > body_.size() - at_) damaged("a message that ends too early");
        const auto* start = body_.data() + at_;
        at_ += count;
        return start;
    }

    const Bytes& body_;
    std::size_t at_ = 0;
};

std::size_t mask_bytes(const Mask& mask) { return 8 + mask.values.size() * sizeof(float); }
std::size_t image_bytes(const Image& image) { return 8 + image.rgba.size() * sizeof(float); }

bool known(std::uint8_t kind) {
    switch (static_cast<Kind>(kind)) {
        case Kind::hello:
        case Kind::run:
        case Kind::stop:
        case Kind::scale:
        case Kind::evaluation:
        case Kind::preview:
        case Kind::outcome:
            return true;
    }
    return false;
}

}  // namespace

Bytes encode(const Hello& hello) {
    Writer out(Kind::hello);
    out.number(hello.protocol);
    out.text(hello.version);
    out.text(hello.auto_network);
    out.number(std::uint32_t(hello.devices.size()));
    for (const std::string& device : hello.devices) out.text(device);
    out.text(hello.facts);
    return out.finish();
}

Hello decode_hello(const Bytes& body) {
    Reader in(body);
    Hello hello;
    hello.protocol = in.number<std::uint32_t>();
    if (hello.protocol != protocol_version) damaged("they speak different versions");
    hello.version = in.text();
    hello.auto_network = in.text();
    for (auto count = in.number<std::uint32_t>(); count > 0; --count) hello.devices.push_back(in.text());
    hello.facts = in.text();
    in.end();
    return hello;
}

Bytes encode(const Request& request) {
    std::size_t expected = image_bytes(request.content) + image_bytes(request.init) + 4096;
    for (const Style& style : request.styles) expected += image_bytes(style.image) + 8;
    expected += mask_bytes(request.content_mask);
    for (const Guide& guide : request.guides) expected += mask_bytes(guide.content) + mask_bytes(guide.region) + 4;
    Writer out(Kind::run, expected);
    out.text(request.settings.to_text());
    out.image(request.content);
    out.image(request.init);
    out.number(std::uint32_t(request.styles.size()));
    for (const Style& style : request.styles) {
        out.number(style.weight);
        out.image(style.image);
    }
    out.mask(request.content_mask);
    out.number(std::uint32_t(request.guides.size()));
    for (const Guide& guide : request.guides) {
        out.mask(guide.content);
        out.number(std::uint32_t(guide.style));
        out.mask(guide.region);
    }
    return out.finish();
}

Request decode_request(const Bytes& body) {
    Reader in(body);
    Request request;
    request.settings = Settings::parse(in.text());
    request.content = in.image();
    request.init = in.image();
    for (auto count = in.number<std::uint32_t>(); count > 0; --count) {
        Style style;
        style.weight = in.number<double>();
        style.image = in.image();
        request.styles.push_back(std::move(style));
    }
    request.content_mask = in.mask();
    for (auto count = in.number<std::uint32_t>(); count > 0; --count) {
        Guide guide;
        guide.content = in.mask();
        guide.style = in.number<std::uint32_t>();
        guide.region = in.mask();
        request.guides.push_back(std::move(guide));
    }
    in.end();
    return request;
}

Bytes encode_stop() { return Writer(Kind::stop).finish(); }

Bytes encode(const ScaleEvent& event) {
    Writer out(Kind::scale);
    for (int number : {event.scale, event.scales, event.width, event.height, event.evaluations, event.tile_edge})
        out.number(std::int32_t(number));
    for (const std::string& text : {event.network, event.device, event.loss, event.optimiser}) out.text(text);
    out.number(static_cast<std::uint8_t>(event.change));
    return out.finish();
}

ScaleEvent decode_scale(const Bytes& body) {
    Reader in(body);
    ScaleEvent event;
    for (int* number : {&event.scale, &event.scales, &event.width, &event.height, &event.evaluations, &event.tile_edge})
        *number = in.number<std::int32_t>();
    for (std::string* text : {&event.network, &event.device, &event.loss, &event.optimiser}) *text = in.text();
    event.change = in.choice(ScaleEvent::Change::stalled);
    in.end();
    return event;
}

Bytes encode(const Evaluation& event) {
    Writer out(Kind::evaluation);
    for (int number : {event.evaluation, event.evaluations, event.scale, event.width, event.height})
        out.number(std::int32_t(number));
    for (double number : {event.content_loss, event.style_loss, event.tv_loss, event.total_loss, event.seconds,
                          event.remaining_seconds, event.memory_mib, event.available_mib})
        out.number(number);
    return out.finish();
}

Evaluation decode_evaluation(const Bytes& body) {
    Reader in(body);
    Evaluation event;
    for (int* number : {&event.evaluation, &event.evaluations, &event.scale, &event.width, &event.height})
        *number = in.number<std::int32_t>();
    for (double* number : {&event.content_loss, &event.style_loss, &event.tv_loss, &event.total_loss, &event.seconds,
                           &event.remaining_seconds, &event.memory_mib, &event.available_mib})
        *number = in.number<double>();
    in.end();
    return event;
}

Bytes encode_preview(const Image& picture) {
    Writer out(Kind::preview, image_bytes(picture));
    out.image(picture);
    return out.finish();
}

Image decode_preview(const Bytes& body) {
    Reader in(body);
    Image picture = in.image();
    in.end();
    return picture;
}

Bytes encode(const Outcome& outcome) {
    Writer out(Kind::outcome, image_bytes(outcome.picture) + 4096);
    out.number(static_cast<std::uint8_t>(outcome.kind));
    out.number(static_cast<std::uint8_t>(outcome.cause));
    out.text(outcome.sentence);
    out.text(outcome.network);
    out.image(outcome.picture);
    return out.finish();
}

Outcome decode_outcome(const Bytes& body) {
    Reader in(body);
    Outcome outcome;
    outcome.kind = in.choice(Outcome::Kind::failed);
    outcome.cause = in.choice(Cause::internal);
    outcome.sentence = in.text();
    outcome.network = in.text();
    outcome.picture = in.image();
    in.end();
    return outcome;
}

void Decoder::feed(const std::uint8_t* bytes, std::size_t count) {
    while (count > 0 && !damage_) {
        if (head_size_ < head_bytes) {
            head_[head_size_++] = *bytes++;
            --count;
            if (head_size_ == 1 && !known(head_[0])) damage_ = "an unknown kind of message";
            if (head_size_ < head_bytes) continue;
            std::memcpy(&left_, head_ + 1, sizeof left_);
            if (left_ > largest_body) damage_ = "a message that is too long";
        } else {
            const auto taken = std::size_t(std::min<std::uint64_t>(count, left_));
            // All at once, for a picture that moves while it grows would hold up the window; but not on the word of a
            // head alone.
            if (body_.size() > trusted_bytes && body_.capacity() < body_.size() + left_)
                body_.reserve(body_.size() + std::size_t(std::min(left_, largest_room)));
            body_.insert(body_.end(), bytes, bytes + taken);
            bytes += taken;
            count -= taken;
            left_ -= taken;
        }
        if (damage_ || head_size_ < head_bytes || left_ > 0) continue;
        whole_.push_back({static_cast<Kind>(head_[0]), std::move(body_)});
        body_ = {};
        head_size_ = 0;
    }
}

std::optional<Frame> Decoder::next() {
    if (whole_.empty()) {
        if (damage_) damaged(damage_);
        return std::nullopt;
    }
    Frame frame = std::move(whole_.front());
    whole_.pop_front();
    return frame;
}

}  // namespace neural_style::wire
