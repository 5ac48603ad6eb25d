// A grid of thumbnails to choose the style from: every layer of every open image but the content. Used by the window;
// main thread. Thumbnails come one by one while the main loop is idle.
#pragma once

#include <gtk/gtk.h>

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "host.hpp"
#include "picture_file.hpp"
#include "region_picker.hpp"
#include "run_request.hpp"
#include "signals.hpp"

namespace neural_style {

class StylePicker {
public:
    /// `folder` is where picture files were last looked for; kept up to date. `complain` is told what could not be
    /// read.
    StylePicker(Host& host, int content_layer, std::string& folder, std::function<void(const std::string&)> complain);
    ~StylePicker();

    GtkWidget* widget() const { return box_; }
    void take_focus();  ///< to what is chosen

    /// What is chosen, with weights above 0; empty if nothing is.
    std::vector<StyleChoice> chosen() const;
    void choose(const std::vector<StyleChoice>& styles);
    void on_change(std::function<void()> listener) { changed_ = std::move(listener); }

    /// Looks which layers there are now. Cards of layers that stayed, and what is chosen, stay as they are.
    void refresh();
    void add_file(const std::string& file);  ///< reads it, adds a card and chooses it
    void paste();
    /// Draws all thumbnails anew, a few at a time.
    void refresh_thumbnails();

private:
    struct Card;

    Card& add_card(const Layer& layer);
    void add_picture(const NamedPicture& picture);
    GtkWidget* build_adding();
    void build_search();
    bool matches_search(const Card& card) const;
    void search_changed();
    void fetch_thumbnails();
    void show_mix();
    void selection_changed();
    std::vector<Card*> selected() const;

    Host& host_;
    int content_;
    std::string& folder_;
    std::function<void(const std::string&)> complain_;
    int next_picture_ = -2;  ///< id of the next picture that is no layer: ever smaller
    GtkWidget* box_;
    GtkWidget* flow_ = nullptr;
    GtkWidget* scroller_ = nullptr;
    GtkWidget* search_ = nullptr;
    GtkWidget* mix_ = nullptr;
    GtkWidget* weights_ = nullptr;
    GtkWidget* nothing_ = nullptr;
    GtkWidget* not_found_ = nullptr;
    gulong selected_changed_ = 0;
    std::vector<std::unique_ptr<Card>> cards_;
    RegionPicker regions_;
    std::map<int, double> blend_;  ///< weight by card, in percent, also of those not chosen now
    std::function<void()> changed_;
    Timer thumbnails_;
    std::shared_ptr<int> alive_ = std::make_shared<int>();  ///< for pictures that are read after our end
};

}  // namespace neural_style
