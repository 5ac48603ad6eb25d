#include "style_picker.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "accessible_name.hpp"
#include "neural-style/error.hpp"
#include "picture_surface.hpp"
#include "question.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

constexpr int thumbnail_edge = 96;  // units of the layout

}  // namespace

struct StylePicker::Card {
    Layer layer;  ///< of a picture that is no layer: with an id below -1
    std::shared_ptr<const Image> picture_from_elsewhere;
    GtkWidget* child = nullptr;
    GtkWidget* picture = nullptr;
    GtkWidget* name = nullptr;
    GtkWidget* image_name = nullptr;
    bool wants_thumbnail = true;

    void show_names() {
        gtk_label_set_text(GTK_LABEL(name), layer.name.c_str());
        gtk_label_set_text(GTK_LABEL(image_name), layer.image_name.c_str());
        // Spoken and found as "layer, image".
        const std::string full = filled(_("%s, %s"), layer.name.c_str(), layer.image_name.c_str());
        set_accessible_name(child, full,
                            filled(_("%s\n%s, %d × %d pixels"), layer.name.c_str(), layer.image_name.c_str(),
                                   layer.width, layer.height));
    }
};

StylePicker::StylePicker(Host& host, int content_layer, std::string& folder,
                         std::function<void(const std::string&)> complain)
    : host_(host),
      content_(content_layer),
      folder_(folder),
      complain_(std::move(complain)),
      regions_(host, content_layer, [this] {
          if (changed_) changed_();
      }) {
    box_ = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);

    GtkWidget* head = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    GtkWidget* heading = new_heading(_("Style"));
    gtk_box_pack_start(GTK_BOX(head), heading, FALSE, FALSE, 0);
    build_search();
    gtk_box_pack_start(GTK_BOX(head), search_, TRUE, TRUE, 6);
    mix_ = gtk_check_button_new_with_mnemonic(_("Mi_x several"));
    set_accessible_name(mix_, without_mnemonic(_("Mi_x several")),
                        _("Take more than one style, each with its own share."));
    gtk_box_pack_end(GTK_BOX(head), build_adding(), FALSE, FALSE, 0);
    gtk_box_pack_end(GTK_BOX(head), mix_, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box_), head, FALSE, FALSE, 0);

    scroller_ = gtk_scrolled_window_new(nullptr, nullptr);
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scroller_), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_shadow_type(GTK_SCROLLED_WINDOW(scroller_), GTK_SHADOW_IN);
    gtk_scrolled_window_set_min_content_height(GTK_SCROLLED_WINDOW(scroller_), 172);
    gtk_scrolled_window_set_max_content_height(GTK_SCROLLED_WINDOW(scroller_), 330);
    gtk_scrolled_window_set_propagate_natural_height(GTK_SCROLLED_WINDOW(scroller_), TRUE);
    gtk_box_pack_start(GTK_BOX(box_), scroller_, TRUE, TRUE, 0);

    GtkWidget* overlay = gtk_overlay_new();
    gtk_container_add(GTK_CONTAINER(scroller_), overlay);
    flow_ = gtk_flow_box_new();
    add_style_class(flow_, "styles");
    gtk_container_set_border_width(GTK_CONTAINER(flow_), 6);
    gtk_flow_box_set_homogeneous(GTK_FLOW_BOX(flow_), TRUE);
    gtk_flow_box_set_min_children_per_line(GTK_FLOW_BOX(flow_), 2);
    gtk_flow_box_set_max_children_per_line(GTK_FLOW_BOX(flow_), 12);
    gtk_flow_box_set_activate_on_single_click(GTK_FLOW_BOX(flow_), FALSE);
    gtk_widget_set_valign(flow_, GTK_ALIGN_START);
    for (GtkWidget* widget : {flow_, scroller_}) set_accessible_name(widget, _("Style"));
    gtk_container_add(GTK_CONTAINER(overlay), flow_);
    // Tab goes on behind all the cards, as in a list: many layers would be many stops. Arrows go from card to card.
    connect(flow_, "focus", [this](int direction) -> gboolean {
        const bool tab = direction == GTK_DIR_TAB_FORWARD || direction == GTK_DIR_TAB_BACKWARD;
        if (tab && gtk_container_get_focus_child(GTK_CONTAINER(flow_))) g_signal_stop_emission_by_name(flow_, "focus");
        return FALSE;
    });

    const auto add_notice = [&](const char* words) {
        GtkWidget* notice = gtk_label_new(words);
        gtk_label_set_justify(GTK_LABEL(notice), GTK_JUSTIFY_CENTER);
        gtk_label_set_line_wrap(GTK_LABEL(notice), TRUE);
        gtk_widget_set_halign(notice, GTK_ALIGN_CENTER);
        gtk_widget_set_valign(notice, GTK_ALIGN_CENTER);
        gtk_widget_set_no_show_all(notice, TRUE);
        add_style_class(notice, "dim-label");
        gtk_overlay_add_overlay(GTK_OVERLAY(overlay), notice);
        gtk_overlay_set_overlay_pass_through(GTK_OVERLAY(overlay), notice, TRUE);
        return notice;
    };
    nothing_ = add_notice(_("There is no other layer open.\nOpen a painting in GIMP, and it appears here."));
    not_found_ = add_notice(_("No layer or image has that in its name."));

    weights_ = gtk_grid_new();
    gtk_grid_set_column_spacing(GTK_GRID(weights_), 12);
    gtk_grid_set_row_spacing(GTK_GRID(weights_), 6);
    gtk_widget_set_no_show_all(weights_, TRUE);
    gtk_box_pack_start(GTK_BOX(box_), weights_, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box_), regions_.widget(), FALSE, FALSE, 0);

    selected_changed_ = connect(flow_, "selected-children-changed", [this] { selection_changed(); });
    connect(mix_, "toggled", [this] {
        const bool mix = gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(mix_));
        const auto before = selected();
        {
            const Silence silence(flow_, selected_changed_);
            gtk_flow_box_set_selection_mode(GTK_FLOW_BOX(flow_), mix ? GTK_SELECTION_MULTIPLE : GTK_SELECTION_SINGLE);
            if (!before.empty()) gtk_flow_box_select_child(GTK_FLOW_BOX(flow_), GTK_FLOW_BOX_CHILD(before[0]->child));
        }
        selection_changed();
    });

    // While mixing a plain click adds or takes away, without a modifier key that one would have to know of.
    GtkGesture* press = gtk_gesture_multi_press_new(flow_);
    gtk_event_controller_set_propagation_phase(GTK_EVENT_CONTROLLER(press), GTK_PHASE_CAPTURE);
    g_object_set_data_full(G_OBJECT(flow_), "mix-gesture", press, g_object_unref);
    connect(press, "pressed", [this, press](int, double x, double y) {
        if (!gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(mix_))) return;
        GtkFlowBoxChild* child = gtk_flow_box_get_child_at_pos(GTK_FLOW_BOX(flow_), int(x), int(y));
        if (!child) return;
        gtk_gesture_set_state(press, GTK_EVENT_SEQUENCE_CLAIMED);
        gtk_widget_grab_focus(GTK_WIDGET(child));
        if (gtk_flow_box_child_is_selected(child))
            gtk_flow_box_unselect_child(GTK_FLOW_BOX(flow_), child);
        else
            gtk_flow_box_select_child(GTK_FLOW_BOX(flow_), child);
    });

    refresh();
}

StylePicker::~StylePicker() = default;

void StylePicker::take_focus() {
    const auto cards = selected();
    gtk_widget_grab_focus(cards.empty() ? flow_ : cards.front()->child);
}

void StylePicker::build_search() {
    search_ = gtk_search_entry_new();
    gtk_entry_set_width_chars(GTK_ENTRY(search_), 8);
    gtk_entry_set_placeholder_text(GTK_ENTRY(search_), _("Search"));
    set_accessible_name(search_, _("Search the styles"),
                        _("Show only styles with these words in the name of the layer or image."));
    connect(search_, "search-changed", [this] { search_changed(); });
    connect(search_, "stop-search", [this] { gtk_entry_set_text(GTK_ENTRY(search_), ""); });
    connect(search_, "activate", [this] {
        search_changed();
        for (const auto& card : cards_)
            if (matches_search(*card))
                return gtk_flow_box_select_child(GTK_FLOW_BOX(flow_), GTK_FLOW_BOX_CHILD(card->child));
    });
}

bool StylePicker::matches_search(const Card& card) const {
    const auto folded = [](const std::string& text) {
        char* folded = g_utf8_casefold(text.c_str(), -1);
        const std::string result = folded;
        g_free(folded);
        return result;
    };
    const std::string name = folded(card.layer.name + "\n" + card.layer.image_name);
    std::istringstream words(folded(gtk_entry_get_text(GTK_ENTRY(search_))));
    for (std::string word; words >> word;)
        if (name.find(word) == std::string::npos) return false;
    return true;
}

void StylePicker::search_changed() {
    bool any = cards_.empty();
    for (const auto& card : cards_) {
        const bool matches = matches_search(*card);
        gtk_widget_set_visible(card->child, matches);
        any = any || matches;
    }
    gtk_widget_set_visible(not_found_, !any);
}

std::vector<StylePicker::Card*> StylePicker::selected() const {
    std::vector<Card*> found;
    for (const auto& card : cards_)
        if (gtk_flow_box_child_is_selected(GTK_FLOW_BOX_CHILD(card->child))) found.push_back(card.get());
    return found;
}

std::vector<StyleChoice> StylePicker::chosen() const {
    std::vector<StyleChoice> styles;
    const auto cards = selected();
    for (const Card* card : cards) {
        const auto weight = blend_.find(card->layer.id);
        const double percent = cards.size() == 1 || weight == blend_.end() ? 100 : weight->second;
        if (percent <= 0) continue;
        if (card->picture_from_elsewhere)
            styles.push_back({-1, percent / 100, card->layer.name, card->layer.file, card->picture_from_elsewhere});
        else
            styles.push_back({card->layer.id, percent / 100});
        regions_.fill(card->layer.id, styles.back());
    }
    return styles;
}

void StylePicker::choose(const std::vector<StyleChoice>& styles) {
    {
        const Silence silence(flow_, selected_changed_);
        if (styles.size() > 1) gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(mix_), TRUE);
        gtk_flow_box_unselect_all(GTK_FLOW_BOX(flow_));
        double largest = 0;
        for (const StyleChoice& style : styles) largest = std::max(largest, style.weight);
        for (const StyleChoice& style : styles) {
            regions_.take(style.layer, style);
            if (largest > 0) blend_[style.layer] = 100 * style.weight / largest;
            for (const auto& card : cards_)
                if (card->layer.id == style.layer)
                    gtk_flow_box_select_child(GTK_FLOW_BOX(flow_), GTK_FLOW_BOX_CHILD(card->child));
        }
    }
    selection_changed();
}

void StylePicker::refresh() {
    std::vector<Layer> layers;
    for (Layer& layer : host_.layers())
        if (layer.id != content_) layers.push_back(std::move(layer));

    bool selection_lost = false;
    {
        const Silence silence(flow_, selected_changed_);
        for (auto card = cards_.begin(); card != cards_.end();) {
            const bool stays = (*card)->picture_from_elsewhere ||
                               std::any_of(layers.begin(), layers.end(),
                                           [&](const Layer& layer) { return layer.id == (*card)->layer.id; });
            if (stays) {
                ++card;
                continue;
            }
            selection_lost |= bool(gtk_flow_box_child_is_selected(GTK_FLOW_BOX_CHILD((*card)->child)));
            gtk_widget_destroy((*card)->child);
            card = cards_.erase(card);
        }
        for (const Layer& layer : layers) {
            const auto card =
                std::find_if(cards_.begin(), cards_.end(), [&](const auto& one) { return one->layer.id == layer.id; });
            if (card == cards_.end()) {
                add_card(layer);
                continue;
            }
            const Layer before = (*card)->layer;
            (*card)->layer = layer;
            if (before.name != layer.name || before.image_name != layer.image_name || before.width != layer.width ||
                before.height != layer.height)
                (*card)->show_names();
        }
    }
    gtk_widget_set_visible(nothing_, cards_.empty());
    search_changed();
    regions_.refresh();
    fetch_thumbnails();
    if (selection_lost) selection_changed();
}

void StylePicker::refresh_thumbnails() {
    for (const auto& card : cards_) card->wants_thumbnail = true;
    fetch_thumbnails();
}

StylePicker::Card& StylePicker::add_card(const Layer& layer) {
    auto card = std::make_unique<Card>();
    card->layer = layer;
    card->child = gtk_flow_box_child_new();
    card->picture = gtk_image_new();
    gtk_widget_set_size_request(card->picture, thumbnail_edge, thumbnail_edge * 3 / 4);
    GtkWidget* box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
    gtk_box_pack_start(GTK_BOX(box), card->picture, TRUE, TRUE, 0);
    const auto add_label = [&](GtkWidget*& label) {
        label = gtk_label_new(nullptr);
        gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
        gtk_label_set_max_width_chars(GTK_LABEL(label), 11);
        gtk_box_pack_start(GTK_BOX(box), label, FALSE, FALSE, 0);
    };
    add_label(card->name);
    add_label(card->image_name);
    add_style_class(card->image_name, "dim-label");
    add_style_class(card->image_name, "small");
    gtk_container_add(GTK_CONTAINER(card->child), box);
    card->show_names();
    gtk_widget_show_all(card->child);
    gtk_container_add(GTK_CONTAINER(flow_), card->child);
    cards_.push_back(std::move(card));
    return *cards_.back();
}

GtkWidget* StylePicker::build_adding() {
    GtkWidget* button = gtk_menu_button_new();
    gtk_button_set_relief(GTK_BUTTON(button), GTK_RELIEF_NONE);
    gtk_button_set_image(GTK_BUTTON(button), gtk_image_new_from_icon_name("list-add-symbolic", GTK_ICON_SIZE_BUTTON));
    set_accessible_name(button, _("Add a picture"), _("Add a picture that is not open in GIMP; or drop it here."));
    GtkWidget* popover = gtk_popover_new(button);
    GtkWidget* menu = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_container_set_border_width(GTK_CONTAINER(menu), 9);
    const auto add = [&](const char* label, auto clicked) {
        GtkWidget* item = gtk_model_button_new();
        g_object_set(item, "text", label, nullptr);
        set_accessible_name(item, label);
        connect(item, "clicked", clicked);
        gtk_box_pack_start(GTK_BOX(menu), item, FALSE, FALSE, 0);
    };
    add(_("Open a Picture File…"), [this] {
        ask_for_file(box_, {_("Open a Picture as a Style"), _("_Open"), false, "", folder_, _("Pictures"), {}},
                     [this](const std::string& file) {
                         char* folder = g_path_get_dirname(file.c_str());
                         folder_ = folder;
                         g_free(folder);
                         add_file(file);
                     });
    });
    add(_("Paste a Picture"), [this] { paste(); });
    gtk_widget_show_all(menu);
    gtk_container_add(GTK_CONTAINER(popover), menu);
    gtk_menu_button_set_popover(GTK_MENU_BUTTON(button), popover);
    return button;
}

void StylePicker::add_file(const std::string& file) {
    read_picture_file(file, [this, alive = std::weak_ptr<int>(alive_)](const NamedPicture& picture) {
        if (!alive.expired()) add_picture(picture);
    });
}

void StylePicker::paste() {
    paste_picture(box_, [this, alive = std::weak_ptr<int>(alive_)](const NamedPicture& picture) {
        if (!alive.expired()) add_picture(picture);
    });
}

void StylePicker::add_picture(const NamedPicture& picture) {
    if (!picture.picture) return complain_(picture.trouble);
    Card& card = add_card(
        {next_picture_--, -1, picture.name, _("added"), picture.picture->width, picture.picture->height, picture.file});
    card.picture_from_elsewhere = picture.picture;
    gtk_widget_hide(nothing_);
    gtk_entry_set_text(GTK_ENTRY(search_), "");  // so that it is seen
    fetch_thumbnails();
    gtk_flow_box_select_child(GTK_FLOW_BOX(flow_), GTK_FLOW_BOX_CHILD(card.child));
}

void StylePicker::fetch_thumbnails() {
    if (thumbnails_.waiting()) return;
    thumbnails_.every(5, [this] {
        for (const auto& card : cards_) {
            if (!card->wants_thumbnail) continue;
            card->wants_thumbnail = false;
            const int scale = gtk_widget_get_scale_factor(flow_);
            try {
                const Surface surface = to_surface(card->picture_from_elsewhere
                                                       ? fitted(*card->picture_from_elsewhere, thumbnail_edge * scale)
                                                       : host_.thumbnail(card->layer.id, thumbnail_edge * scale));
                if (surface) cairo_surface_set_device_scale(surface.get(), scale, scale);
                gtk_image_set_from_surface(GTK_IMAGE(card->picture), surface.get());
            } catch (const Error&) {  // gone meanwhile: the next refresh takes the card away
                gtk_image_set_from_icon_name(GTK_IMAGE(card->picture), "image-missing", GTK_ICON_SIZE_DIALOG);
            }
            return true;
        }
        return false;
    });
}

void StylePicker::selection_changed() {
    show_mix();
    std::vector<Layer> styles;
    for (const Card* card : selected()) styles.push_back(card->layer);
    regions_.show(styles);
    if (changed_) changed_();
}

void StylePicker::show_mix() {
    gtk_container_foreach(
        GTK_CONTAINER(weights_), [](GtkWidget* child, gpointer) { gtk_widget_destroy(child); }, nullptr);
    const auto cards = selected();
    gtk_widget_set_visible(weights_, cards.size() > 1);
    if (cards.size() < 2) return;
    int row = 0;
    for (const Card* card : cards) {
        const int id = card->layer.id;
        const double percent = blend_.emplace(id, 100).first->second;
        GtkWidget* slider = gtk_scale_new_with_range(GTK_ORIENTATION_HORIZONTAL, 0, 100, 1);
        gtk_scale_set_draw_value(GTK_SCALE(slider), FALSE);
        gtk_widget_set_hexpand(slider, TRUE);
        GtkWidget* number = gtk_spin_button_new(gtk_range_get_adjustment(GTK_RANGE(slider)), 1, 0);
        gtk_entry_set_alignment(GTK_ENTRY(number), 1);
        gtk_entry_set_width_chars(GTK_ENTRY(number), 6);
        gtk_range_set_value(GTK_RANGE(slider), percent);
        connect(slider, "value-changed", [this, id, slider] {
            blend_[id] = gtk_range_get_value(GTK_RANGE(slider));
            if (changed_) changed_();
        });
        const std::string name = filled(_("Share of %s"), card->layer.name.c_str());
        GtkWidget* label = gtk_label_new(card->layer.name.c_str());
        gtk_label_set_xalign(GTK_LABEL(label), 0);
        gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
        gtk_label_set_width_chars(GTK_LABEL(label), 11);
        gtk_label_set_max_width_chars(GTK_LABEL(label), 14);
        set_accessible_name(slider, name, name);
        set_accessible_name(number, name);
        gtk_grid_attach(GTK_GRID(weights_), label, 0, row, 1, 1);
        gtk_grid_attach(GTK_GRID(weights_), slider, 1, row, 1, 1);
        gtk_grid_attach(GTK_GRID(weights_), number, 2, row, 1, 1);
        ++row;
    }
    gtk_container_foreach(
        GTK_CONTAINER(weights_), [](GtkWidget* child, gpointer) { gtk_widget_show(child); }, nullptr);
}

}  // namespace neural_style
