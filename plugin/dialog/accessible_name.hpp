// Names of controls for screen readers and tests, and labels with mnemonics. Main thread.
#pragma once

#include <gtk/gtk.h>

#include <string>

namespace neural_style {

/// "_Stop and keep" → "Stop and keep".
std::string without_mnemonic(const std::string& label);

/// Gives the control its spoken name, without mnemonic marks, and, if not empty, a tooltip.
void set_accessible_name(GtkWidget* widget, const std::string& name, const std::string& tooltip = {});

/// Says what the control shows now, for controls that draw themselves.
void set_accessible_description(GtkWidget* widget, const std::string& description);

/// A left-aligned label whose mnemonic leads to `control`; both get the name and the tooltip.
GtkWidget* new_label_for(GtkWidget* control, const std::string& label, const std::string& tooltip = {});

/// A bold left-aligned heading.
GtkWidget* new_heading(const std::string& text);

/// A flat button with a symbolic icon; its name is spoken and, if no tooltip is given, shown as one.
GtkWidget* new_icon_button(const char* icon, const std::string& name, const std::string& tooltip = {});

/// Adds a class for the window's style sheet.
void add_style_class(GtkWidget* widget, const char* name);

}  // namespace neural_style
