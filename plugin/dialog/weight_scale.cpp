#include "weight_scale.hpp"

#include <algorithm>
#include <cmath>

#include "signals.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

constexpr double slider_steps = 1000;

double to_three_digits(double value) {
    if (value <= 0) return 0;
    const double unit = std::pow(10, std::floor(std::log10(value)) - 2);
    // a division by a whole number where that is exact, so that the text of it has three digits too
    return unit < 1 ? std::round(value / unit) / std::round(1 / unit) : std::round(value / unit) * unit;
}

}  // namespace

WeightScale::WeightScale(SettingsModel& model, const Setting& setting, double low, double high)
    : model_(model), setting_(setting), low_(low), high_(high) {
    box_ = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    slider_ = gtk_scale_new_with_range(GTK_ORIENTATION_HORIZONTAL, 0, slider_steps, 10);
    gtk_scale_set_draw_value(GTK_SCALE(slider_), FALSE);
    gtk_widget_set_size_request(slider_, 110, -1);
    gtk_scale_add_mark(GTK_SCALE(slider_), position_of(Settings().real(setting.key)), GTK_POS_BOTTOM, nullptr);
    gtk_box_pack_start(GTK_BOX(box_), slider_, TRUE, TRUE, 0);

    number_ = gtk_spin_button_new_with_range(setting.low, setting.high, 1);
    gtk_spin_button_set_numeric(GTK_SPIN_BUTTON(number_), FALSE);  // lets 1e6 be typed
    gtk_spin_button_set_digits(GTK_SPIN_BUTTON(number_), 10);      // as exact as typed; shown without the zeros
    gtk_entry_set_width_chars(GTK_ENTRY(number_), 6);
    gtk_entry_set_max_width_chars(GTK_ENTRY(number_), 6);
    gtk_entry_set_alignment(GTK_ENTRY(number_), 1);
    connect(number_, "output", [this]() -> gboolean {
        const std::string text = filled("%.10g", gtk_spin_button_get_value(GTK_SPIN_BUTTON(number_)));
        if (text != gtk_entry_get_text(GTK_ENTRY(number_))) gtk_entry_set_text(GTK_ENTRY(number_), text.c_str());
        return TRUE;
    });
    gtk_box_pack_start(GTK_BOX(box_), number_, FALSE, FALSE, 0);

    slider_changed_ = connect(slider_, "value-changed",
                              [this] { model_.set(setting_.key, value_at(gtk_range_get_value(GTK_RANGE(slider_)))); });
    number_changed_ = connect(number_, "value-changed", [this] {
        model_.set(setting_.key, gtk_spin_button_get_value(GTK_SPIN_BUTTON(number_)));
    });
    model_.on_change([this](std::string_view key) {
        if (key == setting_.key) show();
    });
    show();
}

double WeightScale::value_at(double position) const {
    if (position <= 0 && setting_.low < low_) return setting_.low;
    return to_three_digits(low_ * std::pow(high_ / low_, position / slider_steps));
}

double WeightScale::position_of(double value) const {
    if (value < low_) return 0;
    return std::min(slider_steps, slider_steps * std::log(value / low_) / std::log(high_ / low_));
}

void WeightScale::show() {
    const double value = model_.settings().real(setting_.key);
    // Each control that already shows the value stays as it is, so that typing and dragging are not disturbed.
    if (std::abs(value_at(gtk_range_get_value(GTK_RANGE(slider_))) - value) > 1e-9 * value) {
        const Silence silence(slider_, slider_changed_);
        gtk_range_set_value(GTK_RANGE(slider_), position_of(value));
    }
    const Silence silence(number_, number_changed_);
    const double step = value > 0 ? std::pow(10, std::floor(std::log10(value))) : low_;
    gtk_spin_button_set_increments(GTK_SPIN_BUTTON(number_), value > step ? step : step / 10, step * 10);
    if (gtk_spin_button_get_value(GTK_SPIN_BUTTON(number_)) != value)
        gtk_spin_button_set_value(GTK_SPIN_BUTTON(number_), value);
}

}  // namespace neural_style
