#include "preset_bar.hpp"

#include <algorithm>
#include <cstring>

#include "accessible_name.hpp"
#include "question.hpp"
#include "signals.hpp"
#include "text.hpp"

// Made from presets/*.png. Naming it is what links it, and calling it what registers the pictures.
extern "C" GResource* preset_pictures_get_resource();

namespace neural_style {
namespace {

constexpr int columns = 3;
constexpr std::size_t many = 12;                         // presets, that are worth a search
constexpr int picture_width = 108, picture_height = 72;  // units of the layout

GtkWidget* picture_of(const Preset& preset, int scale) {
    GtkWidget* image = nullptr;
    if (!preset.picture.empty()) {
        const std::string path = "/org/neural-style/presets/" + preset.picture + ".png";
        if (GdkPixbuf* pixels = gdk_pixbuf_new_from_resource_at_scale(path.c_str(), picture_width * scale,
                                                                      picture_height * scale, TRUE, nullptr)) {
            cairo_surface_t* surface = gdk_cairo_surface_create_from_pixbuf(pixels, scale, nullptr);
            image = gtk_image_new_from_surface(surface);
            cairo_surface_destroy(surface);
            g_object_unref(pixels);
        }
    }
    if (!image) image = gtk_image_new_from_icon_name("user-bookmarks-symbolic", GTK_ICON_SIZE_DIALOG);
    gtk_widget_set_size_request(image, picture_width, picture_height);
    return image;
}

GtkWidget* new_menu_item(const char* label, std::function<void()> clicked) {
    GtkWidget* item = gtk_model_button_new();
    g_object_set(item, "text", label, nullptr);
    set_accessible_name(item, label);
    connect(item, "clicked", std::move(clicked));
    return item;
}

GtkWidget* new_separator() { return gtk_separator_new(GTK_ORIENTATION_HORIZONTAL); }

/// Stays the same in every language, and has no "|".
std::string key_of(const Preset& preset) {
    if (preset.file.empty()) return preset.picture;
    return preset.file.substr(preset.file.rfind('/') + 1);
}

}  // namespace

PresetBar::PresetBar(SettingsModel& model, std::string& folder, std::string& favourites,
                     std::function<void(const Error&)> complain)
    : model_(model), folder_(folder), favourites_(favourites), complain_(std::move(complain)) {
    box_ = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    add_style_class(box_, "linked");

    button_ = gtk_menu_button_new();
    name_ = gtk_label_new(nullptr);
    gtk_label_set_xalign(GTK_LABEL(name_), 0);
    gtk_label_set_ellipsize(GTK_LABEL(name_), PANGO_ELLIPSIZE_END);
    GtkWidget* inside = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    gtk_box_pack_start(GTK_BOX(inside), name_, TRUE, TRUE, 0);
    gtk_box_pack_end(GTK_BOX(inside), gtk_image_new_from_icon_name("pan-down-symbolic", GTK_ICON_SIZE_BUTTON), FALSE,
                     FALSE, 0);
    gtk_container_add(GTK_CONTAINER(button_), inside);
    gtk_box_pack_start(GTK_BOX(box_), button_, TRUE, TRUE, 0);

    build_grid();
    g_resources_register(preset_pictures_get_resource());
    build_menu();
    model_.on_change([this](std::string_view) { show_name(); });
    fill();
}

void PresetBar::build_grid() {
    popover_ = gtk_popover_new(button_);
    GtkWidget* scroller = gtk_scrolled_window_new(nullptr, nullptr);
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_propagate_natural_height(GTK_SCROLLED_WINDOW(scroller), TRUE);
    gtk_scrolled_window_set_max_content_height(GTK_SCROLLED_WINDOW(scroller), 420);
    flow_ = gtk_flow_box_new();
    add_style_class(flow_, "styles");
    gtk_container_set_border_width(GTK_CONTAINER(flow_), 6);
    gtk_flow_box_set_selection_mode(GTK_FLOW_BOX(flow_), GTK_SELECTION_SINGLE);
    gtk_flow_box_set_homogeneous(GTK_FLOW_BOX(flow_), TRUE);
    gtk_flow_box_set_min_children_per_line(GTK_FLOW_BOX(flow_), columns);
    gtk_flow_box_set_max_children_per_line(GTK_FLOW_BOX(flow_), columns);
    gtk_widget_set_valign(flow_, GTK_ALIGN_START);
    for (GtkWidget* widget : {flow_, scroller}) set_accessible_name(widget, _("Presets"));
    connect(flow_, "child-activated", [this](GtkFlowBoxChild* child) {
        const int index = gtk_flow_box_child_get_index(child);
        gtk_popover_popdown(GTK_POPOVER(popover_));
        if (index >= 0 && index < int(presets_.size())) apply(presets_[std::size_t(index)].settings);
    });
    gtk_container_add(GTK_CONTAINER(scroller), flow_);
    GtkWidget* all = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    search_ = gtk_search_entry_new();
    gtk_entry_set_placeholder_text(GTK_ENTRY(search_), _("Search"));
    set_accessible_name(search_, _("Search the presets"));
    gtk_widget_set_margin_start(search_, 6);
    gtk_widget_set_margin_end(search_, 6);
    gtk_widget_set_margin_top(search_, 6);
    connect(search_, "search-changed", [this] { search_changed(); });
    gtk_box_pack_start(GTK_BOX(all), search_, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(all), scroller, TRUE, TRUE, 0);
    gtk_container_add(GTK_CONTAINER(popover_), all);
    gtk_widget_show_all(all);
    gtk_menu_button_set_popover(GTK_MENU_BUTTON(button_), popover_);
    connect(popover_, "show", [this] {
        gtk_entry_set_text(GTK_ENTRY(search_), "");
        fill();
    });
}

void PresetBar::build_menu() {
    GtkWidget* button = gtk_menu_button_new();
    GtkWidget* popover = gtk_popover_new(button);
    menu_ = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_container_set_border_width(GTK_CONTAINER(menu_), 9);
    const auto add = [&](const char* label, auto clicked) {
        GtkWidget* item = new_menu_item(label, clicked);
        gtk_box_pack_start(GTK_BOX(menu_), item, FALSE, FALSE, 0);
        return item;
    };
    add(_("Save as a Preset…"), [this] { save_as(); });
    rename_ = add(_("Rename…"), [this] { rename(); });
    remove_ = add(_("Delete…"), [this] { remove(); });
    favourite_ = add(_("Favourite"), [this] {
        if (const Preset* preset = current()) set_favourite(Preset(*preset), !is_favourite(*preset));
    });
    g_object_set(favourite_, "role", GTK_BUTTON_ROLE_CHECK, nullptr);
    gtk_widget_set_tooltip_text(favourite_, _("Favourites come first."));
    gtk_box_pack_start(GTK_BOX(menu_), new_separator(), FALSE, FALSE, 6);
    add(_("Import…"), [this] { import(); });
    add(_("Export…"), [this] { export_(); });
    gtk_widget_show_all(menu_);
    gtk_container_add(GTK_CONTAINER(popover), menu_);
    gtk_menu_button_set_popover(GTK_MENU_BUTTON(button), popover);
    gtk_button_set_image(GTK_BUTTON(button), gtk_image_new_from_icon_name("view-more-symbolic", GTK_ICON_SIZE_BUTTON));
    set_accessible_name(button, _("Manage presets"), _("Manage presets"));
    gtk_box_pack_start(GTK_BOX(box_), button, FALSE, FALSE, 0);
}

void PresetBar::add_to_menu(const std::string& label, std::function<void()> clicked) {
    if (!has_additions_) gtk_box_pack_start(GTK_BOX(menu_), new_separator(), FALSE, FALSE, 6);
    has_additions_ = true;
    GtkWidget* item = new_menu_item(label.c_str(), std::move(clicked));
    gtk_box_pack_start(GTK_BOX(menu_), item, FALSE, FALSE, 0);
    gtk_widget_show_all(menu_);
}

void PresetBar::fill() {
    gtk_container_foreach(
        GTK_CONTAINER(flow_), [](GtkWidget* child, gpointer) { gtk_widget_destroy(child); }, nullptr);
    presets_ = built_in_presets();
    for (Preset& preset : own_presets()) presets_.push_back(std::move(preset));
    std::stable_partition(presets_.begin(), presets_.end(), [this](const Preset& one) { return is_favourite(one); });
    const int scale = gtk_widget_get_scale_factor(box_);
    for (const Preset& preset : presets_) {
        GtkWidget* child = gtk_flow_box_child_new();
        // Return chooses it. The window's own default is set aside while the popover is open, but not while another one
        // fades out, and then Return would start a run.
        gtk_widget_set_receives_default(child, TRUE);
        GtkWidget* card = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
        const bool favourite = is_favourite(preset);
        GtkWidget* label = gtk_label_new(((favourite ? "★ " : "") + preset.name).c_str());
        gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
        gtk_label_set_max_width_chars(GTK_LABEL(label), 14);
        gtk_box_pack_start(GTK_BOX(card), picture_of(preset, scale), FALSE, FALSE, 0);
        gtk_box_pack_start(GTK_BOX(card), label, FALSE, FALSE, 0);
        gtk_container_add(GTK_CONTAINER(child), card);
        set_accessible_name(child, preset.name);
        if (favourite) set_accessible_description(child, _("Favourite"));
        gtk_widget_show_all(child);
        gtk_container_add(GTK_CONTAINER(flow_), child);
        if (&preset == current()) gtk_flow_box_select_child(GTK_FLOW_BOX(flow_), GTK_FLOW_BOX_CHILD(child));
    }
    gtk_widget_set_visible(search_, presets_.size() > many);
    show_name();
}

void PresetBar::search_changed() {
    char* sought = g_utf8_casefold(gtk_entry_get_text(GTK_ENTRY(search_)), -1);
    for (std::size_t i = 0; i < presets_.size(); ++i) {
        GtkFlowBoxChild* child = gtk_flow_box_get_child_at_index(GTK_FLOW_BOX(flow_), int(i));
        char* name = g_utf8_casefold(presets_[i].name.c_str(), -1);
        if (child) gtk_widget_set_visible(GTK_WIDGET(child), std::strstr(name, sought) != nullptr);
        g_free(name);
    }
    g_free(sought);
}

bool PresetBar::is_favourite(const Preset& preset) const {
    return (favourites_ + "|").find("|" + key_of(preset) + "|") != std::string::npos;
}

void PresetBar::set_favourite(const Preset& preset, bool favourite) {
    if (favourite == is_favourite(preset)) return;
    const std::string entry = "|" + key_of(preset);
    if (favourite)
        favourites_ += entry;
    else
        favourites_.erase((favourites_ + "|").find(entry + "|"), entry.size());
    fill();
}

const Preset* PresetBar::current() const {
    const Settings settings = preset_part(model_.settings());
    const auto found = std::find_if(presets_.begin(), presets_.end(),
                                    [&](const Preset& preset) { return preset.settings == settings; });
    return found == presets_.end() ? nullptr : &*found;
}

void PresetBar::show_name() {
    const Preset* preset = current();
    const std::string name = preset ? preset->name : _("Own settings");
    gtk_label_set_text(GTK_LABEL(name_), name.c_str());
    set_accessible_description(button_, name);
    g_object_set(favourite_, "active", gboolean(preset && is_favourite(*preset)), nullptr);
    gtk_widget_set_sensitive(favourite_, preset != nullptr);
    gtk_widget_set_sensitive(rename_, preset && !preset->file.empty());
    gtk_widget_set_sensitive(remove_, preset && !preset->file.empty());
}

void PresetBar::apply(const Settings& settings) {
    Settings all = computer_part(model_.settings());
    all.merge(settings);
    model_.replace(all);
}

void PresetBar::attempt(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        complain_(error);
    }
    fill();
}

void PresetBar::save_as() {
    ask_for_name(box_, _("Save as a Preset"), "", _("_Save"),
                 [this](const std::string& name) { attempt([&] { keep_preset(name, model_.settings()); }); });
}

void PresetBar::rename() {
    const Preset* preset = current();
    if (!preset) return;
    ask_for_name(box_, _("Rename the Preset"), preset->name, _("_Rename"),
                 [this, was = *preset](const std::string& name) {
                     attempt([&] {
                         const Preset now = rename_preset(was, name);
                         if (!is_favourite(was)) return;
                         set_favourite(was, false);
                         set_favourite(now, true);
                     });
                 });
}

void PresetBar::remove() {
    const Preset* preset = current();
    if (!preset) return;
    ask_whether(box_, filled(_("Delete the preset “%s”?"), preset->name.c_str()), _("_Delete"), [this, was = *preset] {
        attempt([&] {
            delete_preset(was);
            set_favourite(was, false);
        });
    });
}

void PresetBar::import() {
    FileQuestion question{_("Import a Preset"),         _("_Import"), false, "", folder_,
                          _("Presets of Neural Style"), {"*.preset"}};
    ask_for_file(box_, question, [this](const std::string& file) {
        attempt([&] {
            const Preset preset = read_preset(file);
            keep_preset(preset.name, preset.settings);
            apply(preset.settings);
            char* folder = g_path_get_dirname(file.c_str());
            folder_ = folder;
            g_free(folder);
        });
    });
}

void PresetBar::export_() {
    const Preset* preset = current();
    const Preset exported{preset ? preset->name : _("Own settings"), preset_part(model_.settings()), "", ""};
    FileQuestion question{_("Export the Preset"),       _("_Export"), true, exported.name + ".preset", folder_,
                          _("Presets of Neural Style"), {"*.preset"}};
    ask_for_file(box_, question, [this, exported](const std::string& file) {
        attempt([&] {
            write_preset(exported, file);
            char* folder = g_path_get_dirname(file.c_str());
            folder_ = folder;
            g_free(folder);
        });
    });
}

}  // namespace neural_style
