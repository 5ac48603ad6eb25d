#include "start_picture.hpp"

#include "picture_file.hpp"

namespace neural_style {

bool names_start_picture(const Settings& settings) {
    const std::string init = settings.text("init");
    return init != "content" && init != "noise" && init != "style-noise" && init != "style";
}

void load_start_picture(Request& request) {
    if (!request.init.empty() || !names_start_picture(request.settings)) return;
    request.init = read_picture(request.settings.text("init")).image;
}

}  // namespace neural_style
