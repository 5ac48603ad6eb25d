#include "device_page.hpp"

#include "accessible_name.hpp"
#include "signals.hpp"
#include "text.hpp"

namespace neural_style {

void show_device_page(GtkWidget* near, const DeviceReport& report) {
    constexpr int copy = 1;
    GtkWidget* dialog = gtk_dialog_new_with_buttons(
        report.uses_gpu ? _("About the Device") : _("Why No GPU?"), GTK_WINDOW(gtk_widget_get_toplevel(near)),
        GTK_DIALOG_DESTROY_WITH_PARENT, _("C_opy for a Report"), copy, _("_Close"), GTK_RESPONSE_CLOSE, nullptr);
    gtk_window_set_default_size(GTK_WINDOW(dialog), 620, 420);
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_CLOSE);
    GtkWidget* box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
    gtk_container_set_border_width(GTK_CONTAINER(box), 6);
    gtk_container_set_border_width(GTK_CONTAINER(dialog), 6);
    GtkWidget* verdict = new_heading(report.verdict);
    gtk_label_set_line_wrap(GTK_LABEL(verdict), TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(verdict), 60);
    gtk_box_pack_start(GTK_BOX(box), verdict, FALSE, FALSE, 0);

    GtkWidget* scroller = gtk_scrolled_window_new(nullptr, nullptr);
    gtk_scrolled_window_set_shadow_type(GTK_SCROLLED_WINDOW(scroller), GTK_SHADOW_IN);
    GtkWidget* view = gtk_text_view_new();
    gtk_text_buffer_set_text(gtk_text_view_get_buffer(GTK_TEXT_VIEW(view)), report.text.c_str(), -1);
    gtk_text_view_set_editable(GTK_TEXT_VIEW(view), FALSE);
    gtk_text_view_set_cursor_visible(GTK_TEXT_VIEW(view), FALSE);
    gtk_text_view_set_accepts_tab(GTK_TEXT_VIEW(view), FALSE);
    gtk_text_view_set_monospace(GTK_TEXT_VIEW(view), TRUE);
    gtk_text_view_set_wrap_mode(GTK_TEXT_VIEW(view), GTK_WRAP_WORD_CHAR);
    for (const auto set_margin : {gtk_text_view_set_left_margin, gtk_text_view_set_right_margin,
                                  gtk_text_view_set_top_margin, gtk_text_view_set_bottom_margin})
        set_margin(GTK_TEXT_VIEW(view), 9);
    for (GtkWidget* widget : {view, scroller}) set_accessible_name(widget, _("Details of the device"));
    gtk_container_add(GTK_CONTAINER(scroller), view);
    gtk_box_pack_start(GTK_BOX(box), scroller, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(gtk_dialog_get_content_area(GTK_DIALOG(dialog))), box, TRUE, TRUE, 0);

    connect(dialog, "response", [dialog, text = report.verdict + "\n\n" + report.text + "\n"](int response) {
        if (response == copy) {
            GtkClipboard* clipboard = gtk_widget_get_clipboard(dialog, GDK_SELECTION_CLIPBOARD);
            gtk_clipboard_set_text(clipboard, text.c_str(), int(text.size()));
            return;
        }
        gtk_widget_destroy(dialog);
    });
    gtk_widget_show_all(dialog);
}

}  // namespace neural_style
