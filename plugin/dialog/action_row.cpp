#include "action_row.hpp"

#include "accessible_name.hpp"
#include "signals.hpp"
#include "text.hpp"

namespace neural_style {

ActionRow::ActionRow(Actions actions, bool narrow) : actions_(std::move(actions)) {
    box_ = gtk_box_new(narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL, 6);
    gtk_container_set_border_width(GTK_CONTAINER(box_), narrow ? 6 : 12);
    aside_ = gtk_button_box_new(GTK_ORIENTATION_HORIZONTAL);
    row_ = gtk_button_box_new(GTK_ORIENTATION_HORIZONTAL);
    for (GtkWidget* row : {aside_, row_}) {
        gtk_button_box_set_layout(GTK_BUTTON_BOX(row), row == row_ ? GTK_BUTTONBOX_END : GTK_BUTTONBOX_START);
        gtk_box_set_spacing(GTK_BOX(row), 6);
        gtk_box_pack_start(GTK_BOX(box_), row, row == row_, TRUE, 0);
    }
    help_ = add(aside_, _("_Help"), _("Open the manual"), actions_.help);
    reset_ = add(aside_, _("_Reset"), _("All settings back to their defaults"), actions_.reset);
    closes_ = gtk_check_button_new_with_mnemonic(_("Close when _done"));
    set_accessible_name(
        closes_, without_mnemonic(_("Close when _done")),
        _("Add the finished picture as a layer at once. Otherwise the window stays, and pictures can be "
          "compared, continued and taken."));
    gtk_container_add(GTK_CONTAINER(aside_), closes_);
    gtk_button_box_set_child_non_homogeneous(GTK_BUTTON_BOX(aside_), closes_, TRUE);
    gtk_widget_set_margin_start(closes_, 6);
    cancel_ = add(row_, _("_Cancel"), _("Close the window and leave the image as it is"), actions_.cancel);
    back_ = add(row_, _("_Back to settings"), _("End this run and choose anew"), actions_.back);
    stop_ = add(row_, _("Stop and _keep"), _("End now with the best picture so far"), actions_.stop);
    more_ = add(row_, _("Continue with _200 more"), _("Go on from this picture"), actions_.more);
    queue_ = add(row_, _("Add to qu_eue"), _("Keep style and settings as a job, to be painted later with others"),
                 actions_.queue);
    start_ = add(row_, _("_Start"), _("Paint the picture for a new layer above the original"), actions_.start);
    take_ =
        add(row_, _("Add as a _layer"), _("Put this picture above the original and close the window"), actions_.take);
    add_style_class(stop_, "suggested-action");
    add_style_class(take_, "suggested-action");
    gtk_widget_set_can_default(start_, TRUE);
    gtk_widget_set_visible(help_, bool(actions_.help));
    for (GtkWidget* button : {help_, back_, stop_, more_, take_}) gtk_widget_set_no_show_all(button, TRUE);
}

GtkWidget* ActionRow::add(GtkWidget* row, const char* label, const char* tooltip, const std::function<void()>& action) {
    GtkWidget* button = gtk_button_new_with_mnemonic(label);
    set_accessible_name(button, without_mnemonic(label), tooltip);
    connect(button, "clicked", [this, button, action] {
        if (button == stop_) gtk_widget_set_sensitive(stop_, FALSE);  // once is enough
        action();
    });
    gtk_container_add(GTK_CONTAINER(row), button);
    // Not all as wide as the widest: some languages have long words for some of them.
    gtk_button_box_set_child_non_homogeneous(GTK_BUTTON_BOX(row), button, TRUE);
    gtk_widget_set_size_request(button, 96, -1);
    return button;
}

bool ActionRow::closes_when_done() const { return gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(closes_)); }
void ActionRow::set_closes_when_done(bool closes) { gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(closes_), closes); }

void ActionRow::show(State state, bool can_start) {
    const bool runs = state == State::running, result = state == State::result;
    if (runs && state_ != State::running) gtk_widget_set_sensitive(stop_, TRUE);
    state_ = state;
    gtk_widget_set_sensitive(reset_, !runs);
    gtk_widget_set_sensitive(start_, can_start && !runs);
    gtk_widget_set_visible(start_, !runs);
    gtk_widget_set_sensitive(queue_, can_start && !runs);
    gtk_widget_set_visible(queue_, !runs);
    gtk_widget_set_visible(stop_, runs);
    gtk_widget_set_visible(back_, runs);
    gtk_widget_set_visible(more_, result);
    gtk_widget_set_visible(take_, result);
    GtkStyleContext* style = gtk_widget_get_style_context(start_);
    if (result)
        gtk_style_context_remove_class(style, "suggested-action");  // one suggestion at a time
    else
        gtk_style_context_add_class(style, "suggested-action");
}

}  // namespace neural_style
