#include "neural-style/scale_schedule.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "neural-style/error.hpp"

namespace neural_style {
namespace {

constexpr int coarsest_edge = 256;
constexpr int fewest_evaluations = 20;
// What is left to do at such a size is the texture of single strokes, and an evaluation takes minutes.
constexpr int huge_edge = 2048, fewest_if_huge = 8;

std::vector<int> read_list(const std::string& text) {
    std::vector<int> edges;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (true) {
        int edge = 0;
        while (at != end && *at == ' ') ++at;
        const auto result = std::from_chars(at, end, edge);
        const bool grows = edges.empty() || edge > edges.back();
        if (result.ec != std::errc() || edge < 16 || edge > 65536 || !grows) break;
        edges.push_back(edge);
        at = result.ptr;
        while (at != end && *at == ' ') ++at;
        if (at == end) return edges;
        if (*at++ != ',') break;
    }
    throw Error(Cause::settings, "The setting scales cannot be \"" + text +
                                     "\"; allowed: auto, 1, or growing edges from 16 to 65536 such as 256,512,1024.");
}

std::vector<int> choose_edges(int own_edge, const Settings& settings) {
    const std::string text = settings.text("scales");
    const int wanted = static_cast<int>(settings.integer("size"));
    const int last = wanted == 0 ? own_edge : wanted;
    if (text == "1") return {last};
    if (text != "auto") return read_list(text);
    std::vector<int> edges;
    for (int edge = coarsest_edge; edge + edge / 4 <= last; edge *= 2) edges.push_back(edge);
    edges.push_back(last);
    return edges;
}

}  // namespace

std::vector<Scale> plan_scales(int content_width, int content_height, const Settings& settings) {
    const int own_edge = std::max(content_width, content_height);
    int evaluations = static_cast<int>(settings.integer("iterations"));
    const int wanted = evaluations;
    std::vector<Scale> scales;
    for (int edge : choose_edges(own_edge, settings)) {
        const auto scaled = [&](int length) {
            return std::max(smallest_edge, static_cast<int>(std::lround(double(length) * edge / own_edge)));
        };
        const int fewest = std::min(wanted, edge > huge_edge ? fewest_if_huge : fewest_evaluations);
        scales.push_back({edge, scaled(content_width), scaled(content_height), std::max(fewest, evaluations)});
        evaluations /= 2;
    }
    return scales;
}

}  // namespace neural_style
