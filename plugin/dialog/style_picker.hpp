// A grid of thumbnails to choose the style from: every layer of every open image but the content. Used by the window;
// main thread. Thumbnails come one by one while the main loop is idle.
#pragma once

#include <gtk/gtk.h>

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "host.hpp"
#include "run_request.hpp"
#include "signals.hpp"

namespace neural_style {

class StylePicker {
public:
    StylePicker(Host& host, int content_layer);
    ~StylePicker();

    GtkWidget* widget() const { return box_; }

    /// What is chosen, with weights above 0; empty if nothing is.
    std::vector<StyleChoice> chosen() const;
    void choose(const std::vector<StyleChoice>& styles);
    void on_change(std::function<void()> listener) { changed_ = std::move(listener); }

    /// Looks which layers there are now. Cards of layers that stayed, and what is chosen, stay as they are.
    void refresh();
    /// Draws all thumbnails anew, a few at a time.
    void refresh_thumbnails();

private:
    struct Card;

    void add_card(const Layer& layer);
    void fetch_thumbnails();
    void show_mix();
    void selection_changed();
    std::vector<Card*> selected() const;

    Host& host_;
    int content_;
    GtkWidget* box_;
    GtkWidget* flow_ = nullptr;
    GtkWidget* scroller_ = nullptr;
    GtkWidget* mix_ = nullptr;
    GtkWidget* weights_ = nullptr;
    GtkWidget* nothing_ = nullptr;
    gulong selected_changed_ = 0;
    std::vector<std::unique_ptr<Card>> cards_;
    std::map<int, double> blend_;  ///< weight by layer id, in percent, also of those not chosen now
    std::function<void()> changed_;
    Timer thumbnails_;
};

}  // namespace neural_style
