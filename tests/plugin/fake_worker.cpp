// A worker without an engine, for the tests of everything around it: it speaks the wire protocol, turns each picture
// into its negative, and misbehaves where it is told to. Its first argument after --worker says how it starts (see
// greet()), the setting `network` of each request how it runs (see main()).
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "neural-style/wire.hpp"

using namespace neural_style;

namespace {

std::mutex mutex;
std::condition_variable arrived;
std::deque<Request> requests;
std::atomic<bool> stopped{false};

void write_all(const wire::Bytes& bytes, std::size_t count) {
    for (std::size_t done = 0; done < count;) {
        const ssize_t wrote = ::write(1, bytes.data() + done, count - done);
        if (wrote <= 0) std::_Exit(0);
        done += std::size_t(wrote);
    }
}
void write_all(const wire::Bytes& bytes) { write_all(bytes, bytes.size()); }

void read_frames() {
    wire::Decoder decoder;
    static std::uint8_t piece[1 << 16];
    for (;;) {
        const ssize_t count = ::read(0, piece, sizeof piece);
        if (count <= 0) std::_Exit(0);
        decoder.feed(piece, std::size_t(count));
        while (auto frame = decoder.next()) {
            if (frame->kind == wire::Kind::stop) stopped = true;
            if (frame->kind != wire::Kind::run) continue;
            const std::lock_guard lock(mutex);
            stopped = false;
            requests.push_back(wire::decode_request(frame->body));
            arrived.notify_one();
        }
    }
}

void sleep_milliseconds(int count) { std::this_thread::sleep_for(std::chrono::milliseconds(count)); }

[[noreturn]] void hang() {
    for (;;) pause();
}

void greet(const std::string& start) {
    wire::Hello hello;
    hello.version = "fake";
    hello.auto_network = "invert";
    hello.devices = {"cpu"};
    if (start == "exit") {
        std::fputs("first line\nno engine here\n", stderr);
        std::_Exit(3);
    }
    if (start == "mute") hang();
    if (start == "garbage") write_all({'?', 1, 2, 3});
    if (start == "old") hello.protocol = 99;
    if (start == "closed") {
        ::close(1);
        hang();
    }
    if (start == "late") sleep_milliseconds(300);
    write_all(wire::encode(hello));
}

Image negative(Image image) {
    for (std::size_t i = 0; i < image.rgba.size(); ++i)
        if (i % 4 != 3) image.rgba[i] = 1 - image.rgba[i];
    return image;
}

// The first style's mean colour, weighted by its alpha, everywhere.
Image mean_of_style(const Request& request) {
    const Image& style = request.styles.at(0).image;
    double sum[4] = {};
    for (std::size_t i = 0; i < style.rgba.size(); i += 4) {
        for (std::size_t channel = 0; channel < 3; ++channel)
            sum[channel] += double(style.rgba[i + channel]) * double(style.rgba[i + 3]);
        sum[3] += double(style.rgba[i + 3]);
    }
    Image image = request.content;
    for (std::size_t i = 0; i < image.rgba.size(); ++i)
        if (i % 4 != 3) image.rgba[i] = float(sum[i % 4] / sum[3]);
    return image;
}

// Red: the first guide's mask of the content; green: the mean of its region of the style; blue: a tenth of its style.
Image first_guide(const Request& request) {
    Image image = request.content;
    const Guide& guide = request.guides.at(0);
    double sum = 0;
    for (const float value : guide.region.values) sum += double(value);
    for (std::size_t i = 0; i < image.rgba.size(); i += 4) {
        image.rgba[i] = guide.content.values.at(guide.content.values.size() == 1 ? 0 : i / 4);
        image.rgba[i + 1] = guide.region.empty() ? 1 : float(sum / double(guide.region.values.size()));
        image.rgba[i + 2] = float(guide.style) / 10;
        image.rgba[i + 3] = 1;
    }
    return image;
}

// The content's mask as a grey picture.
Image content_mask(const Request& request) {
    Image image = request.content;
    for (std::size_t i = 0; i < image.rgba.size(); ++i) {
        if (i % 4 == 3)
            image.rgba[i] = 1;
        else
            image.rgba[i] = request.content_mask.empty() ? 1 : request.content_mask.values.at(i / 4);
    }
    return image;
}

Image computed(const Request& request, const std::string& how) {
    if (how == "copy") return request.content;
    if (how == "mask") return content_mask(request);
    if (how == "guide") return first_guide(request);
    if (how == "style") return mean_of_style(request);
    if (how == "start" && !request.init.empty()) return request.init;
    return negative(request.content);
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 2 || std::strcmp(arguments[1], "--worker") != 0) {
        std::fputs("usage: fake_worker --worker [exit|mute|garbage|old|closed|late]\n", stderr);
        return 2;
    }
    ::signal(SIGPIPE, SIG_IGN);
    const rlimit no_core = {0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    greet(count > 2 ? arguments[2] : "");
    std::thread(read_frames).detach();

    for (;;) {
        Request request;
        {
            std::unique_lock lock(mutex);
            arrived.wait(lock, [] { return !requests.empty(); });
            request = std::move(requests.front());
            requests.pop_front();
        }
        const std::string how = request.settings.text("network");
        const int evaluations = int(request.settings.integer("iterations"));
        const bool unseen = how == "unseen", deaf = how == "deaf" || unseen;  // a deaf one, before its first preview
        const bool slow = how == "slow" || deaf || how == "leave";

        if (how == "refuse") {
            Outcome outcome;
            outcome.cause = Cause::weights;
            outcome.sentence = "The weights file is damaged; get it again.";
            write_all(wire::encode(outcome));
            continue;
        }

        ScaleEvent scale;
        scale.width = request.content.width;
        scale.height = request.content.height;
        scale.evaluations = evaluations;
        scale.network = "invert";
        scale.device = "cpu";
        scale.loss = "none";
        scale.optimiser = "none";
        write_all(wire::encode(scale));

        const Image picture = computed(request, how);
        for (int i = 1; i <= evaluations && (deaf || !stopped); ++i) {
            Evaluation evaluation;
            evaluation.evaluation = i;
            evaluation.evaluations = evaluations;
            evaluation.width = scale.width;
            evaluation.height = scale.height;
            evaluation.content_loss = 1.0 / i;
            evaluation.style_loss = 2.0 / i;
            evaluation.total_loss = 3.0 / i;
            evaluation.seconds = 0.02 * i;
            evaluation.remaining_seconds = 0.02 * (evaluations - i);
            evaluation.memory_mib = 100;
            evaluation.available_mib = 1000;
            write_all(wire::encode(evaluation));
            if (i == 2 && !unseen) write_all(wire::encode_preview(picture));
            if (i == 3) {
                if (how == "lose") break;
                if (how == "die") ::kill(getpid(), SIGKILL);
                if (how == "crash") ::kill(getpid(), SIGSEGV);
                if (how == "exit") std::_Exit(1);
                if (how == "silent") hang();
                if (how == "garbage") write_all({0, 0, 0, 0});
                if (how == "stranger") write_all(wire::encode_stop());
            }
            if (slow) sleep_milliseconds(20);
        }

        Outcome outcome;
        if (how == "lose") {
            outcome.cause = Cause::device;
            outcome.sentence = "The GPU failed; try again.";
            write_all(wire::encode(outcome));
            continue;
        }
        outcome.kind = stopped ? Outcome::Kind::stopped : Outcome::Kind::finished;
        outcome.picture = how == "size" ? Image(3, 3) : picture;
        outcome.network = "invert";
        const wire::Bytes frame = wire::encode(outcome);
        if (how == "truncate") {
            write_all(frame, frame.size() - 5);
            std::_Exit(0);
        }
        write_all(frame);
        if (how == "leave" && stopped) {  // as one that could not stop in time
            write_all(wire::encode(Evaluation()));
            sleep_milliseconds(50);
            std::_Exit(0);
        }
        if (how == "twice") write_all(frame);
    }
}
