#include "history_strip.hpp"

#include "accessible_name.hpp"
#include "background.hpp"
#include "object_ref.hpp"
#include "picture_file.hpp"
#include "picture_surface.hpp"
#include "signals.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

constexpr int thumbnail_edge = 72;  // units of the layout
constexpr std::size_t most_bytes = std::size_t(1) << 30;

}  // namespace

HistoryStrip::HistoryStrip(std::function<void(const std::shared_ptr<const Result>&)> chosen)
    : chosen_(std::move(chosen)) {
    scroller_ = gtk_scrolled_window_new(nullptr, nullptr);
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scroller_), GTK_POLICY_AUTOMATIC, GTK_POLICY_NEVER);
    row_ = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    gtk_container_add(GTK_CONTAINER(scroller_), row_);
    set_accessible_name(row_, _("Results"));
    set_accessible_name(scroller_, _("Results"));
    add_style_class(row_, "results");
    gtk_widget_show_all(scroller_);
    gtk_widget_hide(scroller_);
    gtk_widget_set_no_show_all(scroller_, TRUE);
}

std::shared_ptr<const Result> HistoryStrip::add(Result result, const std::string& description) {
    result.words = filled(_("Result %d"), ++count_);
    const std::shared_ptr<const Result> added = std::make_shared<Result>(std::move(result));
    results_.push_back(added);

    GtkWidget* button = gtk_button_new();
    gtk_button_set_relief(GTK_BUTTON(button), GTK_RELIEF_NONE);
    const int scale = gtk_widget_get_scale_factor(scroller_);
    const auto image = ObjectRef<GtkWidget>::share(gtk_image_new());
    gtk_widget_set_size_request(image.get(), thumbnail_edge, thumbnail_edge * 2 / 3);
    const auto small = std::make_shared<Surface>();
    in_background(
        [small, added, scale] {
            *small = to_surface(fitted(added->outcome->picture, thumbnail_edge * scale), added->mask.get());
        },
        [small, image, scale] {
            if (*small) cairo_surface_set_device_scale(small->get(), scale, scale);
            gtk_image_set_from_surface(GTK_IMAGE(image.get()), small->get());
        });
    GtkWidget* card = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
    gtk_box_pack_start(GTK_BOX(card), image.get(), TRUE, TRUE, 0);
    GtkWidget* label = gtk_label_new(added->words.c_str());
    add_style_class(label, "small");
    gtk_box_pack_start(GTK_BOX(card), label, FALSE, FALSE, 0);
    gtk_container_add(GTK_CONTAINER(button), card);
    set_accessible_name(button, added->words, description);
    connect(button, "clicked", [this, added] { chosen_(added); });
    gtk_box_pack_start(GTK_BOX(row_), button, FALSE, FALSE, 0);
    gtk_widget_show_all(button);
    gtk_widget_show(scroller_);
    buttons_.push_back(button);

    std::size_t bytes = 0;
    for (const auto& one : results_) bytes += one->outcome->picture.rgba.size() * sizeof(float);
    while (bytes > most_bytes && results_.size() > 1) {
        bytes -= results_.front()->outcome->picture.rgba.size() * sizeof(float);
        results_.erase(results_.begin());
        gtk_widget_destroy(buttons_.front());
        buttons_.erase(buttons_.begin());
    }
    return added;
}

void HistoryStrip::mark(const std::shared_ptr<const Result>& shown) {
    for (std::size_t i = 0; i < results_.size(); ++i) {
        GtkStyleContext* style = gtk_widget_get_style_context(buttons_[i]);
        const bool is_shown = results_[i] == shown;
        (is_shown ? gtk_style_context_add_class : gtk_style_context_remove_class)(style, "shown");
        set_accessible_description(buttons_[i], is_shown ? _("Shown") : "");
    }
}

}  // namespace neural_style
