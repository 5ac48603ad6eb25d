#include "painter.hpp"

#include <charconv>
#include <csignal>

#include "neural-style/error.hpp"
#include "neural-style/recorded_settings.hpp"
#include "pictures/tensor_image.hpp"
#include "reading_sizes.hpp"
#include "start_picture.hpp"

namespace neural_style {
namespace {

std::atomic<bool> asked{false};

void ask_to_stop(int signal) {
    asked = true;
    std::signal(signal, SIG_DFL);  // a second Ctrl-C ends the program as usual
}

std::string without_folder(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// What is published with a picture tells nothing of how somebody's disk is laid out.
std::string published(Settings settings) {
    for (const char* path : {"init", "weights", "network"})
        if (settings.is_set(path)) settings.set(path, std::string_view(without_folder(settings.text(path))));
    return settings.to_text();
}

std::string number_text(double value) {
    char digits[32];
    return std::string(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

}  // namespace

Painter::Painter(const Arguments& arguments) : settings_(arguments.settings) {
    const ReadingSizes sizes = reading_sizes(arguments);
    for (const StyleArgument& style : arguments.styles) {
        styles_.push_back({read_picture(style.file, sizes.style).image, style.weight});
        inputs_text_ += (inputs_text_.empty() ? "" : ", ") + without_folder(style.file);
        if (arguments.styles.size() > 1) inputs_text_ += ":" + number_text(style.weight);
    }
    if (!arguments.mask.empty()) {
        mask_ = read_mask(arguments.mask, sizes.content);
        inputs_text_ += "\nmask=" + without_folder(arguments.mask);
    }
    for (const GuideArgument& guide : arguments.guides) {
        inputs_text_ += "\nguide=" + without_folder(guide.content) + ":" + without_folder(guide.region) + ":" +
                        std::to_string(guide.style + 1);
        guides_.push_back({read_mask(guide.content, sizes.content), guide.style,
                           guide.region.empty() ? Mask() : read_mask(guide.region, sizes.style)});
    }
    std::signal(SIGINT, ask_to_stop);
    std::signal(SIGTERM, ask_to_stop);
}

Painter::Painted Painter::paint(PictureFile content, const std::string& name, Observer& observer) {
    Request request;
    request.settings = settings_;
    if (mask_.empty())
        request.content = std::move(content.image);
    else
        request.content = content.image;
    request.styles = styles_;
    request.content_mask = mask_;
    request.guides = guides_;
    load_start_picture(request);
    Outcome outcome = run(std::move(request), observer, asked, workshop_);
    if (outcome.kind == Outcome::Kind::failed) throw Error(outcome.cause, outcome.sentence);
    if (!mask_.empty()) outcome.picture = composed(content.image, outcome.picture, mask_);
    Painted painted;
    painted.stopped = outcome.kind == Outcome::Kind::stopped;
    painted.file = {std::move(outcome.picture), content.has_alpha, content.bits,
                    "content=" + without_folder(name) + "\nstyles=" + inputs_text_ +
                        "\nsettings=" + published(recorded_settings(settings_, outcome.network)),
                    std::move(content.notes)};
    return painted;
}

const std::atomic<bool>& Painter::stop_asked() { return asked; }

}  // namespace neural_style
