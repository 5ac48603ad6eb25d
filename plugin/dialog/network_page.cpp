#include "network_page.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "accessible_name.hpp"
#include "signals.hpp"
#include "text.hpp"
#include "words.hpp"

namespace neural_style {

NetworkPage::NetworkPage(GtkWindow* parent, SettingsModel& model, std::function<void()> installed,
                         std::function<void()> closed)
    : model_(model), installed_(std::move(installed)), closed_(std::move(closed)) {
    dialog_ =
        gtk_dialog_new_with_buttons(_("Networks"), parent, GtkDialogFlags(0), _("_Close"), GTK_RESPONSE_CLOSE, nullptr);
    gtk_window_set_default_size(GTK_WINDOW(dialog_), 620, 480);
    GtkWidget* box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
    gtk_container_set_border_width(GTK_CONTAINER(box), 12);
    GtkWidget* words = gtk_label_new(
        _("The network is the trained eye that compares your picture with the style. VGG-19 sees best; its weights are "
          "fetched once from where they are published. The built-in filters need nothing."));
    gtk_label_set_line_wrap(GTK_LABEL(words), TRUE);
    gtk_label_set_xalign(GTK_LABEL(words), 0);
    gtk_label_set_max_width_chars(GTK_LABEL(words), 70);
    gtk_box_pack_start(GTK_BOX(box), words, FALSE, FALSE, 0);

    GtkWidget* scroller = gtk_scrolled_window_new(nullptr, nullptr);
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_shadow_type(GTK_SCROLLED_WINDOW(scroller), GTK_SHADOW_IN);
    rows_ = gtk_list_box_new();
    gtk_list_box_set_selection_mode(GTK_LIST_BOX(rows_), GTK_SELECTION_NONE);
    set_accessible_name(rows_, _("Networks"));
    gtk_container_add(GTK_CONTAINER(scroller), rows_);
    gtk_box_pack_start(GTK_BOX(box), scroller, TRUE, TRUE, 0);

    message_ = gtk_label_new(nullptr);
    gtk_label_set_line_wrap(GTK_LABEL(message_), TRUE);
    gtk_label_set_xalign(GTK_LABEL(message_), 0);
    gtk_label_set_max_width_chars(GTK_LABEL(message_), 70);
    gtk_label_set_selectable(GTK_LABEL(message_), TRUE);
    GtkWidget* below = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    progress_ = gtk_progress_bar_new();
    gtk_progress_bar_set_show_text(GTK_PROGRESS_BAR(progress_), TRUE);
    gtk_widget_set_valign(progress_, GTK_ALIGN_CENTER);
    set_accessible_name(progress_, _("Download"));
    stop_ = gtk_button_new_with_mnemonic(_("S_top the download"));
    connect(stop_, "clicked", [this] {
        stopped_ = true;
        if (getting_) getting_->interrupt();
    });
    gtk_box_pack_start(GTK_BOX(below), progress_, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(below), stop_, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box), below, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box), message_, FALSE, FALSE, 0);
    for (GtkWidget* widget : {message_, progress_, stop_}) gtk_widget_set_no_show_all(widget, TRUE);
    gtk_box_pack_start(GTK_BOX(gtk_dialog_get_content_area(GTK_DIALOG(dialog_))), box, TRUE, TRUE, 0);
    connect(dialog_, "delete-event", [] { return gboolean(TRUE); });  // its answer closes it
    connect(dialog_, "response", [this] {
        const auto closed = closed_;  // which ends this object
        closed();
    });
    gtk_widget_show_all(dialog_);
    list();
}

NetworkPage::~NetworkPage() {
    listing_.reset();
    getting_.reset();
    gtk_widget_destroy(dialog_);
}

void NetworkPage::present() { gtk_window_present(GTK_WINDOW(dialog_)); }

void NetworkPage::list() {
    networks_.clear();
    EngineCommand::Callbacks callbacks;
    callbacks.line = [this](const std::string& line) { take_line(line); };
    callbacks.end = [this](bool succeeded) {
        if (!succeeded) {
            gtk_label_set_text(GTK_LABEL(message_), last_line_.c_str());
            gtk_widget_show(message_);
        }
        show_list();
    };
    listing_ = std::make_unique<EngineCommand>(std::vector<std::string>{"--list-networks"}, std::move(callbacks));
}

/// "name: Title", then indented lines, the first of which says whether it is installed and, if not, how to get it.
void NetworkPage::take_line(const std::string& line) {
    last_line_ = line;
    const auto first = line.find_first_not_of(" \t");
    if (first == std::string::npos) return;
    if (first > 0) {
        if (networks_.empty()) return;
        if (networks_.back().lines.empty()) networks_.back().usable = line.find("--get-network") == std::string::npos;
        networks_.back().lines.push_back(line.substr(first));
        return;
    }
    const auto colon = line.find(": ");
    if (colon != std::string::npos) networks_.push_back({line.substr(0, colon), line.substr(colon + 2), {}, false});
}

void NetworkPage::show_list() {
    gtk_container_foreach(
        GTK_CONTAINER(rows_), [](GtkWidget* row, gpointer) { gtk_widget_destroy(row); }, nullptr);
    for (const Network& network : networks_) add_row(network);
    gtk_widget_show_all(rows_);
}

void NetworkPage::add_row(const Network& network) {
    GtkWidget* row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    gtk_container_set_border_width(GTK_CONTAINER(row), 9);
    GtkWidget* words = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
    gtk_box_pack_start(GTK_BOX(words), new_heading(network.title), FALSE, FALSE, 0);
    for (std::size_t i = 1; i < network.lines.size(); ++i) {
        GtkWidget* line = gtk_label_new(network.lines[i].c_str());
        gtk_label_set_xalign(GTK_LABEL(line), 0);
        gtk_label_set_line_wrap(GTK_LABEL(line), TRUE);
        gtk_label_set_max_width_chars(GTK_LABEL(line), 54);
        add_style_class(line, "dim-label");
        add_style_class(line, "small");
        gtk_box_pack_start(GTK_BOX(words), line, FALSE, FALSE, 0);
    }
    gtk_box_pack_start(GTK_BOX(row), words, TRUE, TRUE, 0);

    const bool chosen = model_.settings().text("network") == network.name;
    GtkWidget* button = gtk_button_new_with_label(!network.usable ? _("Get") : chosen ? _("In use") : _("Use"));
    gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
    gtk_widget_set_size_request(button, 96, -1);
    gtk_widget_set_sensitive(button, !chosen && !getting_);
    set_accessible_name(button, filled(network.usable ? _("Use %s") : _("Get %s"), network.title.c_str()));
    connect(button, "clicked", [this, network] {
        if (!network.usable) return get(network);
        model_.set("network", network.name);
        show_list();
    });
    gtk_box_pack_end(GTK_BOX(row), button, FALSE, FALSE, 0);
    gtk_list_box_insert(GTK_LIST_BOX(rows_), row, -1);
    GtkWidget* holder = gtk_widget_get_parent(row);
    gtk_widget_set_can_focus(holder, FALSE);
    gtk_list_box_row_set_activatable(GTK_LIST_BOX_ROW(holder), FALSE);
}

void NetworkPage::get(const Network& network) {
    stopped_ = false;
    last_line_.clear();
    gtk_widget_hide(message_);
    gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(progress_), 0);
    gtk_progress_bar_set_text(GTK_PROGRESS_BAR(progress_), network.title.c_str());
    gtk_widget_show(progress_);
    gtk_widget_show(stop_);
    EngineCommand::Callbacks callbacks;
    callbacks.line = [this](const std::string& line) { show_progress(line); };
    callbacks.end = [this](bool succeeded) {
        getting_.reset();
        gtk_widget_hide(progress_);
        gtk_widget_hide(stop_);
        if (!succeeded) {
            // its own sentence, without its own name before it
            const auto start = last_line_.rfind("neural-style: ", 0) == 0 ? std::strlen("neural-style: ") : 0;
            const std::string sentence = stopped_ ? _("The download was stopped; it goes on from there the next time.")
                                                  : last_line_.substr(start);
            gtk_label_set_text(GTK_LABEL(message_), sentence.c_str());
            gtk_widget_show(message_);
        }
        list();
        if (succeeded) installed_();
    };
    getting_ = std::make_unique<EngineCommand>(
        std::vector<std::string>{"--get-network", network.name, "--progress", "plain"}, std::move(callbacks));
    show_list();
}

/// "downloading 1000 5000000": stage, bytes so far and of all (0: not known).
void NetworkPage::show_progress(const std::string& line) {
    char stage[32] = "";
    unsigned long long done = 0, total = 0;
    if (std::sscanf(line.c_str(), "%31s %llu %llu", stage, &done, &total) != 3) {
        last_line_ = line;
        return;
    }
    const char* words = !std::strcmp(stage, "downloading") ? _("Downloading, %s of %s")
                        : !std::strcmp(stage, "checking")  ? _("Checking, %s of %s")
                                                           : _("Writing, %s of %s");
    constexpr double mebibyte = 1 << 20;
    if (total > 0)
        gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(progress_), std::min(1., double(done) / double(total)));
    const std::string all = total > 0 ? memory_words(double(total) / mebibyte) : "?";
    const std::string text = filled(words, memory_words(double(done) / mebibyte).c_str(), all.c_str());
    gtk_progress_bar_set_text(GTK_PROGRESS_BAR(progress_), text.c_str());
}

}  // namespace neural_style
