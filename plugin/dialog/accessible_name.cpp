#include "accessible_name.hpp"

namespace neural_style {

std::string without_mnemonic(const std::string& label) {
    std::string text;
    for (std::size_t i = 0; i < label.size(); ++i) {
        if (label[i] == '_' && i + 1 < label.size() && label[i + 1] != '_') continue;
        // Chinese labels carry their mnemonic in brackets at the end: "开始(_S)"
        if (label[i] == '(' && i + 3 < label.size() && label[i + 1] == '_' && label[i + 3] == ')') {
            i += 3;
            continue;
        }
        text += label[i];
    }
    return text;
}

void set_accessible_name(GtkWidget* widget, const std::string& name, const std::string& tooltip) {
    if (AtkObject* accessible = gtk_widget_get_accessible(widget)) atk_object_set_name(accessible, name.c_str());
    if (!tooltip.empty()) gtk_widget_set_tooltip_text(widget, tooltip.c_str());
}

void set_accessible_description(GtkWidget* widget, const std::string& description) {
    if (AtkObject* accessible = gtk_widget_get_accessible(widget))
        atk_object_set_description(accessible, description.c_str());
}

GtkWidget* new_label_for(GtkWidget* control, const std::string& label, const std::string& tooltip) {
    GtkWidget* widget = gtk_label_new_with_mnemonic(label.c_str());
    gtk_label_set_mnemonic_widget(GTK_LABEL(widget), control);
    gtk_label_set_xalign(GTK_LABEL(widget), 0);
    if (!tooltip.empty()) gtk_widget_set_tooltip_text(widget, tooltip.c_str());
    set_accessible_name(control, without_mnemonic(label), tooltip);
    return widget;
}

GtkWidget* new_heading(const std::string& text) {
    GtkWidget* widget = gtk_label_new(text.c_str());
    gtk_label_set_xalign(GTK_LABEL(widget), 0);
    add_style_class(widget, "heading");
    return widget;
}

GtkWidget* new_icon_button(const char* icon, const std::string& name, const std::string& tooltip) {
    GtkWidget* button = gtk_button_new_from_icon_name(icon, GTK_ICON_SIZE_BUTTON);
    gtk_button_set_relief(GTK_BUTTON(button), GTK_RELIEF_NONE);
    set_accessible_name(button, name, tooltip.empty() ? name : tooltip);
    return button;
}

void add_style_class(GtkWidget* widget, const char* name) {
    gtk_style_context_add_class(gtk_widget_get_style_context(widget), name);
}

}  // namespace neural_style
