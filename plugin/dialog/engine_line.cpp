#include "engine_line.hpp"

#include "accessible_name.hpp"
#include "device_page.hpp"
#include "setting_words.hpp"
#include "signals.hpp"
#include "text.hpp"
#include "words.hpp"

namespace neural_style {

EngineLine::EngineLine(const SettingsModel& model, int width, int height, std::function<void()> open_networks)
    : model_(model), width_(width), height_(height) {
    box_ = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    words_ = gtk_label_new(_("The engine is starting…"));
    gtk_label_set_xalign(GTK_LABEL(words_), 0);
    gtk_label_set_ellipsize(GTK_LABEL(words_), PANGO_ELLIPSIZE_END);
    add_style_class(words_, "dim-label");
    gtk_box_pack_start(GTK_BOX(box_), words_, FALSE, TRUE, 0);
    const auto add_button = [&](const char* label) {
        GtkWidget* button = gtk_button_new_with_label(label);
        gtk_button_set_relief(GTK_BUTTON(button), GTK_RELIEF_NONE);
        add_style_class(button, "row-reset");
        gtk_box_pack_start(GTK_BOX(box_), button, FALSE, FALSE, 0);
        return button;
    };
    connect(add_button(_("Networks…")), "clicked", [open_networks = std::move(open_networks)] { open_networks(); });
    device_ = add_button(_("Why no GPU?"));
    gtk_widget_set_no_show_all(device_, TRUE);
    connect(device_, "clicked", [this] { show_device_page(box_, device_report(hello_)); });
}

void EngineLine::greeted(const wire::Hello& hello) {
    hello_ = hello;
    const std::string network = model_.settings().text("network");
    if (network_.empty()) network_ = network == "auto" ? hello.auto_network : network;
    if (device_name_.empty()) device_name_ = hello.devices.empty() ? "cpu" : hello.devices.back();
    gtk_button_set_label(GTK_BUTTON(device_), hello.devices.size() > 1 ? _("About the device") : _("Why no GPU?"));
    gtk_widget_show(device_);
    show();
}

void EngineLine::began(const ScaleEvent& event) {
    if (network_ != event.network || device_name_ != event.device) estimate_.forget();
    network_ = event.network;
    device_name_ = event.device;
    show();
}

void EngineLine::changed(std::string_view key) {
    if (key == "loss" || key == "network" || key == "threads") estimate_.forget();
    show();
}

void EngineLine::show() {
    if (network_.empty()) return;
    std::string words =
        filled(_("Network: %s, on the %s"), network_words(network_).c_str(), device_words(device_name_).c_str());
    if (const auto seconds = estimate_.seconds(model_.settings(), width_, height_))
        words += filled(_(". Full picture: %s"), duration_words(*seconds).c_str());
    gtk_label_set_text(GTK_LABEL(words_), words.c_str());
    gtk_widget_set_tooltip_text(words_, words.c_str());
}

}  // namespace neural_style
