// Where in the picture each style goes, and what of the style is taken: by channels of their images. Used by the style
// picker; main thread.
#pragma once

#include <gtk/gtk.h>

#include <functional>
#include <map>
#include <vector>

#include "host.hpp"
#include "run_request.hpp"

namespace neural_style {

class RegionPicker {
public:
    RegionPicker(Host& host, int content_layer, std::function<void()> changed);

    /// Out of sight where no image has a channel that could be chosen.
    GtkWidget* widget() const { return expander_; }

    /// These styles are chosen now; a picture from elsewhere has no image (-1).
    void show(const std::vector<Layer>& styles);
    /// Looks which channels there are now; a choice of one that has gone is taken back.
    void refresh();

    /// Puts the regions that were chosen for the style with this id into `choice`, and the other way round.
    void fill(int id, StyleChoice& choice) const;
    void take(int id, const StyleChoice& choice);

private:
    struct Regions {
        int content = -1, style = -1;  ///< channels; -1: everywhere, all of it
    };

    void build_rows();
    void add_row(int row, const Layer& style);
    GtkWidget* new_choice(int image, const char* whole, const std::string& name, const char* tooltip, int id,
                          int Regions::*part);

    Host& host_;
    int content_;
    std::function<void()> changed_;
    std::vector<Layer> styles_;
    std::vector<Channel> channels_;
    std::map<int, Regions> chosen_;  ///< by the style's id
    GtkWidget* expander_;
    GtkWidget* grid_;
};

}  // namespace neural_style
