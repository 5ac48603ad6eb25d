#include "pixels.hpp"

#include <gegl.h>
#include <libgimp/gimp.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "neural-style/error.hpp"
#include "object_ref.hpp"
#include "text.hpp"

namespace neural_style::pixels {
namespace {

constexpr int strip_rows = 64;  // one row of GIMP's tiles

// It costs up to a second, so it waits until pixels are needed. Buffers need none of GEGL's operations, which would
// cost a third of that time.
void ready_gegl() {
    static bool ready = false;
    if (ready) return;
    ready = true;
    const gchar* path = g_getenv("GEGL_PATH");
    const std::string before = path ? path : "";
    g_setenv("GEGL_PATH", "/nonexistent", TRUE);
    gegl_init(nullptr, nullptr);
    if (path)
        g_setenv("GEGL_PATH", before.c_str(), TRUE);
    else
        g_unsetenv("GEGL_PATH");
}

// The space of an image's profile, with the profile's own curve.
const Babl* profile_space(std::int32_t image) {
    const auto profile = ObjectRef<GimpColorProfile>::take(gimp_image_get_effective_color_profile(image));
    const Babl* space = nullptr;
    if (profile)
        space = gimp_color_profile_get_space(profile.get(), GIMP_COLOR_RENDERING_INTENT_RELATIVE_COLORIMETRIC, nullptr);
    return space ? space : babl_space("sRGB");
}

// What Image holds: sRGB's curve in the primaries of the image's profile.
const Babl* picture_format(std::int32_t image) {
    return babl_format_with_space("R'G'B'A float", babl_space_with_trc(profile_space(image), babl_trc("sRGB")));
}

// How a drawable's numbers are fetched without a change but their precision, and what they then mean.
struct Numbers {
    bool grey = false;
    const Babl* raw = nullptr;      // float, as GIMP labels it
    const Babl* meaning = nullptr;  // the same numbers in the profile's space
    int channels() const { return grey ? 2 : 4; }
};

Numbers numbers_of(std::int32_t drawable, GeglBuffer* buffer) {
    const Babl* format = gegl_buffer_get_format(buffer);
    const char* model = babl_get_name(babl_format_get_model(format));
    const bool indexed = gimp_drawable_is_indexed(drawable);  // palettes are in the nonlinear encoding
    const bool linear = !indexed && std::strchr(model, '\'') == nullptr;
    Numbers numbers;
    numbers.grey = gimp_drawable_is_gray(drawable);
    const char* raw = numbers.grey ? (linear ? "YA float" : "Y'A float") : (linear ? "RGBA float" : "R'G'B'A float");
    numbers.raw = babl_format_with_space(raw, format);
    // "R'" means "in the curve of its space": the profile of a linear image has a linear one.
    numbers.meaning = babl_format_with_space(numbers.grey ? "Y'A float" : "R'G'B'A float",
                                             profile_space(gimp_item_get_image(drawable)));
    return numbers;
}

ObjectRef<GeglBuffer> buffer_of(std::int32_t drawable, Cause cause) {
    ready_gegl();
    auto buffer = ObjectRef<GeglBuffer>::take(gimp_drawable_get_buffer(drawable));
    if (!buffer) throw Error(cause, _("The layer's pixels cannot be reached; it may have been deleted."));
    return buffer;
}

}  // namespace

Image read(std::int32_t drawable, std::int32_t space_image) {
    const auto buffer = buffer_of(drawable, Cause::picture);
    const Numbers numbers = numbers_of(drawable, buffer.get());
    const Babl* fish = babl_fish(numbers.meaning, picture_format(space_image));
    Image picture(gegl_buffer_get_width(buffer.get()), gegl_buffer_get_height(buffer.get()));
    std::vector<float> strip(std::size_t(picture.width) * strip_rows * std::size_t(numbers.channels()));
    for (int y = 0; y < picture.height; y += strip_rows) {
        const int rows = std::min(strip_rows, picture.height - y);
        const GeglRectangle area = {0, y, picture.width, rows};
        gegl_buffer_get(buffer.get(), &area, 1.0, numbers.raw, strip.data(), GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
        babl_process(fish, strip.data(), picture.pixel(0, y), long(picture.width) * rows);
    }
    return picture;
}

Image from_srgb(const Image& picture, std::int32_t space_image) {
    ready_gegl();
    Image converted(picture.width, picture.height);
    babl_process(babl_fish(babl_format("R'G'B'A float"), picture_format(space_image)), picture.rgba.data(),
                 converted.rgba.data(), long(picture.width) * picture.height);
    return converted;
}

void write(std::int32_t drawable, const Image& picture) {
    const auto buffer = buffer_of(drawable, Cause::host);
    const Numbers numbers = numbers_of(drawable, buffer.get());
    const Babl* fish = babl_fish(picture_format(gimp_item_get_image(drawable)), numbers.meaning);
    std::vector<float> strip(std::size_t(picture.width) * strip_rows * std::size_t(numbers.channels()));
    for (int y = 0; y < picture.height; y += strip_rows) {
        const int rows = std::min(strip_rows, picture.height - y);
        const GeglRectangle area = {0, y, picture.width, rows};
        babl_process(fish, picture.pixel(0, y), strip.data(), long(picture.width) * rows);
        gegl_buffer_set(buffer.get(), &area, 0, numbers.raw, strip.data(), GEGL_AUTO_ROWSTRIDE);
    }
    gegl_buffer_flush(buffer.get());
}

namespace {

// Masks are linear in GIMP whatever their precision is called: "Y".
template <class Use>
void for_each_strip(GeglBuffer* mask, Use use) {
    const int width = gegl_buffer_get_width(mask), height = gegl_buffer_get_height(mask);
    std::vector<float> strip(std::size_t(width) * strip_rows);
    for (int y = 0; y < height; y += strip_rows) {
        const GeglRectangle area = {0, y, width, std::min(strip_rows, height - y)};
        gegl_buffer_get(mask, &area, 1.0, babl_format("Y float"), strip.data(), GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
        use(area, strip);
    }
}

}  // namespace

void multiply_alpha(Image& picture, std::int32_t mask) {
    const auto buffer = buffer_of(mask, Cause::picture);
    for_each_strip(buffer.get(), [&](const GeglRectangle& area, const std::vector<float>& strip) {
        float* alpha = picture.pixel(0, area.y) + 3;
        for (std::size_t i = 0; i < std::size_t(area.width) * std::size_t(area.height); ++i) alpha[4 * i] *= strip[i];
    });
}

void multiply_mask(std::int32_t mask, std::int32_t by) {
    const auto target = buffer_of(mask, Cause::host), source = buffer_of(by, Cause::host);
    std::vector<float> factors;
    for_each_strip(target.get(), [&](const GeglRectangle& area, std::vector<float>& strip) {
        factors.resize(strip.size());
        gegl_buffer_get(source.get(), &area, 1.0, babl_format("Y float"), factors.data(), GEGL_AUTO_ROWSTRIDE,
                        GEGL_ABYSS_NONE);
        for (std::size_t i = 0; i < strip.size(); ++i) strip[i] *= factors[i];
        gegl_buffer_set(target.get(), &area, 0, babl_format("Y float"), strip.data(), GEGL_AUTO_ROWSTRIDE);
    });
    gegl_buffer_flush(target.get());
}

}  // namespace neural_style::pixels
