#include "layer_adding.hpp"

#include "neural-style/error.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

[[noreturn]] void fail() {
    throw Error(Cause::host,
                filled(_("GIMP could not add the new layer (%s); the image is as before."), gimp_get_pdb_error()));
}

void must(gboolean worked) {
    if (!worked) fail();
}

// GIMP ends a plug-in that writes pixels of what is not there any more, as when the image was closed.
void must_exist(const Draft& draft) { must(gimp_item_is_valid(draft.id())); }

// What a layer is made of may have changed since the run began.
const NewLayer& checked(Host& host, const NewLayer& what) {
    host.check_target(what.source);
    return what;
}

std::int32_t new_layer(const NewLayer& what, const std::string& name, const Image& picture) {
    const std::int32_t image = gimp_item_get_image(what.source);
    return gimp_layer_new(image, name.c_str(), picture.width, picture.height, gimp_drawable_type(what.source), 100,
                          gimp_image_get_default_new_layer_mode(image));
}

void attach_record(std::int32_t layer, const std::string& record) {
    GimpParasite* parasite =
        gimp_parasite_new(record_parasite, GIMP_PARASITE_PERSISTENT, guint32(record.size()), record.data());
    const gboolean attached = gimp_item_attach_parasite(layer, parasite);
    gimp_parasite_free(parasite);
    must(attached);
}

}  // namespace

Draft::Draft(std::int32_t item) : item_(item) {
    if (item_ < 0) fail();
}

Draft::~Draft() {
    if (item_ >= 0 && gimp_item_is_valid(item_)) gimp_item_delete(item_);
}

NewLayerAdding::Filling::Filling(const NewLayer& what, const std::string& name, std::shared_ptr<const Image> picture)
    : layer(new_layer(what, name, *picture)), mask_values_(what.mask), writing_(layer.id(), std::move(picture)) {
    int x = 0, y = 0;
    must(gimp_drawable_offsets(what.source, &x, &y));
    must(gimp_layer_set_offsets(layer.id(), x, y));
    if (!what.record.empty()) attach_record(layer.id(), what.record);
}

bool NewLayerAdding::Filling::step() {
    must_exist(layer);
    if (!written_) {
        written_ = !writing_.step();
        return !written_ || mask_values_;
    }
    if (!mask_) {
        mask_.emplace(gimp_layer_create_mask(layer.id(), GIMP_ADD_MASK_WHITE));
        mask_writing_ = std::make_unique<pixels::Writing>(mask_->id(), mask_values_);
    }
    must_exist(*mask_);
    if (mask_writing_->step()) return true;
    mask_writing_.reset();
    must(gimp_layer_add_mask(layer.id(), mask_->id()));
    mask_->keep();
    gimp_layer_set_edit_mask(layer.id(), FALSE);  // the picture is what a person goes on with
    return false;
}

NewLayerAdding::NewLayerAdding(Host& host, const NewLayer& what, std::shared_ptr<const Image> picture)
    : host_(host), what_(checked(host, what)), filling_(what_, what.name, picture) {
    if (!what.luminance_copy || gimp_drawable_is_gray(what.source)) return;
    copy_.emplace(what, filled(_("%s, in the colours below"), what.name.c_str()), std::move(picture));
    // Of GIMP's modes LCh lightness comes nearest to what the engine makes of colours=content: 0.015 to 0.023 apart
    // (root of the mean square) on three painted photographs, where Luminance is 0.022 to 0.048 apart.
    gimp_layer_set_mode(copy_->layer.id(), GIMP_LAYER_MODE_LCH_LIGHTNESS);
    gimp_item_set_visible(copy_->layer.id(), FALSE);  // through half transparent parts of the result it would be seen
}

bool NewLayerAdding::step() {
    if (!filled_)
        filled_ = !filling_.step();
    else if (!copy_ || !copy_->step()) {
        insert();
        return false;
    }
    return true;
}

void NewLayerAdding::insert() {
    host_.check_target(what_.source);  // much can have happened to it in the meantime
    const std::int32_t image = gimp_item_get_image(what_.source);
    const bool above = is_layer(what_.above) && gimp_item_get_image(what_.above) == image;
    const std::int32_t below = above ? what_.above : what_.source;
    const std::int32_t parent = gimp_item_get_parent(below);
    const int position = gimp_image_get_item_position(image, below);
    gimp_image_undo_group_start(image);  // gives the step our name
    const auto insert = [&](const Draft& layer) {
        return gimp_image_insert_layer(image, layer.id(), parent < 0 ? 0 : parent, position);
    };
    const gboolean inserted = (!copy_ || insert(copy_->layer)) && insert(filling_.layer);
    gimp_image_undo_group_end(image);
    must(inserted);
    if (copy_) copy_->layer.keep();
    layer_ = filling_.layer.keep();
    gimp_displays_flush();
}

}  // namespace neural_style
