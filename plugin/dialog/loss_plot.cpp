#include "loss_plot.hpp"

#include <algorithm>
#include <cmath>

#include "accessible_name.hpp"
#include "signals.hpp"
#include "text.hpp"

namespace neural_style {

LossPlot::LossPlot() {
    area_ = gtk_drawing_area_new();
    gtk_widget_set_size_request(area_, 180, 64);
    set_accessible_name(
        area_, _("Loss curve"),
        _("How far the picture still is from its aim, from the first evaluation to the last. When the curve "
          "runs flat, little will change any more. Dotted lines are changes of scale."));
    connect(area_, "draw", [this](cairo_t* cr) -> gboolean {
        draw(cr);
        return TRUE;
    });
}

void LossPlot::clear() {
    points_.clear();
    gtk_widget_queue_draw(area_);
}

void LossPlot::add(double loss, int scale, int expected) {
    if (!std::isfinite(loss)) return;
    points_.push_back({std::max(loss, 1e-12), scale});
    expected_ = std::max({expected, int(points_.size()), 2});
    gtk_widget_queue_draw(area_);
}

void LossPlot::draw(cairo_t* cr) const {
    const double width = gtk_widget_get_allocated_width(area_), height = gtk_widget_get_allocated_height(area_);
    GtkStyleContext* style = gtk_widget_get_style_context(area_);
    GdkRGBA colour;
    gtk_style_context_get_color(style, gtk_style_context_get_state(style), &colour);
    cairo_set_line_width(cr, 1);
    cairo_set_source_rgba(cr, colour.red, colour.green, colour.blue, 0.25);
    cairo_move_to(cr, 0.5, 0);
    cairo_line_to(cr, 0.5, height - 0.5);
    cairo_line_to(cr, width, height - 0.5);
    cairo_stroke(cr);
    if (points_.size() < 2) return;

    // Each scale has its own level, so each is drawn between its own extremes of all: one axis over all scales.
    double low = points_[0].loss, high = low;
    for (const Point& point : points_) {
        low = std::min(low, point.loss);
        high = std::max(high, point.loss);
    }
    const double span = std::max(std::log(high / low), 0.1);
    const auto x_of = [&](std::size_t index) { return 2 + (width - 4) * double(index) / (expected_ - 1); };
    const auto y_of = [&](double loss) { return 4 + (height - 10) * (1 - std::log(loss / low) / span); };

    GdkRGBA accent;
    if (!gtk_style_context_lookup_color(style, "theme_selected_bg_color", &accent)) accent = colour;
    const double dots[] = {2, 3};
    for (std::size_t i = 1; i < points_.size(); ++i) {
        if (points_[i].scale == points_[i - 1].scale) continue;
        cairo_set_dash(cr, dots, 2, 0);
        cairo_move_to(cr, std::round(x_of(i)) + 0.5, 0);
        cairo_line_to(cr, std::round(x_of(i)) + 0.5, height);
        cairo_stroke(cr);
        cairo_set_dash(cr, nullptr, 0, 0);
    }
    gdk_cairo_set_source_rgba(cr, &accent);
    cairo_set_line_width(cr, 1.5);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    for (std::size_t i = 0; i < points_.size(); ++i) {
        if (i == 0 || points_[i].scale != points_[i - 1].scale)
            cairo_move_to(cr, x_of(i), y_of(points_[i].loss));
        else
            cairo_line_to(cr, x_of(i), y_of(points_[i].loss));
    }
    cairo_stroke(cr);
}

}  // namespace neural_style
