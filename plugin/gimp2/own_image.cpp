#include "own_image.hpp"

#include <algorithm>
#include <utility>

#include "neural-style/error.hpp"
#include "pixels.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

constexpr int sight_edge = 128;

void must(bool worked) {
    if (!worked) throw Error(Cause::host, filled(_("GIMP could not make an image (%s)."), gimp_get_pdb_error()));
}

}  // namespace

Sight sight_of(Host& host, std::int32_t layer) {
    const Layer now = host.layer(layer);
    return {now.width, now.height, host.thumbnail(layer, sight_edge)};
}

ImageKind kind_of(std::int32_t layer) {
    const std::int32_t image = gimp_item_get_image(layer);
    return {gimp_image_base_type(image), gimp_image_get_precision(image),
            ObjectRef<GimpColorProfile>::take(gimp_image_get_color_profile(image)), gimp_drawable_type(layer)};
}

GimpOrigin::GimpOrigin(Host& host, std::int32_t layer)
    : sight(sight_of(host, layer)), kind(kind_of(layer)), meaning(pixels::meaning_in(gimp_item_get_image(layer))) {
    gimp_drawable_offsets(layer, &x, &y);
}

OwnImage::OwnImage(const ImageKind& kind, int width, int height)
    : image_(gimp_image_new_with_precision(width, height, kind.base_type, kind.precision)) {
    must(image_ >= 0);
    gimp_image_undo_disable(image_);
    if (kind.profile) gimp_image_set_color_profile(image_, kind.profile.get());
}

OwnImage::~OwnImage() {
    if (image_ >= 0) gimp_image_delete(image_);
}

void OwnImage::bring_to(const Fit& fit, int width, int height) {
    static constexpr GimpRotationType turns[] = {GIMP_ROTATE_90, GIMP_ROTATE_180, GIMP_ROTATE_270};
    if (fit.flipped) must(gimp_image_flip(image_, GIMP_ORIENTATION_HORIZONTAL));
    if (fit.quarter_turns > 0) must(gimp_image_rotate(image_, turns[fit.quarter_turns - 1]));
    if (fit.scaled) {
        gimp_context_push();
        gimp_context_set_interpolation(GIMP_INTERPOLATION_CUBIC);
        const bool scaled = gimp_image_scale(image_, width, height);
        gimp_context_pop();
        return must(scaled);
    }
    const int left = std::max(0, fit.x), top = std::max(0, fit.y);
    const int right = std::min(gimp_image_width(image_), fit.x + width);
    const int bottom = std::min(gimp_image_height(image_), fit.y + height);
    must(right > left && bottom > top && gimp_image_crop(image_, right - left, bottom - top, left, top));
}

void OwnImage::show() {
    gimp_image_undo_enable(image_);
    gimp_display_new(image_);  // where there is no screen, scripts find it nevertheless
    image_ = -1;
}

}  // namespace neural_style
