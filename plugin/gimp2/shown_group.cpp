#include "shown_group.hpp"

#include <vector>

#include "neural-style/error.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

[[noreturn]] void fail() {
    throw Error(Cause::picture, _("The group's pixels cannot be reached; choose Layer ▸ New from Visible, and paint "
                                  "that layer."));
}

// A parent below 0: the image itself.
std::vector<std::int32_t> items_of(std::int32_t image, std::int32_t parent) {
    int count = 0;
    std::int32_t* items = parent < 0 ? gimp_image_get_layers(image, &count) : gimp_item_get_children(parent, &count);
    const std::vector<std::int32_t> result(items, items + count);
    g_free(items);
    return result;
}

// The item of `copy` that lies where `item` does in the image that it is a copy of.
std::int32_t counterpart(std::int32_t item, std::int32_t copy) {
    const std::int32_t parent = gimp_item_get_parent(item);
    const auto siblings = items_of(copy, parent < 0 ? -1 : counterpart(parent, copy));
    const int place = gimp_image_get_item_position(gimp_item_get_image(item), item);
    if (place < 0 || std::size_t(place) >= siblings.size()) fail();
    return siblings[std::size_t(place)];
}

}  // namespace

bool is_pass_through(std::int32_t item) {
    return gimp_item_is_valid(item) && gimp_item_is_group(item) &&
           gimp_layer_get_mode(item) == GIMP_LAYER_MODE_PASS_THROUGH;
}

ShownGroup::ShownGroup(std::int32_t group) : copy_(gimp_image_duplicate(gimp_item_get_image(group))) {
    if (copy_ < 0) fail();
    try {
        gimp_image_undo_disable(copy_);
        if (gimp_image_base_type(copy_) == GIMP_INDEXED) gimp_image_convert_rgb(copy_);  // a palette lacks mixtures
        show_alone(counterpart(group, copy_));
    } catch (...) {
        gimp_image_delete(copy_);
        throw;
    }
}

ShownGroup::~ShownGroup() { gimp_image_delete(copy_); }

void ShownGroup::show_alone(std::int32_t group) {
    int group_x = 0, group_y = 0;
    gimp_drawable_offsets(group, &group_x, &group_y);
    for (std::int32_t level = group;;) {
        gimp_item_set_visible(level, TRUE);
        const std::int32_t parent = gimp_item_get_parent(level);
        for (const std::int32_t sibling : items_of(copy_, parent)) {
            if (sibling == level) break;
            gimp_item_set_visible(sibling, FALSE);
        }
        if (parent < 0) break;
        if (!is_pass_through(parent)) {  // what lies below such a group is not seen in it
            gimp_drawable_offsets(parent, &x_, &y_);
            x_ = group_x - x_;
            y_ = group_y - y_;
            drawable_ = parent;
            return;
        }
        // The result will lie in that group too, and be blended with it once.
        gimp_layer_set_opacity(parent, 100);
        if (gimp_layer_get_mask(parent) >= 0) gimp_layer_set_apply_mask(parent, FALSE);
        level = parent;
    }
    // The canvas becomes the group's place, so that nothing of it lies outside.
    if (!gimp_image_resize(copy_, gimp_drawable_width(group), gimp_drawable_height(group), -group_x, -group_y)) fail();
    drawable_ = gimp_layer_new_from_visible(copy_, copy_, "shown");
    if (drawable_ < 0) fail();
}

}  // namespace neural_style
