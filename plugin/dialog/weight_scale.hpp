// A slider and a number field for one setting that spans powers of ten. Used by the setting rows; main thread.
#pragma once

#include <gtk/gtk.h>

#include "settings_model.hpp"

namespace neural_style {

class WeightScale {
public:
    /// Edits `setting` (a real one) in `model`. The slider runs logarithmically from `low` to `high` (both above 0),
    /// and its left end means 0 where the setting allows 0; the number field takes the setting's whole range.
    WeightScale(SettingsModel& model, const Setting& setting, double low, double high);

    GtkWidget* widget() const { return box_; }
    GtkWidget* number() const { return number_; }
    GtkWidget* slider() const { return slider_; }

private:
    void show();
    double value_at(double position) const;
    double position_of(double value) const;

    SettingsModel& model_;
    const Setting& setting_;
    double low_, high_;
    GtkWidget* box_;
    GtkWidget* slider_;
    GtkWidget* number_;
    gulong slider_changed_ = 0, number_changed_ = 0;
};

}  // namespace neural_style
