#include "start_picture.hpp"

#include <algorithm>

#include "picture_file.hpp"
#include "reading_sizes.hpp"

namespace neural_style {

bool names_start_picture(const Settings& settings) {
    const std::string init = settings.text("init");
    return init != "content" && init != "noise" && init != "style-noise" && init != "style";
}

void load_start_picture(Request& request) {
    if (!request.init.empty() || !names_start_picture(request.settings)) return;
    const int edge = std::max(request.content.width, request.content.height);
    request.init = read_picture(request.settings.text("init"), size_over_content(edge)).image;
}

}  // namespace neural_style
