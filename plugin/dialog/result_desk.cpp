#include "result_desk.hpp"

#include "engine_request.hpp"
#include "text.hpp"

namespace neural_style {

ResultDesk::ResultDesk(SettingsModel& model, StylePicker& picker, PreviewView& preview, std::function<void()> changed)
    : model_(model),
      picker_(picker),
      preview_(preview),
      changed_(std::move(changed)),
      history_([this](const Result& result) { show(result); }) {}

void ResultDesk::add(Outcome outcome, const RunRequest& request) { show(store(std::move(outcome), request)); }

void ResultDesk::keep(Outcome outcome, const RunRequest& request) {
    const Result& result = store(std::move(outcome), request);
    preview_.set_result(result.outcome.picture, result.words);
}

const Result& ResultDesk::store(Outcome outcome, const RunRequest& request) {
    Result result{std::move(outcome), request.settings, request.styles, {}};
    const std::string description = result.settings.to_text();
    return history_.add(std::move(result), description.empty() ? _("Painting") : description);
}

void ResultDesk::show(const Result& result) {
    brings_back_ = true;
    model_.replace(result.settings);
    picker_.choose(result.styles);
    brings_back_ = false;
    shown_ = &result;
    preview_.set_result(result.outcome.picture, result.words);
    changed_();
}

void ResultDesk::forget() {
    if (brings_back_ || !shown_) return;
    shown_ = nullptr;
    changed_();
}

RunRequest ResultDesk::request(int content) const {
    RunRequest request;
    request.content = content;
    request.styles = shown_->styles;
    request.settings = shown_->settings;
    return request;
}

Request ResultDesk::continued(Host& host, int content, int evaluations) const {
    Request engine = engine_request(host, request(content));
    engine.init = shown_->outcome.picture;
    engine.settings.set("scales", "1");  // the coarse ones are behind it
    engine.settings.set("iterations", double(evaluations));
    return engine;
}

}  // namespace neural_style
