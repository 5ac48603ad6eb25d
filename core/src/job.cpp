#include "neural-style/job.hpp"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include <new>

#include "device.hpp"
#include "method.hpp"
#include "neural-style/scale_schedule.hpp"
#include "objective.hpp"
#include "pictures.hpp"
#include "process_memory.hpp"
#include "progress_tracker.hpp"
#include "tensor_image.hpp"

namespace neural_style {
namespace {

Outcome optimise(const Request& request, Observer& observer, const std::atomic<bool>& stop) {
    check_pictures(request);
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
        const std::vector<Region> regions = pictures.regions(scale, settings.real("style-scale"), device);
        Objective objective(*encoder, content_terms(method, settings), style_terms(method, settings, regions),
                            settings.real("tv-weight"));
        objective.set_targets(pictures.content(scale, device), pictures.content_mask(scale, device), regions);
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
