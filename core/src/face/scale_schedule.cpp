#include "neural-style/scale_schedule.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "neural-style/error.hpp"

namespace neural_style {
namespace {

// Large shapes of the style enter where the network sees much of the picture at once, and an evaluation costs next to
// nothing there.
constexpr int coarsest_edge = 64;
// A picture that was given as the start keeps its shapes and comes back sharp.
constexpr int coarsest_of_given = 256;
constexpr int smallest_listed = 16, largest_listed = 65536;  // edges in a list
constexpr int fewest_evaluations = 20;
// What is left to do at such a size is the texture of single strokes, and an evaluation takes minutes.
constexpr int huge_edge = 2048, fewest_if_huge = 8;

struct Step {
    int edge;
    int evaluations;  // 0: by the schedule
};

// EDGE[:EVALUATIONS], separated by commas, edges growing.
std::vector<Step> read_list(const std::string& text) {
    std::vector<Step> steps;
    const char* at = text.data();
    const char* const end = at + text.size();
    const auto skip_blanks = [&] {
        while (at != end && *at == ' ') ++at;
    };
    const auto read = [&](int& number) {
        skip_blanks();
        const auto result = std::from_chars(at, end, number);
        at = result.ptr;
        skip_blanks();
        return result.ec == std::errc();
    };
    while (true) {
        Step step = {0, 0};
        const bool grows = read(step.edge) && (steps.empty() || step.edge > steps.back().edge);
        if (!grows || step.edge < smallest_listed || step.edge > largest_listed) break;
        if (at != end && *at == ':') {
            ++at;
            if (!read(step.evaluations) || step.evaluations < 1 || step.evaluations > 10000) break;
        }
        steps.push_back(step);
        if (at == end) return steps;
        if (*at++ != ',') break;
    }
    throw Error(Cause::settings, "The setting scales cannot be \"" + text +
                                     "\"; allowed: auto, 1, or growing edges from 16 to 65536 such as 256,512,1024, "
                                     "each with its evaluations after a colon if wanted, such as 256:300,512:50.");
}

bool starts_from_given_picture(const Settings& settings) {
    const std::string init = settings.text("init");
    return init != "content" && init != "noise" && init != "style-noise" && init != "style";
}

std::vector<Step> choose_steps(int own_edge, const Settings& settings) {
    const std::string text = settings.text("scales");
    const int wanted = static_cast<int>(settings.integer("size"));
    const int last = wanted == 0 ? own_edge : wanted;
    if (text == "1") return {{last, 0}};
    if (text != "auto") return read_list(text);
    std::vector<Step> steps;
    const int coarsest = starts_from_given_picture(settings) ? coarsest_of_given : coarsest_edge;
    for (int edge = coarsest; edge + edge / 4 <= last; edge *= 2) steps.push_back({edge, 0});
    steps.push_back({last, 0});
    return steps;
}

}  // namespace

std::vector<Scale> plan_scales(int content_width, int content_height, const Settings& settings) {
    const int own_edge = std::max(content_width, content_height);
    int evaluations = static_cast<int>(settings.integer("iterations"));
    const int wanted = evaluations;
    std::vector<Scale> scales;
    for (const auto& [edge, own] : choose_steps(own_edge, settings)) {
        const auto scaled = [&, longest = edge](int length) {
            return std::max(smallest_edge, static_cast<int>(std::lround(double(length) * longest / own_edge)));
        };
        const int fewest = std::min(wanted, edge > huge_edge ? fewest_if_huge : fewest_evaluations);
        scales.push_back(
            {edge, scaled(content_width), scaled(content_height), own > 0 ? own : std::max(fewest, evaluations)});
        evaluations = evaluations * 2 / 3;
    }
    return scales;
}

std::string scales_left(const std::vector<Scale>& plan, int scale, int evaluations) {
    std::string list;
    for (std::size_t i = std::size_t(scale); i < plan.size(); ++i) {
        const int left = int(i) == scale ? std::max(1, plan[i].evaluations - evaluations) : plan[i].evaluations;
        const int edge = std::max(smallest_listed, plan[i].edge);  // a tiny picture is stretched in any case
        list += (list.empty() ? "" : ",") + std::to_string(edge) + ":" + std::to_string(left);
    }
    return list;
}

}  // namespace neural_style
