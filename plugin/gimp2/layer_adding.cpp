#include "layer_adding.hpp"

#include <algorithm>
#include <chrono>

#include "neural-style/error.hpp"
#include "shown_group.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

constexpr int most_attempts = 3;

[[noreturn]] void fail() {
    throw Error(Cause::host,
                filled(_("GIMP could not add the new layer (%s); the image is as before."), gimp_get_pdb_error()));
}

void must(gboolean worked) {
    if (!worked) fail();
}

// GIMP ends a plug-in that writes pixels of what is not there any more, as when the image was closed.
void must_exist(const Draft& draft) { must(gimp_item_is_valid(draft.id())); }

void attach_record(std::int32_t layer, const std::string& record) {
    GimpParasite* parasite =
        gimp_parasite_new(record_parasite, GIMP_PARASITE_PERSISTENT, guint32(record.size()), record.data());
    const gboolean attached = gimp_item_attach_parasite(layer, parasite);
    gimp_parasite_free(parasite);
    must(attached);
}

// In the source's place a picture is to look as the source did: it is blended as the source is. What a pass-through
// group shows is blended already.
void blend_as(std::int32_t layer, std::int32_t source) {
    if (is_pass_through(source)) return;
    must(gimp_layer_set_opacity(layer, gimp_layer_get_opacity(source)));
    must(gimp_layer_set_mode(layer, gimp_layer_get_mode(source)));
    // GIMP says which it takes where these are to be chosen by the mode; -1 would be its word for that.
    gimp_layer_set_blend_space(layer, gimp_layer_get_blend_space(source));
    gimp_layer_set_composite_space(layer, gimp_layer_get_composite_space(source));
    gimp_layer_set_composite_mode(layer, gimp_layer_get_composite_mode(source));
}

// Of GIMP's modes LCh lightness comes nearest to what the engine makes of colours=content: 0.015 to 0.023 apart
// (root of the mean square) on three painted photographs, where Luminance is 0.022 to 0.048 apart.
void make_luminance_copy(std::int32_t layer) {
    must(gimp_layer_set_mode(layer, GIMP_LAYER_MODE_LCH_LIGHTNESS));
    must(gimp_item_set_visible(layer, FALSE));  // through half transparent parts of the result it would be seen
}

}  // namespace

Draft::Draft(std::int32_t item) : item_(item) {
    if (item_ < 0) fail();
}

Draft::~Draft() {
    if (item_ >= 0 && gimp_item_is_valid(item_)) gimp_item_delete(item_);
}

NewLayerAdding::Filling::Filling(std::int32_t image, GimpImageType type, const std::string& name,
                                 std::shared_ptr<const Image> picture, const void* meaning,
                                 std::shared_ptr<const Mask> mask)
    : layer(gimp_layer_new(image, name.c_str(), picture->width, picture->height, type, 100,
                           gimp_image_get_default_new_layer_mode(image))),
      mask_values_(std::move(mask)),
      writing_(layer.id(), std::move(picture), meaning) {}

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
    : host_(host),
      what_(what),
      picture_(std::move(picture)),
      origin_(std::dynamic_pointer_cast<const GimpOrigin>(what.origin)) {
    if (!origin_) look();
}

bool NewLayerAdding::step() {
    try {
        return step_once();
    } catch (const Error&) {  // the source, or its image, may have gone just now
        if (!origin_ || ++attempts_ == most_attempts) throw;
        begin_again();
        return true;
    }
}

bool NewLayerAdding::step_once() {
    switch (stage_) {
        case Stage::looking:
            look();
            return true;
        case Stage::reading:
            read();
            return true;
        case Stage::finding:
            if (finding_.wait_for(std::chrono::milliseconds(2)) == std::future_status::ready) take_fit(finding_.get());
            return true;
        case Stage::filling:
            break;
    }
    if (!filled_) {
        filled_ = !filling_->step();
        return true;
    }
    if (copy_ && copy_->step()) return true;
    return finish();
}

void NewLayerAdding::look() {
    if (!origin_) {
        host_.check_target(what_.source);
        return fill(gimp_item_get_image(what_.source), gimp_drawable_type(what_.source));
    }
    if (!is_layer(what_.source)) {
        trouble_ = _("The layer that was painted is not there any more.");
        return fill_own_image(origin_->kind);
    }
    try {
        host_.check_target(what_.source);
        seen_ = sight_of(host_, what_.source);
    } catch (const Error& error) {
        trouble_ = error.what();
        return fill_own_image(origin_->kind);
    }
    if (seen_ == origin_->sight) return take_fit(Fit());
    reading_ = host_.reading_content(what_.source);
    stage_ = Stage::reading;
}

void NewLayerAdding::read() {
    if (reading_->step()) return;
    const Image picture = std::exchange(reading_, nullptr)->take();
    int x = 0, y = 0;
    gimp_drawable_offsets(what_.source, &x, &y);
    Look now;
    while (now.take_some(picture)) {
    }
    finding_ = std::async(std::launch::async, [then = origin_, now = std::move(now), x = x - origin_->x,
                                               y = y - origin_->y] { return find_fit(then->look, now, x, y); });
    stage_ = Stage::finding;
}

void NewLayerAdding::take_fit(const std::optional<Fit>& fit) {
    if (!fit) {
        trouble_ = filled(_("The layer “%s” has got another shape while it was painted, and the picture does not fit "
                            "it any more."),
                          host_.layer(what_.source).name.c_str());
        return fill_own_image(origin_->kind);
    }
    fit_ = *fit;
    if (fit_.is_none() && seen_.width == picture_->width && seen_.height == picture_->height)
        return fill(gimp_item_get_image(what_.source), gimp_drawable_type(what_.source));
    fill_own_image(kind_of(what_.source));
}

void NewLayerAdding::fill_own_image(const ImageKind& kind) {
    own_ = std::make_unique<OwnImage>(kind, picture_->width, picture_->height);
    fill(own_->id(), kind.layers);
}

void NewLayerAdding::fill(std::int32_t image, GimpImageType type) {
    const void* meaning = origin_ ? origin_->meaning : nullptr;
    filling_.emplace(image, type, what_.name, picture_, meaning, what_.mask);
    if (what_.luminance_copy && gimp_image_base_type(image) != GIMP_GRAY)
        copy_.emplace(image, type, filled(_("%s, in the colours below"), what_.name.c_str()), picture_, meaning,
                      what_.mask);
    stage_ = Stage::filling;
}

bool NewLayerAdding::is_as_seen() const { return seen_ == sight_of(host_, what_.source); }

bool NewLayerAdding::finish() {
    if (!trouble_.empty()) {
        leave_in_own_image();
        return false;
    }
    host_.check_target(what_.source);  // much can have happened to it in the meantime
    if (origin_ && ++attempts_ < most_attempts && !is_as_seen()) {
        begin_again();
        return true;
    }
    if (own_) {
        insert_from_own_image();
    } else {
        int x = 0, y = 0;
        must(gimp_drawable_offsets(what_.source, &x, &y));
        insert(filling_->layer, copy_ ? &copy_->layer : nullptr, x, y);
    }
    return false;
}

void NewLayerAdding::begin_again() {
    reading_.reset();
    filling_.reset();
    copy_.reset();
    own_.reset();
    filled_ = false;
    trouble_.clear();
    stage_ = Stage::looking;
}

void NewLayerAdding::insert(Draft& made, Draft* copy, int x, int y) {
    const std::int32_t image = gimp_item_get_image(what_.source);
    const bool above = is_layer(what_.above) && gimp_item_get_image(what_.above) == image;
    const std::int32_t below = above ? what_.above : what_.source;
    const std::int32_t parent = gimp_item_get_parent(below);
    const int position = gimp_image_get_item_position(image, below);
    for (Draft* draft : {copy, &made}) {
        if (!draft) continue;
        must(gimp_layer_set_offsets(draft->id(), x, y));
        if (!what_.record.empty()) attach_record(draft->id(), what_.record);
    }
    blend_as(made.id(), what_.source);
    if (copy) {
        must(gimp_layer_set_opacity(copy->id(), gimp_layer_get_opacity(made.id())));
        make_luminance_copy(copy->id());
    }
    gimp_image_undo_group_start(image);  // gives the step our name
    const auto insert = [&](const Draft& layer) {
        return gimp_image_insert_layer(image, layer.id(), parent < 0 ? 0 : parent, position);
    };
    const gboolean inserted = (!copy || insert(*copy)) && insert(made);
    gimp_image_undo_group_end(image);
    must(inserted);
    if (copy) copy->keep();
    layer_ = made.keep();
    gimp_displays_flush();
}

void NewLayerAdding::insert_from_own_image() {
    const std::int32_t image = gimp_item_get_image(what_.source);
    std::optional<Draft> layers[2];
    for (auto* filling : {&copy_, &filling_})
        if (*filling) must(gimp_image_insert_layer(own_->id(), (*filling)->layer.keep(), 0, 0));
    own_->bring_to(fit_, seen_.width, seen_.height);
    int count = 0;
    gint* const made = gimp_image_get_layers(own_->id(), &count);
    for (int i = 0; i < count; ++i) {
        gchar* name = gimp_item_get_name(made[i]);
        layers[i].emplace(gimp_layer_new_from_drawable(made[i], image));
        gimp_item_set_name(layers[i]->id(), name);
        g_free(name);
        if (gimp_layer_get_mask(layers[i]->id()) >= 0) gimp_layer_set_edit_mask(layers[i]->id(), FALSE);
    }
    g_free(made);
    int x = 0, y = 0;
    must(gimp_drawable_offsets(what_.source, &x, &y));
    const bool laid = !fit_.scaled;
    insert(layers[0].value(), layers[1] ? &*layers[1] : nullptr, x + (laid ? std::max(0, -fit_.x) : 0),
           y + (laid ? std::max(0, -fit_.y) : 0));
}

void NewLayerAdding::leave_in_own_image() {
    if (copy_) {
        make_luminance_copy(copy_->layer.id());
        must(gimp_image_insert_layer(own_->id(), copy_->layer.keep(), 0, 0));
    }
    if (!what_.record.empty()) attach_record(filling_->layer.id(), what_.record);
    must(gimp_image_insert_layer(own_->id(), filling_->layer.id(), 0, 0));
    layer_ = filling_->layer.keep();
    own_->show();
    gimp_displays_flush();
    gimp_message(filled(_("%s The picture is in an image of its own now."), trouble_.c_str()).c_str());
}

}  // namespace neural_style
