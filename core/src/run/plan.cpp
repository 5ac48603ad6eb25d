#include "neural-style/plan.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>

#include "descent/objective.hpp"
#include "descent/tiles.hpp"
#include "device.hpp"
#include "device_memory.hpp"
#include "encoders/split_encoder.hpp"
#include "memory_plan.hpp"
#include "method.hpp"
#include "neural-style/scale_schedule.hpp"

namespace neural_style {
namespace {

constexpr int most_strips = 8;  // a trial of hundreds would take longer than it is worth

// Upright strips of equal width, one for each guide and one for what none covers.
std::vector<Region> strips(const at::Tensor& picture, const at::Tensor& style, int count) {
    if (count == 1) return {{{}, {{style, {}, 1}}, 1}};
    std::vector<Region> regions;
    const at::Tensor across = at::arange(picture.size(3), picture.options()).mul_(double(count) / picture.size(3));
    for (int strip = 0; strip < count; ++strip) {
        const at::Tensor inside = across.floor().eq(strip).to(picture.scalar_type());
        const at::Tensor mask = inside.expand({1, 1, picture.size(2), picture.size(3)}).contiguous();
        regions.push_back({mask, {{style, {}, 1}}, 1.0 / count});
    }
    return regions;
}

// Seconds that an evaluation takes for each pixel, by a trial: the last of a few on a small picture, which a GPU has
// hardly begun with when it is done with a tiny one.
double seconds_per_pixel(const Method& method, const PlanRequest& request, Encoder& encoder,
                         const c10::Device& device) {
    const Settings& settings = request.settings;
    const int factor = device.is_cpu() ? 1 : 4, turns = device.is_cpu() ? 2 : 5;
    const int trial_width = 240 * factor, trial_height = 180 * factor;
    const at::Tensor ramp = at::linspace(0, 1, 3 * trial_width * trial_height)
                                .mul_(37)
                                .sin_()
                                .mul_(0.4)
                                .add_(0.5)
                                .view({1, 3, trial_height, trial_width})
                                .to(device);
    const std::vector<Region> regions = strips(ramp, ramp.flip(3), std::min(request.guides + 1, most_strips));
    at::Tensor mask;
    if (request.masked) {
        mask = at::ones({1, 1, trial_height, trial_width}, ramp.options());
        mask.narrow(3, 0, trial_width / 8).zero_();
    }
    Objective objective(encoder, content_terms(method, settings, trial_width), style_terms(method, settings, regions),
                        0);
    objective.set_targets(ramp, mask, regions);
    const auto optimiser = make_optimiser(method.optimiser, 5);
    optimiser->start(ramp, 2);
    double seconds = 0;
    for (int turn = 0; turn < turns; ++turn) {
        const auto start = std::chrono::steady_clock::now();
        Evaluated value = objective.evaluate(optimiser->point());
        optimiser->tell(value.losses, std::move(value.gradient));
        seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
    return seconds / (double(trial_width) * trial_height);
}

// How many times the picture's pixels are encoded in an evaluation, compared to once there and back.
double effort(const Scale& scale, const Way& way, Encoder& encoder, bool circular) {
    constexpr double front_part = 0.4;  // of the time of a network like VGG that a hybrid way's front takes
    SplitEncoder* const split = way.hybrid ? encoder.split() : nullptr;
    const std::vector<Tile> tiles =
        plan_tiles(scale.height, scale.width, way.tile_edge, split ? split->front() : encoder, circular);
    if (tiles.size() == 1) return 1;
    double pixels = 0;
    for (const Tile& tile : tiles) pixels += double(tile.width) * tile.height;
    const double tiled = 1.5 * pixels / (double(scale.width) * scale.height);  // there twice, and back
    return split ? front_part * tiled + 1 - front_part : tiled;
}

bool fits(const Workload& load, const Scale& scale, double budget) {
    return needed_mib(load, scale, ways(load, scale)[first_that_fits(load, scale, budget)]) <= budget;
}

// Why auto came to this device.
std::string reason(const c10::Device& device) {
    const auto names = usable_devices();
    if (!device.is_cpu()) return "a GPU comes before the processor";
    if (names.size() == 1) return "this LibTorch can use no GPU here";
    return "the GPU " + names[1] + " cannot compute here (" + trouble_with(c10::Device(names[1])) + ")";
}

}  // namespace

Plan make_plan(const PlanRequest& request) {
    const Settings& settings = request.settings;
    const Method method = choose_method(settings);
    const c10::Device device = resolve_device(settings.text("device"));
    const Precision precision = choose_precision(settings.text("precision"), device);
    Plan plan;
    plan.threads = set_threads(int(settings.integer("threads")));
    plan.network = method.network.name;
    plan.weights = method.weights;
    plan.loss = method.loss;
    plan.optimiser = method.optimiser;
    plan.device = device.str();
    if (settings.text("device") == "auto") plan.chosen = reason(device);
    plan.precision = name_of(precision);
    const auto scales = plan_scales(request.width, request.height, settings);
    const auto encoder = make_encoder(method, settings, device, precision);
    plan.engine = encoder->engine();
    const Workload load = workload(method, request, *encoder, device, memory_held_on(device));
    plan.available_mib = memory_budget(settings.integer("memory"), device);
    const double pixel_seconds = seconds_per_pixel(method, request, *encoder, device);
    for (const Scale& scale : scales) {
        const Way way = ways(load, scale)[first_that_fits(load, scale, plan.available_mib)];
        const double needed = needed_mib(load, scale, way);
        plan.scales.push_back({scale.width, scale.height, scale.evaluations, way.tile_edge, needed});
        plan.needed_mib = std::max(plan.needed_mib, needed);
        // The targets take about as long as an evaluation, or two.
        plan.seconds += (scale.evaluations + 1.5) * double(scale.width) * scale.height * pixel_seconds *
                        effort(scale, way, *encoder, method.padding == "circular");
    }
    plan.fits = plan.needed_mib <= plan.available_mib;
    const int own_edge = std::max(request.width, request.height);
    for (int edge = scales.back().edge; !plan.fits && plan.largest_edge == 0 && edge >= smallest_edge;
         edge = edge * 7 / 8) {
        const auto scaled = [&](int length) { return std::max(smallest_edge, int(double(length) * edge / own_edge)); };
        if (fits(load, {edge, scaled(request.width), scaled(request.height), 1}, plan.available_mib))
            plan.largest_edge = edge;
    }
    return plan;
}

}  // namespace neural_style
