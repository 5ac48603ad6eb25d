#include "region_picker.hpp"

#include <algorithm>
#include <string>

#include "accessible_name.hpp"
#include "neural-style/error.hpp"
#include "signals.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

int image_of(Host& host, int layer) {
    try {
        return host.layer(layer).image;
    } catch (const Error&) {  // gone meanwhile
        return -1;
    }
}

}  // namespace

RegionPicker::RegionPicker(Host& host, int content_layer, std::function<void()> changed)
    : host_(host), content_(content_layer), changed_(std::move(changed)) {
    expander_ = gtk_expander_new(_("Regions"));
    set_accessible_name(expander_, _("Regions"),
                        _("Give a style a part of the photo, and take only a part of it: choose channels, which are "
                          "saved selections."));
    grid_ = gtk_grid_new();
    gtk_grid_set_column_spacing(GTK_GRID(grid_), 12);
    gtk_grid_set_row_spacing(GTK_GRID(grid_), 6);
    gtk_widget_set_margin_top(grid_, 6);
    gtk_container_add(GTK_CONTAINER(expander_), grid_);
    gtk_widget_show(grid_);
    gtk_widget_set_no_show_all(expander_, TRUE);
}

void RegionPicker::show(const std::vector<Layer>& styles) {
    styles_ = styles;
    channels_ = host_.channels();
    build_rows();
}

void RegionPicker::refresh() {
    const auto channels = host_.channels();
    const bool same = std::equal(channels.begin(), channels.end(), channels_.begin(), channels_.end(),
                                 [](const Channel& a, const Channel& b) { return a.id == b.id && a.name == b.name; });
    if (same) return;
    channels_ = channels;
    bool lost = false;
    for (auto& [id, regions] : chosen_)
        for (int* channel : {&regions.content, &regions.style}) {
            const bool there =
                std::any_of(channels_.begin(), channels_.end(), [&](const Channel& one) { return one.id == *channel; });
            if (*channel < 0 || there) continue;
            *channel = -1;
            lost = true;
        }
    build_rows();
    if (lost) changed_();
}

void RegionPicker::fill(int id, StyleChoice& choice) const {
    const auto found = chosen_.find(id);
    if (found == chosen_.end()) return;
    choice.content_region = found->second.content;
    choice.style_region = found->second.style;
}

void RegionPicker::take(int id, const StyleChoice& choice) {
    chosen_[id] = {choice.content_region, choice.style_region};
}

void RegionPicker::build_rows() {
    gtk_container_foreach(
        GTK_CONTAINER(grid_), [](GtkWidget* child, gpointer) { gtk_widget_destroy(child); }, nullptr);
    const int content_image = image_of(host_, content_);
    const bool any = std::any_of(channels_.begin(), channels_.end(), [&](const Channel& channel) {
        return channel.image == content_image || std::any_of(styles_.begin(), styles_.end(), [&](const Layer& style) {
                   return style.image == channel.image;
               });
    });
    gtk_widget_set_visible(expander_, any && !styles_.empty());
    if (!any) return;
    int row = 0;
    for (const Layer& style : styles_) add_row(row++, style);
    gtk_widget_show_all(grid_);
}

void RegionPicker::add_row(int row, const Layer& style) {
    GtkWidget* label = gtk_label_new(style.name.c_str());
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
    gtk_label_set_width_chars(GTK_LABEL(label), 11);
    gtk_label_set_max_width_chars(GTK_LABEL(label), 14);
    gtk_grid_attach(GTK_GRID(grid_), label, 0, row, 1, 1);
    gtk_grid_attach(
        GTK_GRID(grid_),
        new_choice(image_of(host_, content_), _("Everywhere"), filled(_("Where %s goes"), style.name.c_str()),
                   _("The part of the photo that takes on this style."), style.id, &Regions::content),
        1, row, 1, 1);
    if (style.image < 0) return;
    gtk_grid_attach(GTK_GRID(grid_),
                    new_choice(style.image, _("All of it"), filled(_("What is taken of %s"), style.name.c_str()),
                               _("The part of the style whose look is taken."), style.id, &Regions::style),
                    2, row, 1, 1);
}

GtkWidget* RegionPicker::new_choice(int image, const char* whole, const std::string& name, const char* tooltip, int id,
                                    int Regions::*part) {
    GtkWidget* box = gtk_combo_box_text_new();
    gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(box), "-1", whole);
    for (const Channel& channel : channels_)
        if (channel.image == image)
            gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(box), std::to_string(channel.id).c_str(),
                                      channel.name.c_str());
    if (!gtk_combo_box_set_active_id(GTK_COMBO_BOX(box), std::to_string(chosen_[id].*part).c_str())) {
        chosen_[id].*part = -1;
        gtk_combo_box_set_active(GTK_COMBO_BOX(box), 0);
    }
    gtk_widget_set_hexpand(box, TRUE);
    set_accessible_name(box, name, tooltip);
    connect(box, "changed", [this, box, id, part] {
        const char* channel = gtk_combo_box_get_active_id(GTK_COMBO_BOX(box));
        chosen_[id].*part = channel ? std::stoi(channel) : -1;
        changed_();
    });
    return box;
}

}  // namespace neural_style
