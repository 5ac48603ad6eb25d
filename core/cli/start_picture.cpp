#include "start_picture.hpp"

#include "picture_file.hpp"

namespace neural_style {

void load_start_picture(Request& request) {
    const std::string init = request.settings.text("init");
    if (!request.init.empty() || init == "content" || init == "noise" || init == "style-noise" || init == "style")
        return;
    request.init = read_picture(init).image;
}

}  // namespace neural_style
