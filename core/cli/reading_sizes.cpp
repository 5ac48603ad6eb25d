#include "reading_sizes.hpp"

#include <algorithm>
#include <cmath>

#include "neural-style/error.hpp"
#include "neural-style/scale_schedule.hpp"
#include "picture_file.hpp"

namespace neural_style {
namespace {

constexpr int least = 512;  // smaller pictures are not worth the trouble

int doubled(double edge) { return std::max(least, int(std::ceil(std::min(2 * edge, 1e6)))); }

}  // namespace

int size_over_content(int content_edge) { return doubled(content_edge); }

ReadingSizes reading_sizes(const Arguments& arguments) {
    ReadingSizes sizes;
    std::vector<int> edges;
    if (arguments.content_size.first > 0)
        edges.push_back(std::max(arguments.content_size.first, arguments.content_size.second));
    for (const std::string& content : arguments.contents) {
        try {
            edges.push_back(longest_edge(content));
        } catch (const Error&) {  // its turn comes, and with it its sentence
        }
    }
    // A sheet of variations has strokes of twice the size besides.
    const double stroke =
        arguments.settings.real("style-scale") * (arguments.action == Arguments::Action::variations ? 2 : 1);
    for (const int edge : edges) {
        const Scale last = plan_scales(edge, edge, arguments.settings).back();
        sizes.content = std::max(sizes.content, size_over_content(edge));
        sizes.style = std::max(sizes.style, doubled(std::max(last.width, last.height) * stroke));
    }
    return sizes;
}

}  // namespace neural_style
