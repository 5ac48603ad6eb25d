#include "settings_panel.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "accessible_name.hpp"
#include "setting_words.hpp"
#include "signals.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

// Strength 50 is the ratio that every loss and network calibrates for; 25 more or less is a factor of ten.
constexpr double middle_ratio = 1000;
constexpr double strength_per_decade = 25;

double strength_of(const Settings& settings) {
    const double content = settings.real("content-weight"), style = settings.real("style-weight");
    if (content <= 0) return 100;
    if (style <= 0) return 0;
    return std::clamp(50 + strength_per_decade * std::log10(style / content / middle_ratio), 0., 100.);
}

struct Quality {
    const char* id;
    const char* words;
    double iterations, size;
};

const Quality qualities[] = {
    {"draft", N_("Draft"), 30, 256},
    {"good", N_("Good"), 300, 0},
    {"fine", N_("Fine"), 800, 0},
};

GtkWidget* new_grid() {
    GtkWidget* grid = gtk_grid_new();
    gtk_grid_set_row_spacing(GTK_GRID(grid), 6);
    gtk_grid_set_column_spacing(GTK_GRID(grid), 12);
    return grid;
}

}  // namespace

SettingsPanel::SettingsPanel(SettingsModel& model, const PresetBar& presets) : model_(model) {
    box_ = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
    labels_ = ObjectRef<GtkSizeGroup>::take(gtk_size_group_new(GTK_SIZE_GROUP_HORIZONTAL));
    build_everyday(presets);
    build_advanced();
}

bool SettingsPanel::advanced_open() const { return gtk_expander_get_expanded(GTK_EXPANDER(advanced_)); }
void SettingsPanel::set_advanced_open(bool open) { gtk_expander_set_expanded(GTK_EXPANDER(advanced_), open); }

void SettingsPanel::build_everyday(const PresetBar& presets) {
    GtkWidget* grid = new_grid();
    gtk_box_pack_start(GTK_BOX(box_), grid, FALSE, FALSE, 0);

    int row = 0;
    GtkWidget* preset_label =
        new_label_for(presets.button(), _("_Preset"), _("A set of settings for a kind of picture."));
    gtk_size_group_add_widget(labels_.get(), preset_label);
    gtk_grid_attach(GTK_GRID(grid), preset_label, 0, row, 1, 1);
    gtk_grid_attach(GTK_GRID(grid), presets.widget(), 1, row++, 1, 1);

    strength_ = gtk_scale_new_with_range(GTK_ORIENTATION_HORIZONTAL, 0, 100, 1);
    gtk_scale_set_draw_value(GTK_SCALE(strength_), FALSE);
    gtk_scale_add_mark(GTK_SCALE(strength_), 50, GTK_POS_BOTTOM, nullptr);
    gtk_widget_set_hexpand(strength_, TRUE);
    strength_number_ = gtk_spin_button_new(gtk_range_get_adjustment(GTK_RANGE(strength_)), 1, 0);
    gtk_entry_set_alignment(GTK_ENTRY(strength_number_), 1);
    gtk_entry_set_width_chars(GTK_ENTRY(strength_number_), 6);
    GtkWidget* strength_box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    gtk_box_pack_start(GTK_BOX(strength_box), strength_, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(strength_box), strength_number_, FALSE, FALSE, 0);
    const std::string strength_tooltip = _(
        "How far the picture goes from photo to painting. 50 is a good start; it sets the two weights under Advanced.");
    GtkWidget* strength_label = new_label_for(strength_number_, _("Stren_gth"), strength_tooltip);
    gtk_size_group_add_widget(labels_.get(), strength_label);
    gtk_grid_attach(GTK_GRID(grid), strength_label, 0, row, 1, 1);
    set_accessible_name(strength_, without_mnemonic(_("Stren_gth")), strength_tooltip);
    gtk_grid_attach(GTK_GRID(grid), strength_box, 1, row, 1, 1);
    strength_reset_ =
        new_icon_button("edit-undo-symbolic", filled(_("Reset %s"), without_mnemonic(_("Stren_gth")).c_str()));
    add_style_class(strength_reset_, "row-reset");
    gtk_grid_attach(GTK_GRID(grid), strength_reset_, 2, row++, 1, 1);
    connect(strength_reset_, "clicked", [this] {
        model_.reset("content-weight");
        model_.reset("style-weight");
    });
    strength_changed_ = connect(strength_, "value-changed", [this] {
        const double strength = gtk_range_get_value(GTK_RANGE(strength_));
        const double content = model_.settings().real("content-weight");
        const double ratio = middle_ratio * std::pow(10, (strength - 50) / strength_per_decade);
        if (content <= 0) model_.reset("content-weight");
        // three digits are plenty, and 50 gives back the round default
        const double style = ratio * (content > 0 ? content : 1);
        const double unit = std::pow(10, std::floor(std::log10(style)) - 2);
        model_.set("style-weight", std::round(style / unit) * unit);
    });

    rows_.push_back(std::make_unique<SettingRow>(model_, *find_setting("style-scale"), GTK_GRID(grid), row++));
    rows_.push_back(std::make_unique<SettingRow>(model_, *find_setting("colours"), GTK_GRID(grid), row++));

    quality_ = gtk_combo_box_text_new();
    for (const Quality& quality : qualities)
        gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(quality_), quality.id, _(quality.words));
    gtk_grid_attach(GTK_GRID(grid),
                    new_label_for(quality_, _("_Quality"),
                                  _("Time against finish: Draft paints small and briefly, Fine gives each scale more "
                                    "time. It sets the iterations and the size under Advanced.")),
                    0, row, 1, 1);
    gtk_grid_attach(GTK_GRID(grid), quality_, 1, row, 1, 1);
    quality_reset_ =
        new_icon_button("edit-undo-symbolic", filled(_("Reset %s"), without_mnemonic(_("_Quality")).c_str()));
    add_style_class(quality_reset_, "row-reset");
    gtk_grid_attach(GTK_GRID(grid), quality_reset_, 2, row, 1, 1);
    connect(quality_reset_, "clicked", [this] {
        model_.reset("iterations");
        model_.reset("size");
    });
    quality_changed_ = connect(quality_, "changed", [this] { take_quality(); });

    model_.on_change([this](std::string_view key) {
        if (key == "content-weight" || key == "style-weight") show_strength();
        if (key == "iterations" || key == "size") show_quality();
    });
    show_strength();
    show_quality();
}

void SettingsPanel::show_strength() {
    const Settings& settings = model_.settings();
    const double strength = strength_of(settings);
    if (std::abs(strength - gtk_range_get_value(GTK_RANGE(strength_))) > 0.5) {
        const Silence silence(strength_, strength_changed_);
        gtk_range_set_value(GTK_RANGE(strength_), strength);
    }
    const bool is_set = settings.is_set("content-weight") || settings.is_set("style-weight");
    gtk_widget_set_sensitive(strength_reset_, is_set);
    gtk_widget_set_opacity(strength_reset_, is_set ? 1 : 0);
}

void SettingsPanel::show_quality() {
    const Settings& settings = model_.settings();
    const Silence silence(quality_, quality_changed_);
    int active = -1, index = 0;
    for (const Quality& quality : qualities) {
        if (double(settings.integer("iterations")) == quality.iterations &&
            double(settings.integer("size")) == quality.size)
            active = index;
        ++index;
    }
    // "As set below" is there only while it is true: it is nothing to choose.
    GtkTreeModel* list = gtk_combo_box_get_model(GTK_COMBO_BOX(quality_));
    const bool has_own = gtk_tree_model_iter_n_children(list, nullptr) > index;
    if (active < 0 && !has_own)
        gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(quality_), "own", _("As set under Advanced"));
    if (active >= 0 && has_own) gtk_combo_box_text_remove(GTK_COMBO_BOX_TEXT(quality_), index);
    gtk_combo_box_set_active(GTK_COMBO_BOX(quality_), active >= 0 ? active : index);
    const bool is_set = settings.is_set("iterations") || settings.is_set("size");
    gtk_widget_set_sensitive(quality_reset_, is_set);
    gtk_widget_set_opacity(quality_reset_, is_set ? 1 : 0);
}

void SettingsPanel::take_quality() {
    const int index = gtk_combo_box_get_active(GTK_COMBO_BOX(quality_));
    if (index < 0 || index >= int(std::size(qualities))) return;
    const Quality quality = qualities[index];
    Settings settings = model_.settings();
    settings.set("iterations", quality.iterations);
    settings.set("size", quality.size);
    for (const char* key : {"iterations", "size"})
        if (settings.text(key) == find_setting(key)->standard) settings.reset(key);
    model_.replace(settings);
}

void SettingsPanel::build_advanced() {
    advanced_ = gtk_expander_new_with_mnemonic(_("_Advanced"));
    set_accessible_name(advanced_, without_mnemonic(_("_Advanced")));
    gtk_box_pack_start(GTK_BOX(box_), advanced_, FALSE, FALSE, 0);
    GtkWidget* groups = gtk_box_new(GTK_ORIENTATION_VERTICAL, 18);
    gtk_widget_set_margin_top(groups, 12);
    gtk_container_add(GTK_CONTAINER(advanced_), groups);

    for (const SettingGroup& group : setting_groups()) {
        GtkWidget* box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
        gtk_box_pack_start(GTK_BOX(box), new_heading(group.title), FALSE, FALSE, 0);
        GtkWidget* grid = new_grid();
        gtk_box_pack_start(GTK_BOX(box), grid, FALSE, FALSE, 0);
        int row = 0;
        for (const Setting* setting : group.settings) {
            rows_.push_back(std::make_unique<SettingRow>(model_, *setting, GTK_GRID(grid), row++));
            gtk_size_group_add_widget(labels_.get(), rows_.back()->label());
        }
        gtk_box_pack_start(GTK_BOX(groups), box, FALSE, FALSE, 0);
    }
    // A closed expander lets Tab go on into what it hides.
    gtk_widget_show_all(groups);
    gtk_widget_set_no_show_all(groups, TRUE);
    gtk_widget_set_visible(groups, advanced_open());
    connect(advanced_, "notify::expanded", [this, groups] { gtk_widget_set_visible(groups, advanced_open()); });
}

}  // namespace neural_style
