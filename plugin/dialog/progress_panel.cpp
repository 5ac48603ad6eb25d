#include "progress_panel.hpp"

#include <algorithm>
#include <cmath>

#include "accessible_name.hpp"
#include "text.hpp"
#include "words.hpp"

namespace neural_style {

double TimeLeft::next(double estimate, int evaluation) {
    // The first evaluations also warm things up; an estimate from them would have to be taken back.
    if (estimate < 0 || evaluation < 4) return shown_;
    if (shown_ < 0) return lowest_ = shown_ = estimate;
    shown_ = std::min(0.7 * shown_ + 0.3 * estimate, 1.5 * lowest_);
    lowest_ = std::min(lowest_, shown_);
    return shown_;
}

ProgressPanel::ProgressPanel() {
    box_ = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    bar_ = gtk_progress_bar_new();
    gtk_progress_bar_set_show_text(GTK_PROGRESS_BAR(bar_), TRUE);
    set_accessible_name(bar_, _("Progress"));
    gtk_box_pack_start(GTK_BOX(box_), bar_, FALSE, FALSE, 0);

    GtkWidget* below = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 18);
    gtk_box_pack_start(GTK_BOX(box_), below, FALSE, FALSE, 0);
    grid_ = gtk_grid_new();
    gtk_grid_set_column_spacing(GTK_GRID(grid_), 12);
    gtk_grid_set_row_spacing(GTK_GRID(grid_), 4);
    gtk_box_pack_start(GTK_BOX(below), grid_, TRUE, TRUE, 0);
    left_ = add_field(0, 0, _("Time left"));
    scale_ = add_field(0, 1, _("Scale"));
    memory_ = add_field(0, 2, _("Memory"));
    content_ = add_field(2, 0, _("Content loss"));
    style_ = add_field(2, 1, _("Style loss"));
    total_ = add_field(2, 2, _("Total loss"));
    gtk_box_pack_end(GTK_BOX(below), plot_.widget(), FALSE, FALSE, 0);
}

GtkWidget* ProgressPanel::add_field(int column, int row, const char* name) {
    GtkWidget* label = gtk_label_new(name);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    add_style_class(label, "dim-label");
    GtkWidget* value = gtk_label_new(nullptr);
    gtk_label_set_xalign(GTK_LABEL(value), 0);
    gtk_label_set_ellipsize(GTK_LABEL(value), PANGO_ELLIPSIZE_END);
    gtk_label_set_width_chars(GTK_LABEL(value), column == 0 ? 18 : 9);
    add_style_class(value, "numeric");
    gtk_widget_set_hexpand(value, column == 0);
    gtk_grid_attach(GTK_GRID(grid_), label, column, row, 1, 1);
    gtk_grid_attach(GTK_GRID(grid_), value, column + 1, row, 1, 1);
    return value;
}

void ProgressPanel::begin() {
    plot_.clear();
    time_left_.begin();
    gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(bar_), 0);
    gtk_progress_bar_set_text(GTK_PROGRESS_BAR(bar_), _("Preparing…"));
    for (GtkWidget* label : {left_, scale_, memory_, content_, style_, total_})
        gtk_label_set_text(GTK_LABEL(label), "–");
}

void ProgressPanel::show(const ScaleEvent& event) {
    scales_ = event.scales;
    gtk_label_set_text(
        GTK_LABEL(scale_),
        filled(_("%d of %d, %d × %d pixels"), event.scale + 1, event.scales, event.width, event.height).c_str());
}

void ProgressPanel::show(const Evaluation& event) {
    gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(bar_),
                                  std::clamp(double(event.evaluation) / std::max(1, event.evaluations), 0., 1.));
    gtk_progress_bar_set_text(GTK_PROGRESS_BAR(bar_),
                              filled(_("Evaluation %d of %d"), event.evaluation, event.evaluations).c_str());
    const double left = time_left_.next(event.remaining_seconds, event.evaluation);
    if (left >= 0) gtk_label_set_text(GTK_LABEL(left_), duration_words(left).c_str());
    gtk_label_set_text(GTK_LABEL(memory_), filled(_("%s used, %s free"), memory_words(event.memory_mib).c_str(),
                                                  memory_words(event.available_mib).c_str())
                                               .c_str());
    const auto show_loss = [](GtkWidget* label, double loss) {
        gtk_label_set_text(GTK_LABEL(label), filled("%.4g", loss).c_str());
    };
    show_loss(content_, event.content_loss);
    show_loss(style_, event.style_loss);
    show_loss(total_, event.total_loss);
    plot_.add(event.total_loss, event.scale, event.evaluations);
}

void ProgressPanel::stopping() { gtk_progress_bar_set_text(GTK_PROGRESS_BAR(bar_), _("Stopping…")); }

}  // namespace neural_style
