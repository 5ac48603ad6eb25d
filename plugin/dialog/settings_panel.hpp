// The left side's settings: the everyday ones on top, the whole table under Advanced. Used by the window; main thread.
#pragma once

#include <gtk/gtk.h>

#include <memory>
#include <vector>

#include "object_ref.hpp"
#include "preset_bar.hpp"
#include "setting_row.hpp"
#include "settings_model.hpp"

namespace neural_style {

class SettingsPanel {
public:
    /// `presets` stands on top, as the first of the everyday settings.
    SettingsPanel(SettingsModel& model, const PresetBar& presets);

    GtkWidget* widget() const { return box_; }
    bool advanced_open() const;
    void set_advanced_open(bool open);

private:
    void build_everyday(const PresetBar& presets);
    void build_advanced();
    void show_strength();
    void show_quality();
    void take_quality();

    SettingsModel& model_;
    GtkWidget* box_;
    ObjectRef<GtkSizeGroup> labels_;  ///< one width for all labels, so that all controls begin at one line
    GtkWidget* strength_ = nullptr;
    GtkWidget* strength_number_ = nullptr;
    GtkWidget* strength_reset_ = nullptr;
    GtkWidget* quality_ = nullptr;
    GtkWidget* quality_reset_ = nullptr;
    GtkWidget* advanced_ = nullptr;
    gulong strength_changed_ = 0, quality_changed_ = 0;
    std::vector<std::unique_ptr<SettingRow>> rows_;
};

}  // namespace neural_style
