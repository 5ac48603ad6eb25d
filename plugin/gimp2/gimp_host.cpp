#include "gimp_host.hpp"

#include <libgimp/gimp.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <utility>

#include "layer_adding.hpp"
#include "neural-style/error.hpp"
#include "pixels.hpp"
#include "shown_group.hpp"
#include "shrunk.hpp"
#include "small_parts.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

constexpr const char* data_name = "plug-in-neural-style";
constexpr const char* session_name = "plug-in-neural-style-session";
constexpr long long progress_pause_microseconds = 100 * 1000;

std::string taken(char* text) {
    const std::string result = text ? text : "";
    g_free(text);
    return result;
}

void collect(const std::function<void(std::int32_t)>& use, int count, std::int32_t* items) {
    for (int i = 0; i < count; ++i) {
        use(items[i]);
        if (gimp_item_is_group(items[i])) {
            int children_count = 0;
            std::int32_t* children = gimp_item_get_children(items[i], &children_count);
            collect(use, children_count, children);
        }
    }
    g_free(items);
}

// What a pass-through group shows has its mask in it.
std::int32_t applied_mask(std::int32_t layer) {
    if (is_pass_through(layer)) return -1;
    const std::int32_t mask = gimp_layer_get_mask(layer);
    return mask >= 0 && gimp_layer_get_apply_mask(layer) ? mask : -1;
}

std::string kept_data(const char* name) {
    const int size = gimp_get_data_size(name);
    if (size <= 0) return {};
    std::string text(std::size_t(size), '\0');
    return gimp_get_data(name, text.data()) ? text : std::string();
}

// Names this run of GIMP: numbers of layers mean nothing in another one.
std::string session() {
    std::string text = kept_data(session_name);
    if (text.empty()) {
        text = taken(g_uuid_string_random());
        gimp_set_data(session_name, text.data(), guint(text.size()));
    }
    return text;
}

// Also a layer mask, or the selection.
bool is_channel(std::int32_t id) { return id >= 0 && gimp_item_is_valid(id) && gimp_item_is_channel(id); }

Layer description(std::int32_t id) {
    Layer layer;
    layer.id = id;
    layer.image = gimp_item_get_image(id);
    layer.name = taken(gimp_item_get_name(id));
    layer.image_name = taken(gimp_image_get_name(layer.image));
    layer.width = gimp_drawable_width(id);
    layer.height = gimp_drawable_height(id);
    layer.file = taken(gimp_image_get_filename(layer.image));
    return layer;
}

// Where the upper left corner of `layer` lies in `region`.
std::pair<int, int> place_in(std::int32_t region, std::int32_t layer) {
    int x = 0, y = 0, region_x = 0, region_y = 0;
    gimp_drawable_offsets(layer, &x, &y);
    gimp_drawable_offsets(region, &region_x, &region_y);
    return {x - region_x, y - region_y};
}

// How surely `layer` is the one that left `trace`, where both are of the same image or file; 0: it is another. Tattoos
// are small numbers that other images use as well, and copies of an image have new ones.
int likeness(const Layer& layer, const LayerTrace& trace) {
    const bool tattoo = int(gimp_item_get_tattoo(layer.id)) == trace.tattoo, name = layer.name == trace.name;
    const bool size = layer.width == trace.width && layer.height == trace.height;
    return tattoo && name ? 3 : name && size ? 2 : tattoo && size ? 1 : 0;
}

// The selection, and the mask of the layer `above` or else of `id`, as they lie over the layer `id`. What is made again
// is masked as it was before, unless a selection says otherwise. A mask that does not fit is of a layer that was
// resized.
std::vector<PlacedDrawable> content_masks(std::int32_t id, std::int32_t above) {
    std::vector<PlacedDrawable> channels;
    const std::int32_t image = gimp_item_get_image(id);
    const bool selection = !gimp_selection_is_empty(image);
    int x = 0, y = 0;
    gimp_drawable_offsets(id, &x, &y);
    if (selection) channels.push_back({gimp_image_get_selection(image), x, y});
    const bool beside = !selection && is_layer(above) && gimp_item_get_image(above) == image;
    const std::int32_t own = applied_mask(beside && applied_mask(above) >= 0 ? above : id);
    if (own >= 0 && gimp_drawable_width(own) == gimp_drawable_width(id) &&
        gimp_drawable_height(own) == gimp_drawable_height(id))
        channels.push_back({own, 0, 0});
    return channels;
}

}  // namespace

std::vector<Layer> GimpHost::layers() {
    std::vector<Layer> all;
    int count = 0;
    std::int32_t* images = gimp_image_list(&count);
    for (int i = 0; i < count; ++i) {
        int layers_count = 0;
        std::int32_t* layers = gimp_image_get_layers(images[i], &layers_count);
        collect(
            [&](std::int32_t id) {
                if (!gimp_layer_is_floating_sel(id)) all.push_back(layer(id));
            },
            layers_count, layers);
    }
    g_free(images);
    return all;
}

Layer GimpHost::layer(int id) {
    if (id < 0 || !gimp_item_is_valid(id))
        throw Error(Cause::picture, filled(_("There is no layer with the number %d; it may have been deleted."), id));
    const std::string name = taken(gimp_item_get_name(id));
    if (gimp_item_is_layer_mask(id))
        throw Error(Cause::picture,
                    filled(_("“%s” is a layer mask, not a layer; click the layer's picture in the Layers "
                             "dialog and try again."),
                           name.c_str()));
    if (!gimp_item_is_layer(id))
        throw Error(Cause::picture,
                    filled(_("“%s” is a channel, not a layer; choose a layer and try again."), name.c_str()));
    return description(id);
}

void GimpHost::check_content(int id) {
    check_target(id);
    const Layer content = layer(id);
    if (content.width < 2 || content.height < 2)
        throw Error(Cause::picture,
                    filled(_("The layer “%s” is too small (%d × %d pixels); choose one of at least 2 × 2."),
                           content.name.c_str(), content.width, content.height));
    int x = 0, y = 0, width = 0, height = 0;
    if (!gimp_drawable_mask_intersect(id, &x, &y, &width, &height))
        throw Error(Cause::picture,
                    filled(_("The selection does not touch the layer “%s”; select a part of it, or nothing, "
                             "and try again."),
                           content.name.c_str()));
}

void GimpHost::check_target(int id) {
    const Layer content = layer(id);
    if (gimp_image_base_type(content.image) == GIMP_INDEXED)
        throw Error(Cause::picture,
                    filled(_("The image “%s” is indexed, and its palette cannot hold the result; change it "
                             "with Image ▸ Mode ▸ RGB and try again."),
                           content.image_name.c_str()));
    if (gimp_image_get_floating_sel(content.image) >= 0)
        throw Error(Cause::picture,
                    filled(_("The image “%s” has a floating selection; anchor it or make it a layer, and "
                             "try again."),
                           content.image_name.c_str()));
}

void GimpHost::get_ready(int id) { pixels::get_ready(id, layer(id).image); }

Image GimpHost::read_content(int id) { return all_of(*reading_content(id)); }

Image GimpHost::read_style(int id, int content) { return all_of(*reading_style(id, content, 0)); }

std::unique_ptr<PixelReading> GimpHost::reading_content(int id) {
    return std::make_unique<pixels::Reading>(id, layer(id).image, -1);
}

std::unique_ptr<PixelReading> GimpHost::reading_style(int id, int content, int longest_edge) {
    const Layer style = layer(id);
    return std::make_unique<pixels::Reading>(id, layer(content).image, applied_mask(id),
                                             shrinking(style.width, style.height, longest_edge));
}

std::vector<Channel> GimpHost::channels() {
    std::vector<Channel> all;
    int count = 0;
    std::int32_t* images = gimp_image_list(&count);
    for (int i = 0; i < count; ++i) {
        int channels_count = 0;
        std::int32_t* channels = gimp_image_get_channels(images[i], &channels_count);
        for (int k = 0; k < channels_count; ++k)
            all.push_back({channels[k], images[i], taken(gimp_item_get_name(channels[k]))});
        g_free(channels);
    }
    g_free(images);
    return all;
}

void GimpHost::check_region(int region, int id) {
    const Layer covered = layer(id);
    if (!is_layer(region) && !is_channel(region))
        throw Error(Cause::picture, filled(_("The channel that was chosen for the layer “%s” is gone; choose another "
                                             "one, or none."),
                                           covered.name.c_str()));
    if (gimp_item_get_image(region) != covered.image)
        throw Error(
            Cause::picture,
            filled(_("“%s” is not of the same image as the layer “%s”; choose a channel or layer of that image."),
                   region_name(region).c_str(), covered.name.c_str()));
}

std::unique_ptr<MaskReading> GimpHost::reading_region(int region, int id) {
    check_region(region, id);
    const Layer covered = layer(id);
    const auto [x, y] = place_in(region, id);
    if (is_layer(region))
        return std::make_unique<pixels::BrightnessReading>(region, applied_mask(region), x, y, covered.width,
                                                           covered.height);
    return std::make_unique<pixels::ProductReading>(covered.width, covered.height,
                                                    std::vector<PlacedDrawable>{{region, x, y}});
}

Mask GimpHost::small_region(int region, int id, int edge_pixels) {
    check_region(region, id);
    const Layer covered = layer(id);
    const auto [x, y] = place_in(region, id);
    std::vector<PlacedDrawable> parts = {{region, x, y}};
    if (const std::int32_t mask = is_layer(region) ? applied_mask(region) : -1; mask >= 0)
        parts.push_back({mask, x, y});
    return small_product(covered.width, covered.height, parts, edge_pixels);
}

std::string GimpHost::region_name(int region) {
    return is_layer(region) || is_channel(region) ? taken(gimp_item_get_name(region)) : std::string();
}

std::unique_ptr<MaskReading> GimpHost::reading_content_mask(int id, int above) {
    const Layer content = layer(id);
    return std::make_unique<pixels::ProductReading>(content.width, content.height, content_masks(id, above));
}

Mask GimpHost::small_content_mask(int id, int edge_pixels) {
    const Layer content = layer(id);
    return small_product(content.width, content.height, content_masks(id, -1), edge_pixels);
}

Image GimpHost::convert_style(const Image& picture, int content) {
    return pixels::from_srgb(picture, layer(content).image);
}

Image GimpHost::thumbnail(int id, int edge_pixels) {
    const Layer source = layer(id);
    Image picture = small_part({id, 0, 0}, source.width, source.height, edge_pixels);
    if (picture.empty()) throw Error(Cause::picture, filled(_("The layer “%s” cannot be shown."), source.name.c_str()));
    return picture;
}

std::shared_ptr<Origin> GimpHost::origin(int id) {
    layer(id);
    return std::make_shared<GimpOrigin>(*this, id);
}

std::unique_ptr<LayerAdding> GimpHost::adding_layer(const NewLayer& what, std::shared_ptr<const Image> picture) {
    return std::make_unique<NewLayerAdding>(*this, what, std::move(picture));
}

std::string GimpHost::record(int id) {
    layer(id);
    GimpParasite* parasite = gimp_item_get_parasite(id, record_parasite);
    if (!parasite) return {};
    const std::string text(static_cast<const char*>(gimp_parasite_data(parasite)),
                           std::size_t(gimp_parasite_data_size(parasite)));
    gimp_parasite_free(parasite);
    return text;
}

LayerTrace GimpHost::trace(int id, int content) {
    const bool channel = is_channel(id);
    const Layer traced = channel ? description(id) : layer(id);
    LayerTrace trace;
    trace.channel = channel;
    trace.session = session();
    trace.id = id;
    trace.tattoo = int(gimp_item_get_tattoo(id));
    trace.beside = traced.image == gimp_item_get_image(content);
    trace.name = traced.name;
    trace.image_name = traced.image_name;
    trace.file = traced.file;
    trace.width = traced.width;
    trace.height = traced.height;
    return trace;
}

int GimpHost::find(const LayerTrace& trace, int image) {
    const bool this_session = trace.session == session();
    if (this_session && (trace.channel ? is_channel(trace.id) : is_layer(trace.id)) &&
        (!trace.beside || gimp_item_get_image(trace.id) == image))
        return trace.id;
    std::vector<Layer> all;
    if (trace.channel)
        for (const Channel& one : channels()) all.push_back(description(one.id));
    else
        all = layers();
    int best = 0, rivals = 0, found = -1;
    for (const Layer& one : all) {
        const bool there = trace.beside ? one.image == image : !trace.file.empty() && one.file == trace.file;
        // An image that was never saved, or that lies elsewhere now, has no address but its name.
        const bool nameless = trace.file.find('/') == std::string::npos;
        const bool perhaps = !trace.beside && nameless && !this_session && one.image_name == trace.image_name;
        const int like = there || perhaps ? likeness(one, trace) : 0;
        if (like == 0 || like < best || (perhaps && like < 2)) continue;
        rivals = like == best ? rivals + 1 : 0;
        best = like;
        found = one.id;
    }
    return rivals == 0 ? found : -1;  // rather none than the wrong one
}

void GimpHost::progress(double fraction, const std::string& text) {
    if (!progress_shown_) {
        progress_shown_ = gimp_progress_init(text.c_str());
    } else {
        const long long now = g_get_monotonic_time();
        if (now - progress_time_ < progress_pause_microseconds) return;
        progress_time_ = now;
        gimp_progress_set_text(text.c_str());
    }
    gimp_progress_update(std::clamp(fraction, 0.0, 1.0));
}

std::string GimpHost::recall() { return kept_data(data_name); }

void GimpHost::remember(const std::string& text) { gimp_set_data(data_name, text.data(), guint(text.size())); }

}  // namespace neural_style
