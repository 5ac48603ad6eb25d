#include "label.hpp"

#ifdef HAVE_VIPS
#include <vips/vips.h>

#include "vips_picture.hpp"
#endif

namespace neural_style {

#ifdef HAVE_VIPS

Image drawn_label(const std::string& text, int height) {
    start_vips();
    gchar* marked_up = g_markup_escape_text(text.c_str(), -1);
    VipsImage* drawn = nullptr;
    // At 72 dots an inch a point is a pixel.
    const int failed =
        vips_text(&drawn, marked_up, "font", ("sans " + std::to_string(height)).c_str(), "dpi", 72, nullptr);
    g_free(marked_up);
    if (failed) {
        vips_error_clear();
        return {};
    }
    Image label(vips_image_get_width(drawn), vips_image_get_height(drawn));
    std::size_t bytes = 0;
    auto* ink = static_cast<unsigned char*>(vips_image_write_to_memory(drawn, &bytes));
    const bool grey = ink && bytes * 4 == label.rgba.size();
    for (std::size_t i = 0; grey && i < bytes; ++i) label.rgba[4 * i + 3] = float(ink[i]) / 255;
    g_free(ink);
    g_object_unref(drawn);
    return grey ? label : Image();
}

#else

Image drawn_label(const std::string&, int) { return {}; }

#endif

}  // namespace neural_style
