#include "preview_view.hpp"

#include <algorithm>
#include <cmath>

#include "accessible_name.hpp"
#include "background.hpp"
#include "signals.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

constexpr double largest_zoom = 32;
constexpr double zoom_step = 1.25;
constexpr std::size_t instant_values = std::size_t(4) << 20;  // of a picture that is made ready at once: 1 megapixel
constexpr double grip = 10;                                   // how near the divider a drag may begin

}  // namespace

PreviewView::PreviewView() {
    box_ = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    area_ = gtk_drawing_area_new();
    gtk_widget_set_can_focus(area_, TRUE);
    gtk_widget_set_size_request(area_, 320, 240);
    add_style_class(area_, "preview");
    set_accessible_name(area_, _("Preview"));
    gtk_widget_add_events(area_, GDK_SCROLL_MASK | GDK_SMOOTH_SCROLL_MASK | GDK_BUTTON_PRESS_MASK |
                                     GDK_BUTTON_RELEASE_MASK | GDK_POINTER_MOTION_MASK | GDK_TOUCH_MASK);
    build_toolbar();
    GtkWidget* frame = gtk_frame_new(nullptr);
    gtk_container_add(GTK_CONTAINER(frame), area_);
    gtk_box_pack_start(GTK_BOX(box_), frame, TRUE, TRUE, 0);

    connect(area_, "draw", [this](cairo_t* cr) -> gboolean {
        draw(cr);
        return TRUE;
    });
    connect(area_, "size-allocate", [this] { redraw(); });
    connect(area_, "key-press-event", [this](GdkEventKey* event) -> gboolean { return key(event); });
    connect(area_, "scroll-event", [this](GdkEventScroll* event) -> gboolean {
        double across = 0, down = 0;
        if (event->direction == GDK_SCROLL_UP) down = -1;
        if (event->direction == GDK_SCROLL_DOWN) down = 1;
        if (event->direction == GDK_SCROLL_SMOOTH)
            gdk_event_get_scroll_deltas(reinterpret_cast<GdkEvent*>(event), &across, &down);
        if (down != 0) zoom_to(zoom() * std::pow(zoom_step, -down), event->x, event->y);
        return TRUE;
    });
    connect(area_, "motion-notify-event", [this](GdkEventMotion* event) -> gboolean {
        const Place at = place();
        const bool over = compares() && !result_.levels.empty() && std::abs(event->x - divider_x(at)) < grip;
        const auto cursor =
            ObjectRef<GdkCursor>::take(gdk_cursor_new_from_name(gtk_widget_get_display(area_), over    ? "col-resize"
                                                                                               : fits_ ? "default"
                                                                                                       : "grab"));
        gdk_window_set_cursor(gtk_widget_get_window(area_), cursor.get());
        return FALSE;
    });

    drag_ = ObjectRef<GtkGesture>::take(gtk_gesture_drag_new(area_));
    connect(drag_.get(), "drag-begin", [this](double x, double) {
        gtk_widget_grab_focus(area_);
        drags_divider_ = compares() && !result_.levels.empty() && std::abs(x - divider_x(place())) < grip;
        drag_from_x_ = drags_divider_ ? x : centre_x_;
        drag_from_y_ = centre_y_;
    });
    connect(drag_.get(), "drag-update", [this](double x, double y) {
        const Place at = place();
        if (drags_divider_)
            move_divider((drag_from_x_ + x - at.x) / at.width);
        else if (!fits_)
            pan_to(drag_from_x_ - x / at.width, drag_from_y_ - y / at.height);
    });
    pinch_ = ObjectRef<GtkGesture>::take(gtk_gesture_zoom_new(area_));
    connect(pinch_.get(), "begin", [this] { pinch_zoom_ = zoom(); });
    connect(pinch_.get(), "scale-changed", [this](double scale) {
        double x = 0, y = 0;
        gtk_gesture_get_bounding_box_center(pinch_.get(), &x, &y);
        zoom_to(pinch_zoom_ * scale, x, y);
    });
}

void PreviewView::build_toolbar() {
    GtkWidget* bar = toolbar_ = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    const auto add = [&](const char* icon, const char* name, const char* key, auto clicked) {
        // The keys work while the picture has the focus.
        GtkWidget* button = new_icon_button(icon, name, std::string(name) + " (" + key + ")");
        connect(button, "clicked", clicked);
        gtk_box_pack_start(GTK_BOX(bar), button, FALSE, FALSE, 0);
    };
    add("zoom-out-symbolic", _("Zoom out"), "−", [this] { zoom_by(1 / zoom_step); });
    zoom_label_ = gtk_label_new(nullptr);
    gtk_label_set_width_chars(GTK_LABEL(zoom_label_), 6);
    gtk_box_pack_start(GTK_BOX(bar), zoom_label_, FALSE, FALSE, 0);
    add("zoom-in-symbolic", _("Zoom in"), "+", [this] { zoom_by(zoom_step); });
    add("zoom-fit-best-symbolic", _("Fit the whole picture"), "0", [this] {
        fits_ = true;
        redraw();
    });
    add("zoom-original-symbolic", _("True size"), "1",
        [this] { zoom_by(1. / gtk_widget_get_scale_factor(area_) / zoom()); });
    compare_ = gtk_check_button_new_with_mnemonic(_("Co_mpare"));
    set_accessible_name(compare_, without_mnemonic(_("Co_mpare")),
                        _("The original, or the result that was chosen for it, stays left of a line that can be "
                          "dragged, or moved with the keys [ and ]."));
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(compare_), TRUE);
    connect(compare_, "toggled", [this] { redraw(); });
    gtk_box_pack_end(GTK_BOX(bar), compare_, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box_), bar, FALSE, FALSE, 0);
}

void PreviewView::set_original(const Image& picture, int width, int height) {
    width_ = width;
    height_ = height;
    set(original_, std::make_shared<const Image>(picture), _("Original"), {});
}

void PreviewView::set_reference(std::shared_ptr<const Image> picture, const std::string& words,
                                std::shared_ptr<const Mask> mask) {
    set(reference_, std::move(picture), words, std::move(mask));
}

void PreviewView::set_result(std::shared_ptr<const Image> picture, const std::string& words,
                             std::shared_ptr<const Mask> mask) {
    set(result_, std::move(picture), words, std::move(mask));
}

void PreviewView::set(Shown& place, std::shared_ptr<const Image> picture, const std::string& words,
                      std::shared_ptr<const Mask> mask) {
    const auto show = [this, &place, masked = bool(mask)](SurfaceLevels levels, const std::string& words) {
        place.levels = std::move(levels);
        place.words = words;
        place.masked = masked;
        if (&place == &result_) set_accessible_description(area_, words);
        redraw();
    };
    const unsigned turn = ++place.turn;
    const bool small = !picture || picture->rgba.size() <= instant_values;
    if (small) return show(picture ? to_levels(*picture, mask.get()) : SurfaceLevels(), words);
    const auto levels = std::make_shared<SurfaceLevels>();
    in_background([levels, picture, mask] { *levels = to_levels(*picture, mask.get()); },
                  [&place, show, levels, words, turn, alive = std::weak_ptr<int>(alive_)] {
                      if (!alive.expired() && place.turn == turn) show(std::move(*levels), words);
                  });
}

void PreviewView::set_notice(const std::string& notice) {
    if (notice == notice_) return;
    notice_ = notice;
    redraw();
}

void PreviewView::set_dark(bool dark) {
    if (dark) add_style_class(area_, "dark");
}

bool PreviewView::compares() const { return gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(compare_)); }
void PreviewView::set_compares(bool compares) { gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(compare_), compares); }

double PreviewView::fit_zoom() const {
    if (width_ <= 0 || height_ <= 0) return 1;
    constexpr double margin = 12;
    const double across = std::max(1., gtk_widget_get_allocated_width(area_) - 2 * margin) / width_;
    const double down = std::max(1., gtk_widget_get_allocated_height(area_) - 2 * margin) / height_;
    return std::min(across, down);
}

double PreviewView::zoom() const { return fits_ ? fit_zoom() : zoom_; }

PreviewView::Place PreviewView::place() const {
    const double width = width_ * zoom(), height = height_ * zoom();
    const double middle_x = gtk_widget_get_allocated_width(area_) / 2.;
    const double middle_y = gtk_widget_get_allocated_height(area_) / 2.;
    const double x = fits_ ? middle_x - width / 2 : middle_x - centre_x_ * width;
    const double y = fits_ ? middle_y - height / 2 : middle_y - centre_y_ * height;
    return {std::round(x), std::round(y), std::max(1., width), std::max(1., height)};
}

double PreviewView::divider_x(const Place& place) const { return std::round(place.x + divider_ * place.width); }

void PreviewView::zoom_to(double zoom, double x, double y) {
    const double smallest = std::min(fit_zoom(), 1.);
    const Place before = place();
    const double at_x = (x - before.x) / before.width, at_y = (y - before.y) / before.height;
    zoom = std::clamp(zoom, smallest, largest_zoom);
    fits_ = false;
    zoom_ = zoom;
    // what was under the pointer stays there
    const double middle_x = gtk_widget_get_allocated_width(area_) / 2.;
    const double middle_y = gtk_widget_get_allocated_height(area_) / 2.;
    pan_to(at_x + (middle_x - x) / (width_ * zoom), at_y + (middle_y - y) / (height_ * zoom));
    if (zoom <= fit_zoom() * 1.001) {
        fits_ = true;
        redraw();
    }
}

void PreviewView::zoom_by(double factor) {
    zoom_to(zoom() * factor, gtk_widget_get_allocated_width(area_) / 2., gtk_widget_get_allocated_height(area_) / 2.);
}

void PreviewView::pan_to(double x, double y) {
    centre_x_ = std::clamp(x, 0., 1.);
    centre_y_ = std::clamp(y, 0., 1.);
    redraw();
}

void PreviewView::move_divider(double fraction) {
    divider_ = std::clamp(fraction, 0., 1.);
    redraw();
}

bool PreviewView::key(const GdkEventKey* event) {
    if (event->state & (GDK_CONTROL_MASK | GDK_MOD1_MASK)) return false;
    const double step = 0.1 * fit_zoom() / zoom();
    switch (event->keyval) {
        case GDK_KEY_plus:
        case GDK_KEY_KP_Add:
        case GDK_KEY_equal:
            zoom_by(zoom_step);
            return true;
        case GDK_KEY_minus:
        case GDK_KEY_KP_Subtract:
            zoom_by(1 / zoom_step);
            return true;
        case GDK_KEY_0:
        case GDK_KEY_KP_0:
            fits_ = true;
            redraw();
            return true;
        case GDK_KEY_1:
        case GDK_KEY_KP_1:
            zoom_by(1. / gtk_widget_get_scale_factor(area_) / zoom());
            return true;
        case GDK_KEY_bracketleft:
            move_divider(divider_ - 0.05);
            return true;
        case GDK_KEY_bracketright:
            move_divider(divider_ + 0.05);
            return true;
        default:
            break;
    }
    if (fits_) return false;  // arrows go on to the next control
    switch (event->keyval) {
        case GDK_KEY_Left:
            pan_to(centre_x_ - step, centre_y_);
            return true;
        case GDK_KEY_Right:
            pan_to(centre_x_ + step, centre_y_);
            return true;
        case GDK_KEY_Up:
            pan_to(centre_x_, centre_y_ - step);
            return true;
        case GDK_KEY_Down:
            pan_to(centre_x_, centre_y_ + step);
            return true;
        default:
            return false;
    }
}

void PreviewView::redraw() {
    const std::string percent = filled(_("%.0f %%"), 100 * zoom() * gtk_widget_get_scale_factor(area_));
    if (percent != gtk_label_get_text(GTK_LABEL(zoom_label_)))
        gtk_label_set_text(GTK_LABEL(zoom_label_), percent.c_str());
    gtk_widget_queue_draw(area_);
}

void PreviewView::draw(cairo_t* cr) {
    GtkStyleContext* style = gtk_widget_get_style_context(area_);
    const double area_width = gtk_widget_get_allocated_width(area_);
    const double area_height = gtk_widget_get_allocated_height(area_);
    gtk_render_background(style, cr, 0, 0, area_width, area_height);
    const Place at = place();

    const auto paint = [&](const Shown& shown, double left, double right, bool squared) {
        cairo_surface_t* surface = level_for(shown.levels, at.width * gtk_widget_get_scale_factor(area_));
        if (!surface || right <= left) return;
        cairo_save(cr);
        cairo_rectangle(cr, left, at.y, right - left, at.height);
        cairo_clip(cr);
        if (cairo_pattern_t* squares = squared ? transparency_pattern() : nullptr) {
            cairo_set_source(cr, squares);
            cairo_paint(cr);
            cairo_pattern_destroy(squares);
        }
        const double scale_x = at.width / cairo_image_surface_get_width(surface);
        const double scale_y = at.height / cairo_image_surface_get_height(surface);
        cairo_translate(cr, at.x, at.y);
        cairo_scale(cr, scale_x, scale_y);
        cairo_set_source_surface(cr, surface, 0, 0);
        // squares for pixels only where a person looks at single pixels
        cairo_pattern_set_filter(cairo_get_source(cr), scale_x > 6 ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
        cairo_pattern_set_extend(cairo_get_source(cr), CAIRO_EXTEND_PAD);
        cairo_paint(cr);
        cairo_restore(cr);
    };

    const auto paint_over = [&](const Shown& shown, double from, double to) {
        if (shown.masked) paint(original_, from, to, true);
        paint(shown, from, to, !shown.masked);
    };

    const bool has_result = !result_.levels.empty();
    const bool split = compares() && has_result && !original_.levels.empty();
    const double line = split ? divider_x(at) : at.x;
    const Shown& left = split && !reference_.levels.empty() ? reference_ : original_;
    if (has_result) paint_over(result_, line, at.x + at.width);
    if (split || !has_result) paint_over(left, at.x, split ? line : at.x + at.width);
    if (split) draw_divider(cr, at);
    if (split) draw_words(cr, left.words, std::max(at.x, 0.) + 10, std::max(at.y, 0.) + 10, 0);
    if (has_result && !result_.words.empty())
        draw_words(cr, result_.words, std::min(at.x + at.width, area_width) - 10, std::max(at.y, 0.) + 10, 1);
    if (!notice_.empty()) draw_words(cr, notice_, area_width / 2, area_height / 2 - 12, 0.5);
    if (gtk_widget_has_visible_focus(area_)) gtk_render_focus(style, cr, 1, 1, area_width - 2, area_height - 2);
}

void PreviewView::draw_divider(cairo_t* cr, const Place& place) {
    const double x = divider_x(place);
    cairo_save(cr);
    cairo_set_line_width(cr, 3);
    cairo_set_source_rgba(cr, 0, 0, 0, 0.45);
    cairo_move_to(cr, x, place.y);
    cairo_line_to(cr, x, place.y + place.height);
    cairo_stroke(cr);
    cairo_set_line_width(cr, 1);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_move_to(cr, x, place.y);
    cairo_line_to(cr, x, place.y + place.height);
    cairo_stroke(cr);

    const double top = std::max(place.y, 0.);
    const double bottom = std::min(place.y + place.height, double(gtk_widget_get_allocated_height(area_)));
    const double y = (top + bottom) / 2;
    cairo_arc(cr, x, y, 12, 0, 2 * G_PI);
    cairo_set_source_rgba(cr, 0, 0, 0, 0.6);
    cairo_fill_preserve(cr);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_set_line_width(cr, 1.5);
    cairo_stroke(cr);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    for (const double side : {-1., 1.}) {
        cairo_move_to(cr, x + side * 3, y - 4);
        cairo_line_to(cr, x + side * 7, y);
        cairo_line_to(cr, x + side * 3, y + 4);
        cairo_stroke(cr);
    }
    cairo_restore(cr);
}

void PreviewView::draw_words(cairo_t* cr, const std::string& text, double x, double y, double align) {
    const auto layout = ObjectRef<PangoLayout>::take(gtk_widget_create_pango_layout(area_, text.c_str()));
    pango_layout_set_alignment(layout.get(), PANGO_ALIGN_CENTER);
    int width = 0, height = 0;
    pango_layout_get_pixel_size(layout.get(), &width, &height);
    constexpr double pad_x = 8, pad_y = 3;
    const double left = std::round(x - align * (width + 2 * pad_x));
    const double box_width = width + 2 * pad_x, box_height = height + 2 * pad_y;
    const double radius = 6;
    cairo_save(cr);
    cairo_new_sub_path(cr);
    cairo_arc(cr, left + box_width - radius, y + radius, radius, -G_PI / 2, 0);
    cairo_arc(cr, left + box_width - radius, y + box_height - radius, radius, 0, G_PI / 2);
    cairo_arc(cr, left + radius, y + box_height - radius, radius, G_PI / 2, G_PI);
    cairo_arc(cr, left + radius, y + radius, radius, G_PI, 1.5 * G_PI);
    cairo_close_path(cr);
    cairo_set_source_rgba(cr, 0, 0, 0, 0.6);
    cairo_fill(cr);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_move_to(cr, left + pad_x, y + pad_y);
    pango_cairo_show_layout(cr, layout.get());
    cairo_restore(cr);
}

}  // namespace neural_style
