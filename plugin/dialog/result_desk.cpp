#include "result_desk.hpp"

#include "accessible_name.hpp"
#include "signals.hpp"
#include "text.hpp"

namespace neural_style {

ResultDesk::ResultDesk(SettingsModel& model, StylePicker& picker, PreviewView& preview, std::function<void()> changed)
    : model_(model),
      picker_(picker),
      preview_(preview),
      changed_(std::move(changed)),
      history_([this](const std::shared_ptr<const Result>& result) { show(result); }) {
    box_ = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    gtk_box_pack_start(GTK_BOX(box_), history_.widget(), TRUE, TRUE, 0);
    reference_ = gtk_combo_box_text_new();
    GtkWidget* choice = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    gtk_widget_set_valign(choice, GTK_ALIGN_CENTER);
    gtk_box_pack_start(GTK_BOX(choice),
                       new_label_for(reference_, _("Compare with"), _("What stands left of the line in the preview.")),
                       FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(choice), reference_, FALSE, FALSE, 0);
    gtk_box_pack_end(GTK_BOX(box_), choice, FALSE, FALSE, 0);
    reference_changed_ = connect(reference_, "changed", [this] { compare(); });
    gtk_widget_show_all(choice);
    gtk_widget_hide(box_);
    gtk_widget_set_no_show_all(box_, TRUE);
}

void ResultDesk::add(std::shared_ptr<const Outcome> outcome, const RunRequest& request) {
    show(store(std::move(outcome), request));
}

void ResultDesk::keep(std::shared_ptr<const Outcome> outcome, const RunRequest& request) {
    const auto result = store(std::move(outcome), request);
    preview_.set_result(picture_of(result->outcome), result->words, result->mask);
}

std::shared_ptr<const Result> ResultDesk::store(std::shared_ptr<const Outcome> outcome, const RunRequest& request) {
    Result result{std::move(outcome), request.settings, request.styles, request.mask, request.origin, {}};
    const std::string description = result.settings.to_text();
    auto added = history_.add(std::move(result), description.empty() ? _("Painting") : description);
    list_references();
    set_visible(true);
    return added;
}

void ResultDesk::list_references() {
    const char* active = gtk_combo_box_get_active_id(GTK_COMBO_BOX(reference_));
    const std::string chosen = active ? active : "";
    {
        const Silence silence(reference_, reference_changed_);
        gtk_combo_box_text_remove_all(GTK_COMBO_BOX_TEXT(reference_));
        gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(reference_), "", _("Original"));
        for (const auto& result : history_.results())
            gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(reference_), result->words.c_str(), result->words.c_str());
        if (gtk_combo_box_set_active_id(GTK_COMBO_BOX(reference_), chosen.c_str())) return;
        gtk_combo_box_set_active(GTK_COMBO_BOX(reference_), 0);
    }
    compare();  // what it was compared with is gone
}

void ResultDesk::compare() {
    const char* active = gtk_combo_box_get_active_id(GTK_COMBO_BOX(reference_));
    for (const auto& result : history_.results())
        if (active && result->words == active)
            return preview_.set_reference(picture_of(result->outcome), result->words, result->mask);
    preview_.set_reference(nullptr, {});
}

void ResultDesk::show(const std::shared_ptr<const Result>& result) {
    brings_back_ = true;
    model_.replace(result->settings);
    picker_.choose(result->styles);
    brings_back_ = false;
    shown_ = result;
    history_.mark(result);
    preview_.set_result(picture_of(result->outcome), result->words, result->mask);
    changed_();
}

void ResultDesk::forget() {
    if (brings_back_ || !shown_) return;
    shown_.reset();
    history_.mark({});
    changed_();
}

void ResultDesk::set_visible(bool visible) { gtk_widget_set_visible(box_, visible && !history_.results().empty()); }

RunRequest ResultDesk::request(int content) const {
    RunRequest request;
    request.content = content;
    request.styles = shown_->styles;
    request.settings = shown_->settings;
    request.mask = shown_->mask;
    request.origin = shown_->origin;
    return request;
}

}  // namespace neural_style
