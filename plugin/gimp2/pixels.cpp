#include "pixels.hpp"

#include <gegl.h>
#include <libgimp/gimp.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "background.hpp"
#include "neural-style/error.hpp"
#include "object_ref.hpp"
#include "shown_group.hpp"
#include "shrunk.hpp"
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

// The same, but for a pass-through group what it shows.
ObjectRef<GeglBuffer> shown_buffer(std::int32_t drawable) {
    if (!is_pass_through(drawable)) return buffer_of(drawable, Cause::picture);
    const ShownGroup shown(drawable);
    const auto all = buffer_of(shown.drawable(), Cause::picture);
    const GeglRectangle place = {0, 0, gimp_drawable_width(drawable), gimp_drawable_height(drawable)};
    const GeglRectangle part = {shown.x(), shown.y(), place.width, place.height};
    auto own = ObjectRef<GeglBuffer>::take(gegl_buffer_new(&place, gegl_buffer_get_format(all.get())));
    gegl_buffer_copy(all.get(), &part, GEGL_ABYSS_NONE, own.get(), &place);
    return own;
}

// Babl looks for one way at a time in the whole process, and whoever asks for another meanwhile waits.
std::atomic<int> looking{0};

}  // namespace

void get_ready(std::int32_t drawable, std::int32_t space_image) {
    const auto buffer = buffer_of(drawable, Cause::picture);
    const Numbers numbers = numbers_of(drawable, buffer.get());
    const Babl* format = gegl_buffer_get_format(buffer.get());
    const Babl* picture = picture_format(space_image);
    ++looking;
    in_background(
        [=] {
            for (const auto& [from, to] : {std::pair(format, numbers.raw), std::pair(numbers.meaning, picture)}) {
                babl_fish(from, to);
                babl_fish(to, from);
            }
            --looking;
        },
        {});
}

const void* meaning_in(std::int32_t image) {
    ready_gegl();
    return picture_format(image);
}

struct Reading::State {
    std::int32_t drawable, mask;
    ObjectRef<GeglBuffer> buffer, mask_buffer;
    Numbers numbers;
    const Babl* format;  // of the picture
    int factor;          // of shrinking
    int width, height;   // of the drawable
    Image picture;
    int y = 0;  // of the next row
    std::vector<float> strip, factors, rows;
};

Reading::Reading(std::int32_t drawable, std::int32_t space_image, std::int32_t mask, int factor)
    : state_(std::make_unique<State>()) {
    State& state = *state_;
    state.drawable = drawable;
    state.mask = mask;
    state.buffer = shown_buffer(drawable);
    if (mask >= 0) state.mask_buffer = buffer_of(mask, Cause::picture);
    state.numbers = numbers_of(drawable, state.buffer.get());
    state.format = picture_format(space_image);
    state.factor = factor;
    state.width = gegl_buffer_get_width(state.buffer.get());
    state.height = gegl_buffer_get_height(state.buffer.get());
    Image& picture = state.picture;
    picture.width = (state.width + factor - 1) / factor;
    picture.height = (state.height + factor - 1) / factor;
    picture.rgba.reserve(std::size_t(4) * std::size_t(picture.width) * std::size_t(picture.height));
}

Reading::~Reading() = default;

bool Reading::step() {
    if (looking > 0) {
        g_usleep(2000);
        return true;
    }
    State& state = *state_;
    Image& picture = state.picture;
    // GIMP ends a plug-in that asks for pixels of what is not there.
    if (!gimp_item_is_valid(state.drawable) || (state.mask >= 0 && !gimp_item_is_valid(state.mask)))
        throw Error(Cause::picture, _("The layer's pixels cannot be reached; it may have been deleted."));
    const int whole_rows = std::max(state.factor, strip_rows / state.factor * state.factor);
    const int rows = std::min(whole_rows, state.height - state.y);
    const GeglRectangle area = {0, state.y, state.width, rows};
    const std::size_t pixels = std::size_t(state.width) * std::size_t(rows);
    state.strip.resize(pixels * std::size_t(state.numbers.channels()));
    gegl_buffer_get(state.buffer.get(), &area, 1.0, state.numbers.raw, state.strip.data(), GEGL_AUTO_ROWSTRIDE,
                    GEGL_ABYSS_NONE);
    std::vector<float>& target = state.factor > 1 ? state.rows : picture.rgba;
    const std::size_t before = state.factor > 1 ? 0 : target.size();
    target.resize(before + 4 * pixels);
    float* out = target.data() + before;
    babl_process(babl_fish(state.numbers.meaning, state.format), state.strip.data(), out, long(pixels));
    if (state.mask >= 0) {
        state.factors.resize(pixels);
        gegl_buffer_get(state.mask_buffer.get(), &area, 1.0, babl_format("Y float"), state.factors.data(),
                        GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
        for (std::size_t i = 0; i < pixels; ++i) out[4 * i + 3] *= state.factors[i];
    }
    if (state.factor > 1) append_shrunk(out, state.width, rows, state.factor, picture.rgba);
    state.y += rows;
    return state.y < state.height;
}

Image Reading::take() { return std::move(state_->picture); }

namespace {

// Selections and layer masks are linear in GIMP whatever their precision is called; a channel that a person made has
// the curve of its image, and the number that is shown is the one that counts.
const Babl* values_format(GeglBuffer* buffer) {
    const char* model = babl_get_name(babl_format_get_model(gegl_buffer_get_format(buffer)));
    return babl_format(std::strchr(model, '\'') ? "Y' float" : "Y float");
}

}  // namespace

struct ProductReading::State {
    struct Factor {
        PlacedDrawable channel;
        ObjectRef<GeglBuffer> buffer;
    };
    std::vector<Factor> factors;
    Mask mask;
    int y = 0;  // of the next row
    std::vector<float> strip;
};

ProductReading::ProductReading(int width, int height, const std::vector<PlacedDrawable>& channels)
    : state_(std::make_unique<State>()) {
    for (const PlacedDrawable& channel : channels)
        state_->factors.push_back({channel, buffer_of(channel.drawable, Cause::picture)});
    if (channels.empty()) return;
    state_->mask.width = width;
    state_->mask.height = height;
    state_->mask.values.reserve(std::size_t(width) * std::size_t(height));
}

ProductReading::~ProductReading() = default;

bool ProductReading::step() {
    State& state = *state_;
    Mask& mask = state.mask;
    if (mask.empty()) return false;
    const int rows = std::min(strip_rows, mask.height - state.y);
    const std::size_t before = mask.values.size(), count = std::size_t(mask.width) * std::size_t(rows);
    mask.values.resize(before + count, 1.F);
    state.strip.resize(count);
    for (const State::Factor& factor : state.factors) {
        if (!gimp_item_is_valid(factor.channel.drawable))
            throw Error(Cause::picture, _("A mask's pixels cannot be reached; it may have been deleted."));
        const GeglRectangle area = {factor.channel.x, factor.channel.y + state.y, mask.width, rows};
        gegl_buffer_get(factor.buffer.get(), &area, 1.0, values_format(factor.buffer.get()), state.strip.data(),
                        GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
        for (std::size_t i = 0; i < count; ++i) mask.values[before + i] *= state.strip[i];
    }
    state.y += rows;
    return state.y < mask.height;
}

Mask ProductReading::take() { return std::move(state_->mask); }

BrightnessReading::BrightnessReading(std::int32_t layer, std::int32_t mask, int x, int y, int width, int height)
    : reading_(layer, gimp_item_get_image(layer), mask), mask_{width, height, {}}, x_(x), y_(y) {
    mask_.values.reserve(std::size_t(width) * std::size_t(height));
}

bool BrightnessReading::step() {
    if (layer_.empty()) {
        if (!reading_.step()) layer_ = reading_.take();
        return true;
    }
    const int first = int(mask_.values.size() / std::size_t(mask_.width));
    const int end = std::min(mask_.height, first + strip_rows);
    mask_.values.resize(std::size_t(end) * std::size_t(mask_.width));
    for (int y = std::max(first, -y_); y < std::min(end, layer_.height - y_); ++y)
        for (int x = std::max(0, -x_); x < std::min(mask_.width, layer_.width - x_); ++x)
            mask_.values[std::size_t(y) * std::size_t(mask_.width) + std::size_t(x)] =
                brightness(layer_.pixel(x + x_, y + y_));
    return end < mask_.height;
}

Image from_srgb(const Image& picture, std::int32_t space_image) {
    ready_gegl();
    Image converted(picture.width, picture.height);
    babl_process(babl_fish(babl_format("R'G'B'A float"), picture_format(space_image)), picture.rgba.data(),
                 converted.rgba.data(), long(picture.width) * picture.height);
    return converted;
}

struct Writing::State {
    ObjectRef<GeglBuffer> buffer;
    const Babl* format;  // of the numbers
    int width, height;
    std::function<const float*(int y, int rows)> numbers;
    int y = 0;  // of the next row
};

Writing::Writing(std::int32_t drawable, std::shared_ptr<const Image> picture, const void* meaning) {
    auto buffer = buffer_of(drawable, Cause::host);
    const Numbers numbers = numbers_of(drawable, buffer.get());
    if (!meaning) meaning = picture_format(gimp_item_get_image(drawable));
    const Babl* fish = babl_fish(meaning, numbers.meaning);
    const int width = picture->width, height = picture->height;
    std::vector<float> strip(std::size_t(width) * strip_rows * std::size_t(numbers.channels()));
    state_.reset(new State{std::move(buffer), numbers.raw, width, height,
                           [picture = std::move(picture), fish, strip = std::move(strip)](int y, int rows) mutable {
                               babl_process(fish, picture->pixel(0, y), strip.data(), long(picture->width) * rows);
                               return strip.data();
                           }});
}

Writing::Writing(std::int32_t mask, std::shared_ptr<const Mask> values) {
    auto buffer = buffer_of(mask, Cause::host);
    const Babl* format = values_format(buffer.get());
    const int width = values->width, height = values->height;
    state_.reset(new State{std::move(buffer), format, width, height, [values = std::move(values)](int y, int) {
                               return values->values.data() + std::size_t(y) * std::size_t(values->width);
                           }});
}

Writing::~Writing() = default;

bool Writing::step() {
    State& state = *state_;
    const int rows = std::min(strip_rows, state.height - state.y);
    const GeglRectangle area = {0, state.y, state.width, rows};
    gegl_buffer_set(state.buffer.get(), &area, 0, state.format, state.numbers(state.y, rows), GEGL_AUTO_ROWSTRIDE);
    gegl_buffer_flush(state.buffer.get());
    state.y += rows;
    return state.y < state.height;
}

}  // namespace neural_style::pixels
