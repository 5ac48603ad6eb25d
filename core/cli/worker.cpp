#include "worker.hpp"

#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <thread>

#include "networks/network.hpp"
#include "neural-style/wire.hpp"
#include "pictures/tensor_image.hpp"
#include "run/device.hpp"
#include "start_picture.hpp"

namespace neural_style {
namespace {

// Two threads share this: the main one computes, the reader listens. Whoever takes `answered` from false to true sends
// the run's outcome.
class Server : public Observer {
public:
    explicit Server(int output) : output_(output) {}

    int serve() {
        send(wire::encode(greeting()));
        std::thread(&Server::listen, this).detach();  // ends with the process
        while (true) {
            wire::Bytes body = next_request();
            painting_ = false;
            Outcome outcome = carry_out(std::move(body));
            std::lock_guard<std::mutex> hold(state_);
            running_ = false;
            if (!answered_) {
                answered_ = true;
                send(wire::encode(outcome));
            }
            done_.notify_all();
            // What a card's driver keeps in a process is of no use any more once the card has failed; the next request
            // starts another worker.
            if (painting_ && outcome.kind == Outcome::Kind::failed && outcome.cause == Cause::device) std::_Exit(0);
        }
    }

    void on_scale(const ScaleEvent& event) override {
        painting_ = true;
        send(wire::encode(event));
        std::lock_guard<std::mutex> hold(state_);
        network_ = event.network;
    }
    void on_evaluation(const Evaluation& event) override { send(wire::encode(event)); }
    void on_preview(const Image& picture) override {
        send(wire::encode_preview(picture));
        std::lock_guard<std::mutex> hold(state_);
        latest_ = picture;
    }

private:
    static wire::Hello greeting() {
        wire::Hello hello;
        hello.version = NEURAL_STYLE_VERSION;
        hello.auto_network = auto_network();
        hello.devices = usable_devices();
        hello.facts = engine_facts();
        return hello;
    }

    Outcome carry_out(wire::Bytes body) {
        try {
            Request request = wire::decode_request(body);
            body = {};  // as large as the pictures
            load_start_picture(request);
            {
                std::lock_guard<std::mutex> hold(state_);
                width_ = request.content.width;
                height_ = request.content.height;
            }
            return run(std::move(request), *this, stop_, workshop_);
        } catch (const Error& error) {
            Outcome outcome;
            outcome.cause = error.cause();
            outcome.sentence = error.what();
            return outcome;
        } catch (const std::bad_alloc&) {
            Outcome outcome;
            outcome.cause = Cause::memory;
            outcome.sentence = not_enough_memory;
            return outcome;
        }
    }

    wire::Bytes next_request() {
        std::unique_lock<std::mutex> hold(state_);
        arrived_.wait(hold, [&] { return !requests_.empty(); });
        wire::Bytes body = std::move(requests_.front().body);
        stop_ = requests_.front().stopped;
        requests_.pop_front();
        running_ = true;
        answered_ = false;
        latest_ = {};
        return body;
    }

    void listen() {
        wire::Decoder decoder;
        std::vector<std::uint8_t> piece(1 << 20);
        try {
            while (true) {
                const ssize_t count = read(STDIN_FILENO, piece.data(), piece.size());
                if (count < 0 && errno == EINTR) continue;
                if (count <= 0) _exit(0);  // the client is gone: nobody wants what is being computed
                decoder.feed(piece.data(), std::size_t(count));
                while (auto frame = decoder.next()) handle(*frame);
            }
        } catch (const std::exception& error) {  // what comes cannot be understood any more
            std::fprintf(stderr, "neural-style: %s\n", error.what());
            _exit(1);
        }
    }

    void handle(wire::Frame& frame) {
        std::unique_lock<std::mutex> hold(state_);
        if (frame.kind == wire::Kind::run) {
            requests_.push_back({std::move(frame.body), false});
            arrived_.notify_one();
        } else if (frame.kind == wire::Kind::stop && !requests_.empty()) {
            requests_.back().stopped = true;  // it came before the run had begun
        } else if (frame.kind == wire::Kind::stop && running_) {
            stop_ = true;
            // An evaluation of a large picture takes longer than a person wants to wait. Then the last preview is the
            // answer, and the process ends, which frees the device at once; the client starts another when it needs
            // one.
            const bool ended = done_.wait_for(hold, std::chrono::milliseconds(1500), [&] { return answered_; });
            if (ended || latest_.empty()) return;
            answered_ = true;
            Outcome outcome;
            outcome.kind = Outcome::Kind::stopped;
            outcome.network = network_;
            outcome.picture = resized(latest_, width_, height_);
            send(wire::encode(outcome));
            _exit(0);
        }
    }

    void send(const wire::Bytes& frame) {
        std::lock_guard<std::mutex> hold(writing_);
        for (std::size_t sent = 0; sent < frame.size();) {
            const ssize_t count = write(output_, frame.data() + sent, frame.size() - sent);
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) _exit(0);
            sent += std::size_t(count);
        }
    }

    int output_;
    bool painting_ = false;  // the computing thread's: the run has got as far as its first scale
    Workshop workshop_;      // of the main thread
    std::mutex writing_, state_;
    std::condition_variable arrived_, done_;
    struct Waiting {
        wire::Bytes body;
        bool stopped;
    };
    std::deque<Waiting> requests_;
    std::atomic<bool> stop_{false};
    bool running_ = false, answered_ = true;
    Image latest_;                // the last preview of the present run
    int width_ = 0, height_ = 0;  // of its content
    std::string network_;         // what makes its picture
};

}  // namespace

int serve() {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGINT, SIG_IGN);  // Ctrl-C in GIMP's terminal is the client's matter
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // Frames go out on a descriptor of their own: what a library prints must not come between them.
    const int output = dup(STDOUT_FILENO);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    return Server(output).serve();
}

}  // namespace neural_style
