#include "neural-style/job.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <new>

#include "colours.hpp"
#include "device.hpp"
#include "method.hpp"
#include "neural-style/scale_schedule.hpp"
#include "objective.hpp"
#include "process_memory.hpp"
#include "progress_tracker.hpp"
#include "tensor_image.hpp"

namespace neural_style {
namespace {

// The pictures of a request as tensors at their own sizes, colours treated as the setting `colours` asks.
class Pictures {
public:
    explicit Pictures(const Request& request) : colours_(request.settings.text("colours")) {
        own_content_ = colours_of(request.content);
        alpha_ = alpha_of(request.content);
        content_ = colours_ == "content" ? greyed(own_content_) : own_content_;
        double sum = 0;
        for (const Style& style : request.styles) sum += style.weight;
        for (const Style& style : request.styles) {
            if (style.weight <= 0) continue;
            at::Tensor picture = colours_of(style.image);
            if (colours_ == "content") picture = recoloured(greyed(picture), content_);
            if (colours_ == "match") picture = recoloured(picture, content_);
            styles_.push_back({picture, style.weight / sum});
        }
        if (!request.init.empty()) init_ = colours_of(request.init);
    }

    at::Tensor content(const Scale& scale, const c10::Device& device) const {
        return resized(content_, scale.width, scale.height).to(device);
    }

    /// The styles with their longest edges brought to the scale's, times `stroke`.
    std::vector<StyleTarget> styles(const Scale& scale, double stroke, const c10::Device& device) const {
        std::vector<StyleTarget> targets;
        for (const StyleTarget& style : styles_) {
            const double height = double(style.picture.size(2)), width = double(style.picture.size(3));
            const double factor = std::max(scale.width, scale.height) * stroke / std::max(width, height);
            const auto scaled = [&](double length) {
                return std::max(smallest_edge, int(std::lround(length * factor)));
            };
            targets.push_back({resized(style.picture, scaled(width), scaled(height)).to(device), style.share});
        }
        return targets;
    }

    at::Tensor start(const Settings& settings, const Scale& scale, const c10::Device& device) const {
        const std::string init = settings.text("init");
        if (init_.defined()) return resized(init_, scale.width, scale.height).to(device);
        if (init == "content") return content(scale, device);
        if (init == "style") return resized(styles_.front().picture, scale.width, scale.height).to(device);
        if (init == "noise") {
            at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(std::uint64_t(settings.integer("seed")));
            const at::Tensor drawn =
                at::randn({1, 3, scale.height, scale.width}, generator, at::TensorOptions(at::kFloat));
            return drawn.mul_(0.2).add_(0.5).clamp_(0, 1).to(device);
        }
        throw Error(Cause::settings, "The setting init cannot be \"" + init +
                                         "\" here; allowed: content, noise, style, or the path of a picture file.");
    }

    /// An optimised picture as it is delivered: in the content's colours if asked, alpha as it was.
    Image preview(const at::Tensor& picture) const {
        const int width = int(picture.size(3)), height = int(picture.size(2));
        at::Tensor shown = picture.to(at::kCPU);
        if (colours_ == "content") shown = with_colours_of(resized(own_content_, width, height), shown);
        return to_image(shown, resized(alpha_, width, height));
    }
    Image result(const at::Tensor& picture) const {
        at::Tensor shown = enlarged(picture.to(at::kCPU), content_);
        if (colours_ == "content") shown = with_colours_of(own_content_, shown);
        return to_image(shown, alpha_);
    }

private:
    std::string colours_;
    at::Tensor own_content_, content_, alpha_, init_;
    std::vector<StyleTarget> styles_;
};

void check(const Request& request) {
    const auto whole = [](const Image& image) {
        return image.rgba.size() == std::size_t(4) * std::size_t(image.width) * std::size_t(image.height);
    };
    if (request.content.empty() || !whole(request.content))
        throw Error(Cause::picture, "The content picture is empty; choose a layer or file with pixels in it.");
    double sum = 0;
    for (const Style& style : request.styles) {
        if (style.image.empty() || !whole(style.image))
            throw Error(Cause::picture, "The style picture is empty; choose a layer or file with pixels in it.");
        if (!(style.weight >= 0) || !std::isfinite(style.weight))
            throw Error(Cause::settings, "A style's weight must be a number from 0; correct it and start again.");
        sum += style.weight;
    }
    if (!(sum > 0)) throw Error(Cause::picture, "There is no style picture with a weight above 0; choose one.");
}

Outcome optimise(const Request& request, Observer& observer, const std::atomic<bool>& stop) {
    check(request);
    const Settings& settings = request.settings;
    const Method method = choose_method(settings);
    const auto scales = plan_scales(request.content.width, request.content.height, settings);
    const c10::Device device = resolve_device(settings.text("device"));
    const Precision precision = choose_precision(settings.text("precision"), device);
    set_threads(int(settings.integer("threads")));
    const Pictures pictures(request);
    at::Tensor picture = pictures.start(settings, scales.front(), device);
    const auto encoder = make_encoder(method, settings, device, precision);
    const auto optimiser = make_optimiser(method);
    const int preview_every = int(settings.integer("preview-every"));
    ProgressTracker tracker(scales);

    for (std::size_t i = 0; i < scales.size() && !stop; ++i) {
        const Scale& scale = scales[i];
        observer.on_scale({int(i), int(scales.size()), scale.width, scale.height, scale.evaluations,
                           method.network.name, device.str(), method.loss, method.optimiser});
        tracker.begin_scale(int(i));
        Objective objective(*encoder, content_terms(method, settings), style_terms(method, settings),
                            settings.real("tv-weight"));
        objective.set_targets(pictures.content(scale, device),
                              pictures.styles(scale, settings.real("style-scale"), device));
        optimiser->start(resized(picture, scale.width, scale.height));
        while (tracker.left() > 0 && !stop && !optimiser->stalled() && !tracker.at_rest(settings.real("stop-below"))) {
            const ObjectiveValue value = objective.evaluate(optimiser->point());
            optimiser->tell(value.total(), value.gradient);
            Evaluation event = tracker.count(value.total());
            event.content_loss = value.content;
            event.style_loss = value.style;
            event.tv_loss = value.tv;
            observer.on_evaluation(event);
            if (preview_every > 0 && event.evaluation % preview_every == 0)
                observer.on_preview(pictures.preview(optimiser->best()));
        }
        picture = optimiser->best();
    }

    Outcome outcome;
    outcome.kind = stop ? Outcome::Kind::stopped : Outcome::Kind::finished;
    outcome.network = method.network.name;
    outcome.picture = pictures.result(picture);
    return outcome;
}

Outcome failure(Cause cause, const std::string& sentence) {
    Outcome outcome;
    outcome.cause = cause;
    outcome.sentence = sentence;
    return outcome;
}

bool is_memory_error(const std::string& text) {
    return text.find("alloc") != std::string::npos || text.find("out of memory") != std::string::npos;
}

}  // namespace

Outcome run(const Request& request, Observer& observer, const std::atomic<bool>& stop) {
    static const char* const too_large =
        "There is not enough memory for this size; choose a smaller size or close other programs.";
    Outcome outcome;
    try {
        outcome = optimise(request, observer, stop);
    } catch (const Error& error) {
        outcome = failure(error.cause(), error.what());
    } catch (const c10::Error& error) {
        const std::string text = error.what_without_backtrace();
        outcome = is_memory_error(text)
                      ? failure(Cause::memory, too_large)
                      : failure(Cause::internal,
                                "LibTorch failed (" + text.substr(0, text.find('\n')) + "); please report this.");
    } catch (const std::bad_alloc&) {
        outcome = failure(Cause::memory, too_large);
    } catch (const std::exception& error) {
        outcome =
            failure(Cause::internal, std::string("The engine failed (") + error.what() + "); please report this.");
    }
    release_unused_memory();
    return outcome;
}

}  // namespace neural_style
