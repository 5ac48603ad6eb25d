// The large picture: the original and what is made of it, side by side on one canvas with a divider to drag, zoomed and
// panned by mouse and keyboard. Used by the window; main thread.
#pragma once

#include <gtk/gtk.h>

#include <string>

#include "object_ref.hpp"
#include "picture_surface.hpp"

namespace neural_style {

class PreviewView {
public:
    PreviewView();

    GtkWidget* widget() const { return box_; }
    GtkBox* toolbar() const { return GTK_BOX(toolbar_); }  ///< takes more controls at its end

    /// The original, shown left of the divider. `width` and `height` are the layer's own pixels, which 100 % refers to;
    /// the picture may be smaller.
    void set_original(const Image& picture, int width, int height);

    /// What stands left of the divider in place of the original, and what it is; null: the original again.
    void set_reference(std::shared_ptr<const Image> picture, const std::string& words,
                       std::shared_ptr<const Mask> mask = {});

    /// The picture so far, of any size; `words` says what it is ("Draft", "Evaluation 20 of 300"), also to screen
    /// readers. Where `mask` (of any size) hides it, the original is seen. A large one appears once it has been made
    /// ready aside.
    void set_result(std::shared_ptr<const Image> picture, const std::string& words,
                    std::shared_ptr<const Mask> mask = {});

    /// Over the picture while there is nothing to show yet; empty: none.
    void set_notice(const std::string& notice);

    void set_dark(bool dark);  ///< a dark surround

    bool compares() const;
    void set_compares(bool compares);

private:
    struct Place {  ///< of the whole picture, in units of the layout
        double x, y, width, height;
    };

    struct Shown {
        SurfaceLevels levels;
        std::string words;
        bool masked = false;  ///< lies over the original
        unsigned turn = 0;    ///< counts what was asked for; only the last one is shown
    };

    void set(Shown& place, std::shared_ptr<const Image> picture, const std::string& words,
             std::shared_ptr<const Mask> mask);
    void build_toolbar();
    void draw(cairo_t* cr);
    void draw_divider(cairo_t* cr, const Place& place);
    void draw_words(cairo_t* cr, const std::string& text, double x, double y, double align);
    Place place() const;
    double fit_zoom() const;
    double zoom() const;
    double divider_x(const Place& place) const;
    void zoom_to(double zoom, double x, double y);
    void zoom_by(double factor);
    void pan_to(double x, double y);
    void move_divider(double fraction);
    bool key(const GdkEventKey* event);
    void redraw();

    GtkWidget* box_;
    GtkWidget* area_;
    GtkWidget* toolbar_ = nullptr;
    GtkWidget* zoom_label_ = nullptr;
    GtkWidget* compare_ = nullptr;
    ObjectRef<GtkGesture> drag_, pinch_;

    Shown original_, reference_, result_;
    std::string notice_;
    std::shared_ptr<int> alive_ = std::make_shared<int>();  ///< for pictures that get ready after our end
    int width_ = 0, height_ = 0;
    bool fits_ = true;
    double zoom_ = 1;                         ///< layer pixel to unit of the layout, unless it fits
    double centre_x_ = 0.5, centre_y_ = 0.5;  ///< the part of the picture that is in the middle
    double divider_ = 0.5;                    ///< part of the picture's width
    double drag_from_x_ = 0, drag_from_y_ = 0;
    bool drags_divider_ = false;
    double pinch_zoom_ = 1;
};

}  // namespace neural_style
