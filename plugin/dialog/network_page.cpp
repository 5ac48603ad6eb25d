#include "network_page.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "accessible_name.hpp"
#include "dropped_file.hpp"
#include "engine_sentences.hpp"
#include "question.hpp"
#include "signals.hpp"
#include "text.hpp"
#include "words.hpp"

namespace neural_style {
namespace {

std::string shown_name(const std::string& file) {
    char* name = g_filename_display_basename(file.c_str());
    const std::string result = name;
    g_free(name);
    return result;
}

/// How much the file's name speaks for the network: the letters of the words "vgg19", "caffe" that are all in it.
std::size_t resemblance(const std::string& file, const std::string& network) {
    char* lower = g_utf8_strdown(shown_name(file).c_str(), -1);
    const std::string name = lower;
    g_free(lower);
    std::size_t letters = 0;
    for (std::size_t start = 0; start <= network.size();) {
        const std::size_t end = std::min(network.find('-', start), network.size());
        if (name.find(network.substr(start, end - start)) == std::string::npos) return 0;
        letters += end - start;
        start = end + 1;
    }
    return letters;
}

/// The network that the engine names instead of the one that was tried; "" if it names none.
std::string named_instead(const std::string& sentence) {
    for (const char* before : {"--get-network ", "network="}) {
        const auto at = sentence.rfind(before);
        if (at == std::string::npos) continue;
        const auto start = at + std::strlen(before);
        return sentence.substr(start, sentence.find_first_of(" ;.,", start) - start);
    }
    return {};
}

}  // namespace

NetworkPage::NetworkPage(GtkWindow* parent, SettingsModel& model, std::string& folder, std::function<void()> installed,
                         std::function<void()> closed)
    : model_(model), folder_(folder), installed_(std::move(installed)), closed_(std::move(closed)) {
    dialog_ =
        gtk_dialog_new_with_buttons(_("Networks"), parent, GtkDialogFlags(0), _("_Close"), GTK_RESPONSE_CLOSE, nullptr);
    gtk_window_set_default_size(GTK_WINDOW(dialog_), 620, 480);
    GtkWidget* box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
    gtk_container_set_border_width(GTK_CONTAINER(box), 6);
    gtk_container_set_border_width(GTK_CONTAINER(dialog_), 6);
    GtkWidget* words = gtk_label_new(
        _("The network is the trained eye that compares your picture with the style. VGG-19 sees best; its weights are "
          "fetched once from where they are published. The built-in network needs nothing."));
    gtk_label_set_line_wrap(GTK_LABEL(words), TRUE);
    gtk_label_set_xalign(GTK_LABEL(words), 0);
    gtk_label_set_max_width_chars(GTK_LABEL(words), 70);
    gtk_box_pack_start(GTK_BOX(box), words, FALSE, FALSE, 0);

    GtkWidget* scroller = gtk_scrolled_window_new(nullptr, nullptr);
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_shadow_type(GTK_SCROLLED_WINDOW(scroller), GTK_SHADOW_IN);
    rows_ = gtk_list_box_new();
    gtk_list_box_set_selection_mode(GTK_LIST_BOX(rows_), GTK_SELECTION_NONE);
    for (GtkWidget* widget : {rows_, scroller}) set_accessible_name(widget, _("Networks"));
    gtk_container_add(GTK_CONTAINER(scroller), rows_);
    gtk_box_pack_start(GTK_BOX(box), scroller, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(box), build_offer(), FALSE, FALSE, 0);

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
    const auto complain = [this](const std::string& sentence) { say(sentence); };
    const auto no_picture = [this](const std::string& file) {
        say(filled(_("“%s” is a picture; drop it on the other window to take it as a style."),
                   shown_name(file).c_str()));
    };
    accept_drops(dialog_, {no_picture, [this](const std::string& file) { offer(file); }, complain});
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
        if (!succeeded) say(last_line_);
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
        if (networks_.back().lines.empty()) {
            networks_.back().usable = line.find("--get-network") == std::string::npos;
            networks_.back().built_in = line.find("Part of the program") != std::string::npos;
        }
        networks_.back().lines.push_back(translated(line.substr(first)));
        return;
    }
    const auto colon = line.find(": ");
    if (colon != std::string::npos)
        networks_.push_back({line.substr(0, colon), translated(line.substr(colon + 2)), {}, false, false});
}

void NetworkPage::show_list() {
    gtk_container_foreach(
        GTK_CONTAINER(rows_), [](GtkWidget* row, gpointer) { gtk_widget_destroy(row); }, nullptr);
    for (const Network& network : networks_) add_row(network);
    gtk_widget_show_all(rows_);
    show_offer();
}

GtkWidget* NetworkPage::build_offer() {
    GtkWidget* rows = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    offer_ = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    offer_words_ = gtk_label_new(nullptr);
    gtk_label_set_xalign(GTK_LABEL(offer_words_), 0);
    gtk_label_set_ellipsize(GTK_LABEL(offer_words_), PANGO_ELLIPSIZE_MIDDLE);
    offer_networks_ = gtk_combo_box_text_new();
    set_accessible_name(offer_networks_, _("Install as"), _("The network whose weights the file has."));
    offer_take_ = gtk_button_new_with_mnemonic(_("_Install"));
    set_accessible_name(offer_take_, without_mnemonic(_("_Install")));
    add_style_class(offer_take_, "suggested-action");
    connect(offer_take_, "clicked", [this] { take_offer(); });
    gtk_box_pack_start(GTK_BOX(offer_), offer_words_, FALSE, FALSE, 0);
    GtkWidget* choice = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    gtk_box_pack_start(GTK_BOX(choice), offer_networks_, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(choice), offer_take_, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(offer_), choice, FALSE, FALSE, 0);
    gtk_widget_show_all(offer_);
    gtk_widget_hide(offer_);
    gtk_widget_set_no_show_all(offer_, TRUE);
    gtk_box_pack_start(GTK_BOX(rows), offer_, FALSE, FALSE, 0);

    from_file_ = gtk_button_new_with_mnemonic(_("Install from a _File…"));
    set_accessible_name(from_file_, without_mnemonic(_("Install from a _File…")),
                        _("Take the weights from a file that you have; or drop it here."));
    gtk_widget_set_halign(from_file_, GTK_ALIGN_START);
    connect(from_file_, "clicked", [this] {
        ask_for_file(from_file_,
                     {_("Install a Network from a File"),
                      _("_Open"),
                      false,
                      "",
                      folder_,
                      _("Weights of networks"),
                      {"*.safetensors", "*.pth", "*.pt", "*.ckpt", "*.bin", "*.onnx"}},
                     [this](const std::string& file) {
                         char* folder = g_path_get_dirname(file.c_str());
                         folder_ = folder;
                         g_free(folder);
                         offer(file);
                     });
    });
    gtk_box_pack_start(GTK_BOX(rows), from_file_, FALSE, FALSE, 0);
    return rows;
}

void NetworkPage::offer(const std::string& file) {
    offered_file_ = file;
    gtk_combo_box_set_active(GTK_COMBO_BOX(offer_networks_), -1);  // guess anew
    gtk_widget_hide(message_);
    show_offer();
    gtk_widget_grab_focus(offer_take_);
}

void NetworkPage::show_offer() {
    gtk_widget_set_sensitive(from_file_, !getting_);
    gtk_widget_set_visible(offer_, !offered_file_.empty());
    if (offered_file_.empty()) return;
    gtk_label_set_text(GTK_LABEL(offer_words_),
                       filled(_("Install “%s” as"), shown_name(offered_file_).c_str()).c_str());
    const char* active = gtk_combo_box_get_active_id(GTK_COMBO_BOX(offer_networks_));
    const std::string chosen = active ? active : "";
    gtk_combo_box_text_remove_all(GTK_COMBO_BOX_TEXT(offer_networks_));
    std::size_t most = 0;
    const Network* likely = nullptr;
    for (const Network& network : networks_) {
        if (network.built_in) continue;
        gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(offer_networks_), network.name.c_str(), network.title.c_str());
        const std::size_t letters = resemblance(offered_file_, network.name);
        if (!likely || letters > most || (most == 0 && network.name == "vgg19")) likely = &network;
        most = std::max(most, letters);
    }
    if (chosen.empty() || !gtk_combo_box_set_active_id(GTK_COMBO_BOX(offer_networks_), chosen.c_str()))
        gtk_combo_box_set_active_id(GTK_COMBO_BOX(offer_networks_), likely ? likely->name.c_str() : nullptr);
    gtk_widget_set_sensitive(offer_take_, likely && !getting_);
}

void NetworkPage::take_offer() {
    const char* chosen = gtk_combo_box_get_active_id(GTK_COMBO_BOX(offer_networks_));
    for (const Network& network : networks_)
        if (chosen && network.name == chosen) return install(Network(network), std::exchange(offered_file_, {}));
}

void NetworkPage::say(const std::string& sentence) {
    gtk_label_set_text(GTK_LABEL(message_), sentence.c_str());
    gtk_widget_show(message_);
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
    set_accessible_name(progress_, _("Download"));
    run(network, {}, _("S_top the download"), [this](bool succeeded) {
        if (!succeeded)
            say(stopped_ ? _("The download was stopped; it goes on from there the next time.") : engine_sentence());
    });
}

void NetworkPage::install(const Network& network, const std::string& file) {
    set_accessible_name(progress_, _("Installation"));
    run(network, {"--from", file}, _("S_top"),
        [this, network, file](bool succeeded) { installed_from_file(network, file, succeeded); });
}

void NetworkPage::installed_from_file(const Network& tried, const std::string& file, bool succeeded) {
    const std::string name = shown_name(file);
    if (succeeded) return say(filled(_("“%s” is installed as %s."), name.c_str(), tried.title.c_str()));
    if (stopped_) return say(filled(_("“%s” was not installed: you stopped it."), name.c_str()));
    // The engine knows by the numbers whose weights they are.
    const std::string instead = named_instead(last_line_);
    for (const Network& network : networks_)
        if (network.name == instead && instead != tried.name && followed_ != file) {
            followed_ = file;
            return install(Network(network), file);
        }
    say(engine_sentence());
}

std::string NetworkPage::engine_sentence() const {
    // without the program's name before it
    const auto start = last_line_.rfind("neural-style: ", 0) == 0 ? std::strlen("neural-style: ") : 0;
    return translated(last_line_.substr(start));
}

void NetworkPage::run(const Network& network, const std::vector<std::string>& more, const std::string& stop_label,
                      std::function<void(bool succeeded)> end) {
    stopped_ = false;
    last_line_.clear();
    gtk_widget_hide(message_);
    gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(progress_), 0);
    gtk_progress_bar_set_text(GTK_PROGRESS_BAR(progress_), network.title.c_str());
    gtk_button_set_label(GTK_BUTTON(stop_), stop_label.c_str());
    gtk_widget_show(progress_);
    gtk_widget_show(stop_);
    EngineCommand::Callbacks callbacks;
    callbacks.line = [this](const std::string& line) { show_progress(line); };
    callbacks.end = [this, end = std::move(end)](bool succeeded) {
        getting_.reset();
        gtk_widget_hide(progress_);
        gtk_widget_hide(stop_);
        end(succeeded);
        if (getting_) return;  // it went on with another network
        list();
        if (succeeded) installed_();
    };
    std::vector<std::string> arguments = {"--get-network", network.name, "--progress", "plain"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    getting_ = std::make_unique<EngineCommand>(arguments, std::move(callbacks));
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
