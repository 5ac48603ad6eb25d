#include "setting_row.hpp"

#include <cstring>
#include <string>

#include "accessible_name.hpp"
#include "question.hpp"
#include "setting_words.hpp"
#include "signals.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

/// The part of a real setting's range that the slider covers.
std::pair<double, double> slider_span(const Setting& setting) {
    if (!std::strcmp(setting.key, "content-weight")) return {0.01, 100};
    if (!std::strcmp(setting.key, "style-weight")) return {1, 1e6};
    if (!std::strcmp(setting.key, "tv-weight")) return {1e-4, 100};
    if (setting.low > 0) return {setting.low, setting.high};
    return {setting.high > 1e3 ? 1e-3 : setting.high * 1e-4, std::min(setting.high, 1e6)};
}

}  // namespace

SettingRow::SettingRow(SettingsModel& model, const Setting& setting, GtkGrid* grid, int row)
    : model_(model), setting_(setting) {
    const SettingWords words = words_of(setting);
    GtkWidget* outer = nullptr;
    GtkWidget* named = nullptr;
    switch (setting.kind) {
        case Setting::Kind::real: {
            const auto [low, high] = slider_span(setting);
            scale_ = std::make_unique<WeightScale>(model, setting, low, high);
            outer = scale_->widget();
            named = scale_->number();
            set_accessible_name(scale_->slider(), without_mnemonic(words.label), words.tooltip);
            break;
        }
        case Setting::Kind::choice:
            outer = named = build_choice();
            break;
        case Setting::Kind::integer:
            outer = named = build_integer();
            break;
        case Setting::Kind::text:
            outer = std::strcmp(setting.key, "weights") ? build_text() : build_file();
            named = editor_;
            break;
    }
    label_ = new_label_for(named, words.label, words.tooltip);
    if (GTK_IS_COMBO_BOX(named) && gtk_combo_box_get_has_entry(GTK_COMBO_BOX(named)))
        set_accessible_name(gtk_bin_get_child(GTK_BIN(named)), without_mnemonic(words.label));
    gtk_widget_set_hexpand(outer, TRUE);

    reset_ = new_icon_button("edit-undo-symbolic", filled(_("Reset %s"), without_mnemonic(words.label).c_str()));
    add_style_class(reset_, "row-reset");
    gtk_widget_set_valign(reset_, GTK_ALIGN_CENTER);
    connect(reset_, "clicked", [this] { model_.reset(setting_.key); });

    gtk_grid_attach(grid, label_, 0, row, 1, 1);
    gtk_grid_attach(grid, outer, 1, row, 1, 1);
    gtk_grid_attach(grid, reset_, 2, row, 1, 1);
    model_.on_change([this](std::string_view key) {
        if (key == setting_.key) show();
    });
    show();
}

GtkWidget* SettingRow::build_choice() {
    editor_ = gtk_combo_box_text_new();
    for (const char* choice : setting_.choices)
        gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(editor_), choice, choice_words(setting_.key, choice).c_str());
    changed_ = connect(editor_, "changed", [this] {
        if (const char* id = gtk_combo_box_get_active_id(GTK_COMBO_BOX(editor_))) model_.set(setting_.key, id);
    });
    return editor_;
}

GtkWidget* SettingRow::build_integer() {
    const double span = setting_.high - setting_.low;
    editor_ = gtk_spin_button_new_with_range(setting_.low, setting_.high, 1);
    const double step = !std::strcmp(setting_.key, "size") ? 64 : !std::strcmp(setting_.key, "iterations") ? 50 : 1;
    gtk_spin_button_set_increments(GTK_SPIN_BUTTON(editor_), step, span > 1000 ? 10 * step : step);
    gtk_entry_set_alignment(GTK_ENTRY(editor_), 1);
    const std::string at_zero = words_of(setting_).at_zero;
    if (!at_zero.empty()) {
        gtk_spin_button_set_numeric(GTK_SPIN_BUTTON(editor_), FALSE);
        connect(editor_, "output", [this, at_zero]() -> gboolean {
            if (gtk_spin_button_get_value(GTK_SPIN_BUTTON(editor_)) != 0) return FALSE;
            if (at_zero != gtk_entry_get_text(GTK_ENTRY(editor_)))
                gtk_entry_set_text(GTK_ENTRY(editor_), at_zero.c_str());
            return TRUE;
        });
        connect(editor_, "input", [this, at_zero](double* value) -> gboolean {
            if (at_zero != gtk_entry_get_text(GTK_ENTRY(editor_))) return FALSE;
            *value = 0;
            return TRUE;
        });
    }
    changed_ = connect(editor_, "value-changed",
                       [this] { model_.set(setting_.key, gtk_spin_button_get_value(GTK_SPIN_BUTTON(editor_))); });
    return editor_;
}

GtkWidget* SettingRow::build_text() {
    const auto offered = suggestions(setting_.key);
    if (offered.empty()) {
        editor_ = gtk_entry_new();
    } else {
        editor_ = gtk_combo_box_text_new_with_entry();
        for (const std::string& value : offered)
            gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(editor_), nullptr, value.c_str());
    }
    GtkWidget* entry = offered.empty() ? editor_ : gtk_bin_get_child(GTK_BIN(editor_));
    gtk_entry_set_width_chars(GTK_ENTRY(entry), 10);
    changed_ = connect(entry, "changed", [this, entry] {
        const char* typed = gtk_entry_get_text(GTK_ENTRY(entry));
        model_.set(setting_.key, *typed ? typed : setting_.standard);
    });
    return editor_;
}

GtkWidget* SettingRow::build_file() {
    editor_ = gtk_entry_new();
    gtk_entry_set_width_chars(GTK_ENTRY(editor_), 10);
    gtk_entry_set_placeholder_text(GTK_ENTRY(editor_), _("as installed"));
    changed_ =
        connect(editor_, "changed", [this] { model_.set(setting_.key, gtk_entry_get_text(GTK_ENTRY(editor_))); });
    GtkWidget* open = new_icon_button("document-open-symbolic", _("Choose a weights file"));
    connect(open, "clicked", [this] {
        ask_for_file(editor_, {_("Choose a Weights File"), _("_Open"), false, "", "", "", {}},
                     [this](const std::string& file) { model_.set(setting_.key, file); });
    });
    GtkWidget* box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    add_style_class(box, "linked");
    gtk_button_set_relief(GTK_BUTTON(open), GTK_RELIEF_NORMAL);
    gtk_box_pack_start(GTK_BOX(box), editor_, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(box), open, FALSE, FALSE, 0);
    return box;
}

void SettingRow::show() {
    const bool is_set = model_.settings().is_set(setting_.key);
    gtk_widget_set_sensitive(reset_, is_set);
    gtk_widget_set_opacity(reset_, is_set ? 1 : 0);
    if (!editor_) return;
    const std::string value = model_.settings().text(setting_.key);
    if (GTK_IS_SPIN_BUTTON(editor_)) {
        const Silence silence(editor_, changed_);
        gtk_spin_button_set_value(GTK_SPIN_BUTTON(editor_), double(model_.settings().integer(setting_.key)));
    } else if (setting_.kind == Setting::Kind::choice) {
        const Silence silence(editor_, changed_);
        gtk_combo_box_set_active_id(GTK_COMBO_BOX(editor_), value.c_str());
    } else {
        GtkWidget* entry = GTK_IS_ENTRY(editor_) ? editor_ : gtk_bin_get_child(GTK_BIN(editor_));
        // An emptied field means the default, but must not fill itself while a person is about to type.
        const bool emptied = gtk_entry_get_text_length(GTK_ENTRY(entry)) == 0 && gtk_widget_has_focus(entry);
        const Silence silence(entry, changed_);
        if (!emptied && value != gtk_entry_get_text(GTK_ENTRY(entry)))
            gtk_entry_set_text(GTK_ENTRY(entry), value.c_str());
    }
}

}  // namespace neural_style
