#include "neural-style/job.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/util/Exception.h>
#include <sys/stat.h>

#include <cmath>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "descent/objective.hpp"
#include "descent/recorded_evaluation.hpp"
#include "descent/recording.hpp"
#include "device.hpp"
#include "device_memory.hpp"
#include "memory_plan.hpp"
#include "method.hpp"
#include "neural-style/plan.hpp"
#include "neural-style/scale_schedule.hpp"
#include "pictures/pictures.hpp"
#include "process_memory.hpp"
#include "progress_tracker.hpp"
#include "torch_failure.hpp"
#include "workshop.hpp"

namespace neural_style {
namespace {

// Gives back what is kept for later, to the system and to the cards.
void release_memory() {
    release_unused_memory();
    release_unused_device_memory();
}

constexpr std::size_t most_kept_scales = 6;
constexpr int enough_to_search = 10;  // evaluations that a GPU's fastest convolutions are looked for
constexpr int enough_to_record = 10;  // evaluations that one is recorded for, which takes as long as two
// Pixels. Of a larger picture a GPU has more to do than the host, which is ahead of it all the time.
constexpr std::int64_t most_recorded = 1536 * 1536;

// Calls `work`; false if there was not enough memory for it.
template <class Work>
bool had_memory(const Work& work) {
    try {
        work();
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    } catch (const c10::Error& error) {
        if (failure_in(error.what_without_backtrace()) != TorchFailure::memory) throw;
        return false;
    }
}

// The picture on its way through the scales.
class Descent {
public:
    Descent(const Settings& settings, const Method& method, const std::vector<Scale>& scales, const Pictures& pictures,
            Workshop::Kept& kept, const Workload& load, const c10::Device& device, Precision precision,
            Observer& observer, const std::atomic<bool>& stop)
        : settings_(settings),
          method_(method),
          scales_(scales),
          pictures_(pictures),
          kept_(kept),
          encoder_(*kept.encoder),
          load_(load),
          device_(device),
          precision_(precision),
          observer_(observer),
          stop_(stop),
          budget_mib_(memory_budget(settings.integer("memory"), device)),
          tracker_(scales),
          picture_(pictures.start(settings, scales.front(), device)) {}

    at::Tensor run() {
        for (std::size_t i = 0; i < scales_.size() && !stop_; ++i) paint_scale(int(i));
        optimiser_.reset();
        return picture_;
    }

private:
    void paint_scale(int index) {
        const Scale& scale = scales_[std::size_t(index)];
        tracker_.begin_scale(index);
        const std::vector<Way> all = ways(load_, scale);
        std::size_t way = first_that_fits(load_, scale, budget_mib_);
        ScaleEvent::Change change = ScaleEvent::Change::none;
        while (!had_memory([&] { descend(index, all[way], change); })) {
            // What was predicted to fit did not. On with the picture so far, in a way that takes a good deal less.
            if (optimiser_ && begun_) picture_ = optimiser_->best();
            optimiser_.reset();
            encoder_.release();
            release_memory();
            const double taken = needed_mib(load_, scale, all[way]) - load_.resident_mib;
            if (++way == all.size()) throw std::bad_alloc();
            while (way + 1 < all.size() && needed_mib(load_, scale, all[way]) - load_.resident_mib > 0.8 * taken) ++way;
            change = ScaleEvent::Change::short_of_memory;
        }
    }

    void tell_scale(int index, const Way& way, const std::string& optimiser, ScaleEvent::Change change) {
        const Scale& scale = scales_[std::size_t(index)];
        observer_.on_scale({index, int(scales_.size()), scale.width, scale.height, scale.evaluations,
                            method_.network.name, device_.str(), method_.loss, optimiser, way.tile_edge, change});
    }

    void descend(int index, const Way& way, ScaleEvent::Change change) {
        const Scale& scale = scales_[std::size_t(index)];
        begun_ = false;
        tell_scale(index, way, method_.optimiser, change);
        if (way.tile_edge > 0) {  // where memory is short, what the last scale's larger pieces took is not kept
            encoder_.release();
            release_memory();
        }
        std::vector<Region> regions = pictures_.regions(scale, settings_.real("style-scale"), device_);
        const std::string key = styles_key(scale);
        std::vector<StyleTerm> terms;
        const auto known = kept_.style_terms.find(key);
        const bool styles_known = known != kept_.style_terms.end();
        if (styles_known) {
            terms = std::move(known->second);
            kept_.style_terms.erase(known);
        } else {
            terms = style_terms(method_, settings_, regions);
        }
        Objective objective(encoder_, content_terms(method_, settings_, scale.edge), std::move(terms),
                            settings_.real("tv-weight"),
                            {way.tile_edge, way.hybrid, method_.padding == "circular", way.targets, &stop_});
        search_fastest_convolutions(false);
        objective.set_targets(pictures_.content(scale, device_), pictures_.content_mask(scale, device_), regions,
                              styles_known);
        if (stop_) return;
        regions.clear();
        if (way.tile_edge > 0) release_memory();  // the styles at this size were as large as the picture
        if (!optimiser_ || method_.optimiser == "lbfgs") {
            optimiser_.reset();  // the old one's memory goes first
            optimiser_ = make_optimiser(method_.optimiser, way.history, pictures_.improves());
        }
        picture_ = pictures_.carried(std::move(picture_), scale, method_.keeps_detail);
        optimiser_->start(picture_, scale.evaluations);
        begun_ = true;
        picture_.reset();
        if (way.tile_edge > 0) release_memory();
        search_fastest_convolutions(scale.evaluations >= enough_to_search);
        improve(objective);
        if (!stop_ && optimiser_->stalled() && !optimiser_->arrived() && tracker_.left() > 0) {
            tell_scale(index, way, "adam", ScaleEvent::Change::stalled);
            go_on_with_adam(objective);
        }
        picture_ = optimiser_->best();
        if (!key.empty() && kept_.style_terms.size() < most_kept_scales)
            kept_.style_terms[key] = objective.take_style_terms();
    }

    // All that the styles' targets at a scale depend on; "" if they serve this run only.
    std::string styles_key(const Scale& scale) const {
        if (!kept_.for_many_runs || pictures_.styles_key().empty()) return {};
        return kept_.encoder_key + "\n" + settings_.to_text() + "\n" + pictures_.styles_key() + "\n" +
               std::to_string(std::max(scale.width, scale.height));
    }

    // What L-BFGS reached is kept unless Adam gets further.
    void go_on_with_adam(Objective& objective) {
        const at::Tensor reached = optimiser_->best();
        optimiser_ = make_optimiser("adam", 0, true);
        optimiser_->start(reached, tracker_.left());
        improve(objective);
        const Evaluated before = objective.evaluate(reached), after = objective.evaluate(optimiser_->best());
        if (!before.losses.defined() || !after.losses.defined() ||
            !(after.fetched_losses().total() < before.fetched_losses().total()))
            optimiser_->start(reached, 0);
    }

    // What evaluations are replayed with; null where that would be of no use.
    std::unique_ptr<Recording> recording(const Objective& objective) const {
        const at::Tensor& picture = optimiser_->point();
        const char* const wanted = std::getenv("NEURAL_STYLE_GRAPHS");
        if (wanted && std::string(wanted) == "off") return nullptr;
        if (tracker_.left() < enough_to_record || picture.size(2) * picture.size(3) > most_recorded) return nullptr;
        return objective.recordable(picture) ? make_recording(device_) : nullptr;
    }

    // From a loss that is no number there is no way down, and what was given would come out as it is.
    void check_start(const Losses& losses) const {
        if (std::isfinite(losses.total())) return;
        if (precision_ == Precision::float16 || precision_ == Precision::bfloat16)
            throw Error(Cause::settings, "The loss is not a number in " + name_of(precision_) +
                                             "; choose precision=float32 and try again.");
        throw Error(Cause::weights,
                    "The loss is not a number at the first evaluation; use another weights file, or a smaller "
                    "content-weight and style-weight.");
    }

    void improve(Objective& objective) {
        RecordedEvaluation evaluation(objective, recording(objective));
        const int preview_every = int(settings_.integer("preview-every"));
        const double rest = settings_.real("stop-below");
        bool first = true;
        at::Tensor shown;  // fetched and not told yet
        const auto tell_preview = [&] {
            if (!shown.defined()) return;
            observer_.on_preview(pictures_.preview(std::exchange(shown, {})));
        };
        while (tracker_.left() > 0 && !stop_ && !optimiser_->stalled() && !tracker_.at_rest(rest)) {
            Evaluated value = evaluation.evaluate(optimiser_->point());
            tell_preview();                         // while a card computes what it was just given
            if (!value.gradient.defined()) return;  // stopped between two tiles
            // From a grey picture, along the grey axis: what is left is the gradient of pictures that have no colour.
            if (pictures_.grey()) value.gradient.copy_(value.gradient.mean(1, true).expand_as(value.gradient));
            const Losses losses(optimiser_->tell(value.losses, std::move(value.gradient)));
            if (first) check_start(losses);
            first = false;
            Evaluation event = tracker_.count(losses.total());
            event.content_loss = losses.content;
            event.style_loss = losses.style;
            event.tv_loss = losses.tv;
            observer_.on_evaluation(event);
            if (preview_every == 0 || event.evaluation % preview_every != 0) continue;
            shown = pictures_.fetched(optimiser_->best());
            if (device_.is_cpu()) tell_preview();
        }
        tell_preview();
    }

    const Settings& settings_;
    const Method& method_;
    const std::vector<Scale>& scales_;
    const Pictures& pictures_;
    Workshop::Kept& kept_;
    Encoder& encoder_;
    const Workload& load_;
    c10::Device device_;
    const Precision precision_;
    Observer& observer_;
    const std::atomic<bool>& stop_;
    double budget_mib_;
    ProgressTracker tracker_;
    at::Tensor picture_;
    std::unique_ptr<Optimiser> optimiser_;
    bool begun_ = false;  // the optimiser holds this scale's picture
};

// All that an encoder is made from.
std::string encoder_key(const Method& method, const Settings& settings, const c10::Device& device,
                        Precision precision) {
    std::string key = method.network.name + "\n" + method.weights + "\n" + method.loss + "\n" + method.padding + "\n" +
                      settings.text("pooling") + "\n" + settings.text("convolutions") + "\n" + device.str() + "\n" +
                      std::to_string(int(precision)) + "\n" + std::to_string(at::get_num_threads());
    for (const auto* layers : {&method.content_layers, &method.style_layers}) {
        key += "\n";
        for (const WeightedLayer& layer : *layers) key += layer.name + " ";
    }
    struct stat status;  // weights that were replaced are others
    if (!method.weights.empty() && stat(method.weights.c_str(), &status) == 0)
        key += std::to_string(status.st_size) + " " + std::to_string(status.st_mtim.tv_sec) + " " +
               std::to_string(status.st_mtim.tv_nsec);
    return key;
}

Outcome optimise(Request request, Observer& observer, const std::atomic<bool>& stop, Workshop::Kept& kept) {
    check_pictures(request);
    const Settings settings = request.settings;
    const Method method = choose_method(settings);
    const auto scales = plan_scales(request.content.width, request.content.height, settings);
    const c10::Device device = resolve_device(settings.text("device"));
    const Precision precision = choose_precision(settings.text("precision"), device);
    set_threads(int(settings.integer("threads")));
    PlanRequest sizes = {
        request.content.width, request.content.height, {}, int(request.guides.size()), false, settings};
    for (const Style& style : request.styles) sizes.styles.push_back({style.image.width, style.image.height});
    const std::string key = encoder_key(method, settings, device, precision);
    if (!kept.encoder || kept.encoder_key != key) {
        kept.encoder.reset();  // the old one's memory goes first
        kept.style_terms.clear();
        kept.encoder = make_encoder(method, settings, device, precision);
        kept.encoder_key = key;
    }
    const double resident = memory_held_on(device);
    const Pictures pictures(std::move(request));
    release_unused_memory();  // the request's pictures were larger than what is kept of them
    sizes.masked = pictures.masked();
    const Workload load = workload(method, sizes, *kept.encoder, device, resident);

    Outcome outcome;
    const at::Tensor picture =
        Descent(settings, method, scales, pictures, kept, load, device, precision, observer, stop).run().to(at::kCPU);
    kept.encoder->release();  // its memory serves the result
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

Outcome torch_failure(const std::string& text) {
    const std::string first = text.substr(0, text.find('\n'));
    switch (failure_in(text)) {
        case TorchFailure::memory:
            return failure(Cause::memory, not_enough_memory);
        case TorchFailure::device:
            return failure(Cause::device,
                           "The GPU failed (" + first + "); try again, or compute on the processor with device=cpu.");
        case TorchFailure::other:
            break;
    }
    return failure(Cause::internal, "LibTorch failed (" + first + "); please report this.");
}

}  // namespace

Workshop::Workshop() : kept_(std::make_unique<Kept>()) { kept_->for_many_runs = true; }

Workshop::~Workshop() = default;

Outcome run(Request request, Observer& observer, const std::atomic<bool>& stop) {
    Workshop workshop;
    workshop.kept().for_many_runs = false;
    return run(std::move(request), observer, stop, workshop);
}

Outcome run(Request request, Observer& observer, const std::atomic<bool>& stop, Workshop& workshop) {
    Outcome outcome;
    try {
        outcome = optimise(std::move(request), observer, stop, workshop.kept());
    } catch (const Error& error) {
        outcome = failure(error.cause(), error.what());
    } catch (const c10::Error& error) {
        outcome = torch_failure(error.what_without_backtrace());
    } catch (const std::bad_alloc&) {
        outcome = failure(Cause::memory, not_enough_memory);
    } catch (const std::exception& error) {
        outcome =
            failure(Cause::internal, std::string("The engine failed (") + error.what() + "); please report this.");
    }
    if (outcome.kind == Outcome::Kind::failed) {
        const bool many = workshop.kept().for_many_runs;
        workshop.kept() = {};
        workshop.kept().for_many_runs = many;
    }
    release_memory();
    return outcome;
}

}  // namespace neural_style
