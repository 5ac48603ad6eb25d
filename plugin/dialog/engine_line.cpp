#include "engine_line.hpp"

#include <cstdio>

#include "accessible_name.hpp"
#include "device_page.hpp"
#include "setting_words.hpp"
#include "signals.hpp"
#include "text.hpp"
#include "words.hpp"

namespace neural_style {
namespace {

constexpr unsigned plan_delay_milliseconds = 1200;  // after the last change

}  // namespace

EngineLine::EngineLine(SettingsModel& model, int width, int height, std::function<void()> open_networks,
                       std::function<std::optional<Work>()> work)
    : model_(model), width_(width), height_(height), work_(std::move(work)) {
    box_ = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    words_ = gtk_label_new(_("The engine is starting…"));
    gtk_label_set_xalign(GTK_LABEL(words_), 0);
    gtk_label_set_ellipsize(GTK_LABEL(words_), PANGO_ELLIPSIZE_END);
    gtk_label_set_lines(GTK_LABEL(words_), 2);
    add_style_class(words_, "dim-label");
    gtk_box_pack_start(GTK_BOX(box_), words_, TRUE, TRUE, 0);
    const auto add_button = [&](const char* label) {
        GtkWidget* button = gtk_button_new_with_label(label);
        gtk_button_set_relief(GTK_BUTTON(button), GTK_RELIEF_NONE);
        add_style_class(button, "row-reset");
        gtk_box_pack_start(GTK_BOX(box_), button, FALSE, FALSE, 0);
        return button;
    };
    smaller_ = add_button("");
    gtk_widget_set_no_show_all(smaller_, TRUE);
    connect(smaller_, "clicked", [this] { model_.set("size", plan_.largest_edge); });
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
    plan();
}

void EngineLine::set_size(int width, int height) {
    width_ = width;
    height_ = height;
    plan();
}

void EngineLine::began(const ScaleEvent& event) {
    const bool other = network_ != event.network || device_name_ != event.device;
    network_ = event.network;
    device_name_ = event.device;
    if (other) {  // one was installed, say: the same call has another answer now
        estimate_.forget();
        asked_.clear();
        plan();
    }
    show();
}

void EngineLine::changed(std::string_view key) {
    if (key == "loss" || key == "network" || key == "threads") estimate_.forget();
    show();
    plan();
}

void EngineLine::plan() {
    plan_timer_.every(plan_delay_milliseconds, [this] {
        const std::optional<Work> work = work_();
        if (work) ask_engine(*work);
        return !work;
    });
}

void EngineLine::ask_engine(const Work& work) {
    std::vector<std::string> arguments = {"--explain", "--content-size", filled("%dx%d", width_, height_)};
    for (const auto& [width, height] : work.styles) {
        arguments.push_back("--style-size");
        arguments.push_back(filled("%dx%d", width, height));
    }
    // That there are some is all that counts; none of these files is read.
    if (work.masked) arguments.insert(arguments.end(), {"--mask", "selection"});
    for (std::size_t guide = 0; guide < work.guides; ++guide)
        arguments.insert(arguments.end(), {"--guide", "content:style"});
    const Settings& settings = model_.settings();
    for (const Setting& setting : settings_table()) {
        if (!settings.is_set(setting.key)) continue;
        arguments.push_back(std::string("--") + setting.key);
        arguments.push_back(settings.text(setting.key));
    }
    if (arguments == asked_) return;
    asked_ = arguments;
    coming_ = {};
    EngineCommand::Callbacks callbacks;
    callbacks.line = [this](const std::string& line) { take_line(line); };
    callbacks.end = [this](bool succeeded) {
        plan_ = succeeded ? coming_ : Plan();  // why not is said where a run is tried
        if (!succeeded) asked_.clear();
        show();
    };
    asking_ = std::make_unique<EngineCommand>(arguments, std::move(callbacks));
}

void EngineLine::take_line(const std::string& line) {
    std::sscanf(line.c_str(), "memory needed: %lf", &coming_.needed_mib);
    std::sscanf(line.c_str(), "memory available: %lf", &coming_.available_mib);
    std::sscanf(line.c_str(), "largest size that fits: %d", &coming_.largest_edge);
    std::sscanf(line.c_str(), "expected time: %lf", &coming_.seconds);
    if (line == "fits: no") coming_.fits = false;
    if (line.rfind("scale: ", 0) == 0 && line.find("in tiles") != std::string::npos) coming_.tiled = true;
}

std::string EngineLine::needs() const {
    // Drafts tell best how fast this computer is now; what tiles cost more is known to the plan alone.
    const auto measured = estimate_.seconds(model_.settings(), width_, height_);
    const bool by_plan = plan_.seconds > 0 && (plan_.tiled || !measured);
    const double seconds = by_plan ? plan_.seconds : measured.value_or(0);
    const std::string time = seconds > 0 ? duration_words(seconds) : "";
    if (plan_.needed_mib <= 0) return time.empty() ? _("Full picture: …") : filled(_("Full picture: %s"), time.c_str());
    const std::string needed = memory_words(plan_.needed_mib), available = memory_words(plan_.available_mib);
    if (!plan_.fits) return filled(_("Full picture: needs %s, only %s are free"), needed.c_str(), available.c_str());
    if (time.empty()) return filled(_("Full picture: %s of %s of memory"), needed.c_str(), available.c_str());
    return filled(_("Full picture: %s of %s of memory, %s"), needed.c_str(), available.c_str(), time.c_str());
}

void EngineLine::show() {
    if (network_.empty()) return;
    // Two lines from the start, so that the preview keeps its size when more is known.
    const std::string words =
        filled(_("Network: %s, on the %s"), network_words(network_).c_str(), device_words(device_name_).c_str()) +
        "\n" + needs();
    const bool offers = !plan_.fits && plan_.largest_edge > 0;
    if (offers) {
        const std::string offer = filled(_("%d pixels would fit"), plan_.largest_edge);
        gtk_button_set_label(GTK_BUTTON(smaller_), offer.c_str());
        set_accessible_name(smaller_, offer, _("Set the size to what fits into the memory."));
    }
    gtk_widget_set_visible(smaller_, offers);
    gtk_label_set_text(GTK_LABEL(words_), words.c_str());
    gtk_widget_set_tooltip_text(words_, words.c_str());
}

}  // namespace neural_style
