// The control of one setting, of the kind that the settings table asks for, with its label and a way back to the
// default. Used by the settings panel; main thread.
#pragma once

#include <gtk/gtk.h>

#include <memory>

#include "settings_model.hpp"
#include "weight_scale.hpp"

namespace neural_style {

class SettingRow {
public:
    /// Puts three widgets into row `row` of `grid`: label, control, reset button. All live with the grid; the row must
    /// live as long.
    SettingRow(SettingsModel& model, const Setting& setting, GtkGrid* grid, int row);

    GtkWidget* label() const { return label_; }

private:
    GtkWidget* build_choice();
    GtkWidget* build_integer();
    GtkWidget* build_text();
    GtkWidget* build_file();
    void show();

    SettingsModel& model_;
    const Setting& setting_;
    std::unique_ptr<WeightScale> scale_;
    GtkWidget* label_ = nullptr;
    GtkWidget* editor_ = nullptr;  ///< combo box, number field or entry; none for a scale
    GtkWidget* reset_ = nullptr;
    gulong changed_ = 0;
};

}  // namespace neural_style
