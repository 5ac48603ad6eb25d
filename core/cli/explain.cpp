#include "explain.hpp"

#include <cmath>
#include <cstdio>
#include <tuple>

#include "neural-style/plan.hpp"
#include "picture_file.hpp"
#include "reading_sizes.hpp"

namespace neural_style {
namespace {

bool has_transparency(const Image& image) {
    for (std::size_t i = 3; i < image.rgba.size(); i += 4)
        if (!(image.rgba[i] >= 1)) return true;
    return false;
}

PlanRequest plan_request(const Arguments& arguments) {
    PlanRequest request;
    request.settings = arguments.settings;
    request.styles = arguments.style_sizes;
    request.guides = int(arguments.guides.size());
    request.masked = !arguments.mask.empty() || request.guides > 0;
    std::tie(request.width, request.height) = arguments.content_size;
    if (!arguments.contents.empty()) {
        const Image content = read_picture(arguments.contents.front()).image;
        request.width = content.width;
        request.height = content.height;
        request.masked |= has_transparency(content);
    }
    const int edge = arguments.styles.empty() ? 0 : reading_sizes(arguments).style;
    for (const StyleArgument& style : arguments.styles) {
        const Image picture = read_picture(style.file, edge).image;
        request.styles.push_back({picture.width, picture.height});
    }
    return request;
}

}  // namespace

int explain(const Arguments& arguments) {
    const Plan plan = make_plan(plan_request(arguments));
    std::printf("device: %s, %d threads\n", plan.device.c_str(), plan.threads);
    if (!plan.chosen.empty()) std::printf("device chosen because %s\n", plan.chosen.c_str());
    std::printf("network: %s%s%s\n", plan.network.c_str(), plan.weights.empty() ? "" : ", weights ",
                plan.weights.c_str());
    std::printf("computed by: %s, in %s\n", plan.engine.c_str(), plan.precision.c_str());
    std::printf("loss: %s\noptimiser: %s\n", plan.loss.c_str(), plan.optimiser.c_str());
    for (const PlannedScale& scale : plan.scales) {
        std::printf("scale: %dx%d, %d evaluations, ", scale.width, scale.height, scale.evaluations);
        if (scale.tile_edge)
            std::printf("in tiles of %d", scale.tile_edge);
        else
            std::printf("in one piece");
        std::printf(", %.0f MiB\n", scale.needed_mib);
    }
    std::printf("memory needed: %.0f MiB\nmemory available: %.0f MiB\n", plan.needed_mib, plan.available_mib);
    std::printf("fits: %s\n", plan.fits ? "yes" : "no");
    if (!plan.fits) std::printf("largest size that fits: %d\n", plan.largest_edge);
    std::printf("expected time: %.0f s\n", std::ceil(plan.seconds));
    return 0;
}

}  // namespace neural_style
