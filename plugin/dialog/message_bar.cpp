#include "message_bar.hpp"

#include "accessible_name.hpp"
#include "engine_sentences.hpp"
#include "signals.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

const char* title_of(Cause cause) {
    switch (cause) {
        case Cause::settings:
            return _("These settings cannot be used");
        case Cause::picture:
            return _("A picture cannot be used");
        case Cause::weights:
            return _("The network's weights cannot be used");
        case Cause::memory:
            return _("There is not enough memory");
        case Cause::device:
            return _("The device cannot be used");
        case Cause::output:
            return _("A file cannot be written");
        case Cause::host:
            return _("The engine has stopped");
        case Cause::internal:
            return _("Something went wrong");
    }
    return "";
}

// It has a picture only, and GTK gives it no name.
void name_close_button(GtkWidget* widget) {
    if (GTK_IS_BUTTON(widget) && gtk_style_context_has_class(gtk_widget_get_style_context(widget), "close"))
        set_accessible_name(widget, without_mnemonic(_("_Close")));
    else if (GTK_IS_CONTAINER(widget))
        gtk_container_forall(
            GTK_CONTAINER(widget), [](GtkWidget* child, gpointer) { name_close_button(child); }, nullptr);
}

}  // namespace

MessageBar::MessageBar() {
    bar_ = gtk_info_bar_new();
    gtk_info_bar_set_message_type(GTK_INFO_BAR(bar_), GTK_MESSAGE_ERROR);
    gtk_info_bar_set_show_close_button(GTK_INFO_BAR(bar_), TRUE);
    GtkWidget* area = gtk_info_bar_get_content_area(GTK_INFO_BAR(bar_));
    GtkWidget* box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
    title_ = new_heading("");
    sentence_ = gtk_label_new(nullptr);
    gtk_label_set_xalign(GTK_LABEL(sentence_), 0);
    gtk_label_set_line_wrap(GTK_LABEL(sentence_), TRUE);
    gtk_label_set_selectable(GTK_LABEL(sentence_), TRUE);
    gtk_widget_set_can_focus(sentence_, FALSE);
    gtk_label_set_max_width_chars(GTK_LABEL(sentence_), 100);
    gtk_box_pack_start(GTK_BOX(box), title_, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box), sentence_, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(area), box, TRUE, TRUE, 0);
    name_close_button(bar_);
    gtk_widget_show_all(bar_);
    gtk_widget_hide(bar_);
    gtk_widget_set_no_show_all(bar_, TRUE);
    connect(bar_, "response", [this](int response) {
        const auto take = response >= 0 ? offers_.at(std::size_t(response)).take : nullptr;
        hide();
        if (take) take();
    });
}

void MessageBar::show(Cause cause, const std::string& sentence, std::vector<Offer> offers) {
    gtk_label_set_text(GTK_LABEL(title_), title_of(cause));
    gtk_label_set_text(GTK_LABEL(sentence_), translated(sentence).c_str());
    for (GtkWidget* button : buttons_) gtk_widget_destroy(button);
    buttons_.clear();
    offers_ = std::move(offers);
    for (std::size_t i = 0; i < offers_.size(); ++i) {
        buttons_.push_back(gtk_info_bar_add_button(GTK_INFO_BAR(bar_), offers_[i].label.c_str(), int(i)));
        gtk_widget_set_valign(buttons_.back(), GTK_ALIGN_CENTER);
    }
    gtk_widget_show(bar_);
}

void MessageBar::hide() { gtk_widget_hide(bar_); }

}  // namespace neural_style
