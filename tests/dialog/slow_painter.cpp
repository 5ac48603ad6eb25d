// A worker that paints without an engine, for the tests of the window: it moves the content's colours towards the
// style's mean over three scales, in waves whose size and depth follow the settings, so that each change of a setting
// changes the picture; where there are guides, only what they cover. `--worker PAUSE` waits PAUSE milliseconds after
// each evaluation (15). With the network "too-large" a run fails for memory unless its size is set to at most 512, with
// "small-card" so on a GPU alone, with "lost-card" the GPU itself fails, with "late-card" at the second evaluation of
// the second scale, where with "short-of-memory" the system kills the painter; with "broken" every run fails.
// `--list-networks`, `--explain` and `--get-network` answer as the engine does, from nowhere into
// $XDG_DATA_HOME/painted-network. From a file it takes only one that says "painted"; one that says "drawn" belongs to
// the network "drawn".
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "neural-style/scale_schedule.hpp"
#include "neural-style/wire.hpp"

using namespace neural_style;

namespace {

wire::Decoder decoder;

void write_all(const wire::Bytes& bytes) {
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t wrote = ::write(1, bytes.data() + done, bytes.size() - done);
        if (wrote <= 0) std::_Exit(0);
        done += std::size_t(wrote);
    }
}

/// The next frame; without `wait` only if one is there.
std::optional<wire::Frame> next_frame(bool wait) {
    static std::uint8_t piece[1 << 16];
    for (;;) {
        if (auto frame = decoder.next()) return frame;
        pollfd input{0, POLLIN, 0};
        if (!wait && ::poll(&input, 1, 0) <= 0) return std::nullopt;
        const ssize_t count = ::read(0, piece, sizeof piece);
        if (count <= 0) std::_Exit(0);
        decoder.feed(piece, std::size_t(count));
    }
}

Image smaller(const Image& image, int width, int height) {
    Image result(width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            std::memcpy(result.pixel(x, y), image.pixel(x * image.width / width, y * image.height / height),
                        4 * sizeof(float));
    return result;
}

void mean_of(const Request& request, float mean[3]) {
    double sum[3] = {}, weight = 0;
    for (const Style& style : request.styles) {
        const std::size_t pixels = style.image.rgba.size() / 4;
        for (std::size_t i = 0; i < pixels; ++i)
            for (int c = 0; c < 3; ++c) sum[c] += style.weight * style.image.rgba[4 * i + c] / double(pixels);
        weight += style.weight;
    }
    for (int c = 0; c < 3; ++c) mean[c] = float(weight > 0 ? sum[c] / weight : 0.5);
}

/// Whether a guide covers that place; x and y from 0 to 1.
bool covered(const std::vector<Guide>& guides, double x, double y) {
    for (const Guide& guide : guides) {
        const int column = int(x * guide.content.width), row = int(y * guide.content.height);
        if (guide.content.values[std::size_t(row * guide.content.width + column)] > 0) return true;
    }
    return false;
}

/// `done` from 0 (the content) to 1 (all that the settings ask for).
Image painted(const Request& request, int width, int height, double done) {
    Image image = smaller(request.content, width, height);
    float mean[3];
    mean_of(request, mean);
    const double ratio =
        request.settings.real("style-weight") / std::max(1e-6, request.settings.real("content-weight"));
    const double depth = done * std::clamp(0.45 + 0.15 * std::log10(std::max(ratio, 1e-3) / 1000), 0.05, 0.95);
    const double wave = 40 * request.settings.real("style-scale") * std::max(width, height) / 640.;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            if (!request.guides.empty() && !covered(request.guides, double(x) / width, double(y) / height)) continue;
            const double swirl = std::sin((x + 0.6 * wave * std::sin(y / wave)) / wave * 3 + y / wave);
            float* pixel = image.pixel(x, y);
            for (int c = 0; c < 3; ++c) {
                const double aim = mean[c] + 0.35 * swirl * (c == 2 ? 1 : 0.8);
                pixel[c] = float(std::clamp((1 - depth) * pixel[c] + depth * aim, 0., 1.));
            }
        }
    return image;
}

Outcome run(const Request& request, int pause_milliseconds) {
    const Settings& settings = request.settings;
    Outcome outcome;
    outcome.network = "builtin";
    const int own_edge = std::max(request.content.width, request.content.height);
    const int asked = int(settings.integer("size"));
    const int edge = asked > 0 ? std::min(asked, own_edge) : own_edge;
    if (settings.text("network") == "broken") {
        outcome.cause = Cause::weights;
        outcome.sentence = "The network \"broken\" has no weights; install them or choose another network.";
        return outcome;
    }
    const bool on_card = settings.text("device") != "cpu";
    const auto lose_card = [&] {
        outcome.cause = Cause::device;
        outcome.sentence =
            "The GPU failed (unspecified launch failure); try again, or compute on the processor with device=cpu.";
    };
    if (settings.text("network") == "lost-card" && on_card) {
        lose_card();
        return outcome;
    }
    const bool on_small_card = settings.text("network") == "small-card" && on_card;
    if ((settings.text("network") == "too-large" || on_small_card) && edge > 512) {
        if (on_small_card) {
            ScaleEvent event;
            event.network = "builtin";
            event.device = "cuda:0";
            write_all(wire::encode(event));
        }
        outcome.cause = Cause::memory;
        outcome.sentence = "The picture needs 90 GiB and 8 GiB are free; choose a smaller size.";
        return outcome;
    }
    const std::string list = settings.text("scales");
    std::vector<int> evaluations;
    if (list.find(':') != std::string::npos)
        for (const Scale& scale : plan_scales(request.content.width, request.content.height, settings))
            evaluations.push_back(scale.evaluations);
    else  // a list counts as three too
        for (int scale = 0; scale < (list == "1" ? 1 : 3); ++scale)
            evaluations.push_back(std::max(1, int(settings.integer("iterations")) >> scale));
    const int scales = int(evaluations.size());
    const int all = std::accumulate(evaluations.begin(), evaluations.end(), 0);
    const int every = int(settings.integer("preview-every"));
    double done = 0;
    int evaluation = 0;
    for (int scale = 0; scale < scales; ++scale) {
        const int part = 1 << (scales - 1 - scale);
        ScaleEvent event;
        event.scale = scale;
        event.scales = scales;
        event.width = std::max(2, request.content.width * edge / own_edge / part);
        event.height = std::max(2, request.content.height * edge / own_edge / part);
        event.evaluations = evaluations[std::size_t(scale)];
        event.network = "builtin";
        event.device = "cpu";
        event.loss = "sliced";
        event.optimiser = "adam";
        write_all(wire::encode(event));
        for (int i = 1; i <= event.evaluations; ++i) {
            ++evaluation;
            done = 1 - std::exp(-3. * evaluation / all);
            std::this_thread::sleep_for(std::chrono::milliseconds(pause_milliseconds));
            Evaluation told;
            told.evaluation = evaluation;
            told.evaluations = all;
            told.scale = scale;
            told.width = event.width;
            told.height = event.height;
            told.content_loss = 4 * done;
            told.style_loss = 900 * std::exp(-4. * evaluation / all) * (1 + 0.6 / i) + 30;
            told.total_loss = told.content_loss + told.style_loss;
            told.seconds = evaluation * pause_milliseconds / 1000.;
            told.remaining_seconds = (all - evaluation) * pause_milliseconds / 1000. * (1 << scale);
            told.memory_mib = 420 + 180 * scale;
            told.available_mib = 5200;
            write_all(wire::encode(told));
            if (settings.text("network") == "short-of-memory" && scale == 1 && i == 2) ::kill(::getpid(), SIGKILL);
            if (settings.text("network") == "late-card" && on_card && scale == 1 && i == 2) {
                lose_card();
                return outcome;
            }
            if (every > 0 && evaluation % every == 0)
                write_all(wire::encode_preview(painted(request, event.width, event.height, done)));
            while (const auto frame = next_frame(false)) {
                if (frame->kind != wire::Kind::stop) continue;
                outcome.kind = Outcome::Kind::stopped;
                outcome.picture = painted(request, request.content.width, request.content.height, done);
                return outcome;
            }
        }
    }
    outcome.kind = Outcome::Kind::finished;
    outcome.picture = painted(request, request.content.width, request.content.height, 1);
    return outcome;
}

}  // namespace

namespace {

std::string network_file(const std::string& name) {
    const char* folder = std::getenv("XDG_DATA_HOME");
    return std::string(folder ? folder : "/tmp") + "/" + name + "-network";
}

int list_networks() {
    std::puts("builtin: Built-in network\n    Part of the program.\n    By Neural Style.");
    for (const std::string name : {"drawn", "painted"}) {
        std::printf("%s: %s network\n", name.c_str(), name == "drawn" ? "Drawn" : "Painted");
        if (::access(network_file(name).c_str(), R_OK) == 0)
            std::puts("    Installed.");
        else
            std::printf("    Not installed; neural-style --get-network %s gets it.\n", name.c_str());
        std::puts("    By nobody in particular.\n    Licence: none.");
    }
    return 0;
}

int explain(int count, char** arguments) {
    bool large = false;
    int size = 1 << 20, regions_mib = 0;
    for (int i = 2; i + 1 < count; ++i) {
        if (!std::strcmp(arguments[i], "--network")) large = !std::strcmp(arguments[i + 1], "too-large");
        if (!std::strcmp(arguments[i], "--size")) size = std::atoi(arguments[i + 1]);
        if (!std::strcmp(arguments[i], "--mask")) regions_mib += 100;
        if (!std::strcmp(arguments[i], "--guide")) regions_mib += 10;
    }
    const bool fits = !large || size <= 512;
    std::printf("memory needed: %d MiB\nmemory available: 8192 MiB\nfits: %s\n", fits ? 512 + regions_mib : 90 * 1024,
                fits ? "yes" : "no");
    if (!fits) std::puts("largest size that fits: 512");
    std::puts("expected time: 1500 s");
    return 0;
}

int get_network(const std::string& name, const std::string& from) {
    if (!from.empty()) {
        char word[16] = "";
        if (std::FILE* file = std::fopen(from.c_str(), "r")) {
            if (std::fscanf(file, "%15s", word) != 1) word[0] = 0;
            std::fclose(file);
        }
        if (name != word && std::string(word) != "drawn") {
            std::fprintf(stderr,
                         "neural-style: The weights file %s cannot be used: it is not one of PyTorch's files.\n",
                         from.c_str());
            return 1;
        }
        if (name != word) {
            std::fprintf(stderr,
                         "neural-style: The weights file %s cannot be used: by its numbers it is one of the network "
                         "%s, not of %s; install it with --get-network %s.\n",
                         from.c_str(), word, name.c_str(), word);
            return 1;
        }
    }
    constexpr int pieces = 20, piece_bytes = 3'000'000;
    for (int i = 0; i <= pieces; ++i) {
        std::fprintf(stderr, "%s %d %d\n", from.empty() ? "downloading" : "writing", i * piece_bytes,
                     pieces * piece_bytes);
        std::this_thread::sleep_for(std::chrono::milliseconds(30));
    }
    std::FILE* file = std::fopen(network_file(name).c_str(), "w");
    if (!file) {
        std::fprintf(stderr, "neural-style: The network cannot be stored; free some space.\n");
        return 1;
    }
    std::fclose(file);
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    if (count == 2 && !std::strcmp(arguments[1], "--list-networks")) return list_networks();
    if (count > 1 && !std::strcmp(arguments[1], "--explain")) return explain(count, arguments);
    if (count > 2 && !std::strcmp(arguments[1], "--get-network")) {
        std::string from;
        for (int i = 3; i + 1 < count; ++i)
            if (!std::strcmp(arguments[i], "--from")) from = arguments[i + 1];
        return get_network(arguments[2], from);
    }
    if (count < 2 || std::strcmp(arguments[1], "--worker") != 0) return 2;
    const int pause_milliseconds = count > 2 ? std::atoi(arguments[2]) : 15;
    wire::Hello hello;
    hello.version = NEURAL_STYLE_VERSION;
    hello.auto_network = "builtin";
    hello.devices = {"cpu"};
    hello.facts = "painted by hand";
    write_all(wire::encode(hello));
    for (;;) {
        const auto frame = next_frame(true);
        if (frame->kind == wire::Kind::run)
            write_all(wire::encode(run(wire::decode_request(frame->body), pause_milliseconds)));
    }
}
