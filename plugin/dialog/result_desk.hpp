// What happens to the pictures that are finished in this window: they are shown with the settings that made them,
// compared, continued, and handed on to be taken. Used by the window; main thread.
#pragma once

#include <functional>
#include <memory>

#include "history_strip.hpp"
#include "host.hpp"
#include "preview_view.hpp"
#include "settings_model.hpp"
#include "style_picker.hpp"

namespace neural_style {

class ResultDesk {
public:
    /// `changed` is called when another result is shown, or none any more.
    ResultDesk(SettingsModel& model, StylePicker& picker, PreviewView& preview, std::function<void()> changed);

    GtkWidget* widget() const { return box_; }

    /// In the preview, waiting to be taken; null: none is.
    const std::shared_ptr<const Result>& shown() const { return shown_; }

    /// Settings and styles are being brought back from a result: no draft of them is wanted.
    bool brings_back() const { return brings_back_; }

    /// Keeps what was made of `request`, and shows it with its settings.
    void add(std::shared_ptr<const Outcome> outcome, const RunRequest& request);
    /// The same for a picture that is a layer already: settings and styles stay as they are.
    void keep(std::shared_ptr<const Outcome> outcome, const RunRequest& request);
    /// Takes the picture from the preview's side of things once something else is wanted.
    void forget();

    /// While a run goes on there is no room for results, and no use.
    void set_visible(bool visible);

    /// What the shown result was made of, for the layer `content`.
    RunRequest request(int content) const;

private:
    std::shared_ptr<const Result> store(std::shared_ptr<const Outcome> outcome, const RunRequest& request);
    void show(const std::shared_ptr<const Result>& result);
    void list_references();
    void compare();

    SettingsModel& model_;
    StylePicker& picker_;
    PreviewView& preview_;
    std::function<void()> changed_;
    HistoryStrip history_;
    GtkWidget* box_;
    GtkWidget* reference_;  ///< what is compared with: by its words
    gulong reference_changed_ = 0;
    std::shared_ptr<const Result> shown_;
    bool brings_back_ = false;
};

}  // namespace neural_style
