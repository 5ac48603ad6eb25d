// The left side's settings: the everyday ones on top, the whole table under Advanced. Used by the window; main thread.
#pragma once

#include <gtk/gtk.h>

#include <memory>
#include <vector>

#include "setting_row.hpp"
#include "settings_model.hpp"

namespace neural_style {

class SettingsPanel {
public:
    explicit SettingsPanel(SettingsModel& model);

    GtkWidget* widget() const { return box_; }
    bool advanced_open() const;
    void set_advanced_open(bool open);

private:
    void build_everyday();
    void build_advanced();
    void show_strength();
    void show_quality();
    void take_quality();

    SettingsModel& model_;
    GtkWidget* box_;
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
