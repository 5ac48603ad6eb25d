// Of the window: what is asked of the engine (drafts, the run, the queue), and how it ends.
#include <algorithm>
#include <new>
#include <utility>

#include "engine_request.hpp"
#include "neural-style/error.hpp"
#include "neural-style/scale_schedule.hpp"
#include "outcome_text.hpp"
#include "style_window.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

constexpr int draft_edge = 256;
constexpr const char* draft_scales = "64,128,256";
constexpr int more_evaluations = 200;

/// Whether a thumbnail, whose pixels are means with eight bits or more, has transparent parts.
bool is_transparent(const Image& thumbnail) {
    for (std::size_t i = 3; i < thumbnail.rgba.size(); i += 4)
        if (thumbnail.rgba[i] < 254.5f / 255) return true;
    return false;
}

/// The largest usual edge below `edge`; 0: none.
int smaller_edge(int edge) {
    for (const int usual : {4096, 3072, 2048, 1536, 1024, 768, 512, 384, 256})
        if (usual < edge) return usual;
    return 0;
}

}  // namespace

std::optional<Request> StyleWindow::draft_request() {
    const auto styles = picker_.chosen();
    if (!content_usable_ || styles.empty()) return std::nullopt;
    Request request;
    try {
        request.content = host_.thumbnail(content_.id, draft_edge);
        for (const StyleChoice& style : styles)
            request.styles.push_back(
                {style.picture ? fitted(*style.picture, draft_edge) : host_.thumbnail(style.layer, draft_edge),
                 style.weight});
        RunRequest full;
        full.content = content_.id;
        full.styles = styles;
        add_small_guides(host_, full, draft_edge, request);
        if (const int start = start_layer(model_.settings()); start >= 0)
            request.init = host_.thumbnail(start, draft_edge);
        draft_mask_ = small_mask();
        if (draft_mask_) request.content_mask = *draft_mask_;
    } catch (const Error&) {  // gone meanwhile: looking around finds out and says so
        return std::nullopt;
    }
    request.settings = model_.settings();
    if (!request.init.empty()) request.settings.reset("init");
    request.settings.set("size", draft_edge);
    request.settings.set("scales", draft_scales);  // something to see early, then a closer look
    request.settings.set("iterations", 48.);
    request.settings.set("preview-every", 2.);
    return request;
}

std::shared_ptr<const Mask> StyleWindow::small_mask() {
    Mask mask = host_.small_content_mask(content_.id, draft_edge);
    const bool limits = std::any_of(mask.values.begin(), mask.values.end(), [](float value) { return value < 1; });
    return limits ? std::make_shared<const Mask>(std::move(mask)) : nullptr;
}

void StyleWindow::look_at_selection() {
    if (closing_ || runs_.activity() == Activity::full || results_.shown()) return;
    try {
        const auto now = small_mask();
        const bool same = now && draft_mask_ ? now->values == draft_mask_->values : !now && !draft_mask_;
        if (!same) ask_for_draft(0);
        engine_.plan();
    } catch (const Error&) {  // gone meanwhile
    }
}

std::optional<EngineLine::Work> StyleWindow::planned_work() {
    RunRequest request;
    request.styles = picker_.chosen();
    if (runs_.activity() != Activity::idle || !content_usable_ || request.styles.empty()) return std::nullopt;
    EngineLine::Work work;
    work.guides = all_guides(request).size();
    try {
        for (const StyleChoice& style : request.styles) {
            const Layer layer = style.picture ? Layer() : host_.layer(style.layer);
            work.styles.emplace_back(style.picture ? style.picture->width : layer.width,
                                     style.picture ? style.picture->height : layer.height);
        }
        const Image content = host_.thumbnail(content_.id, draft_edge);
        work.masked = small_mask() || is_transparent(content);
    } catch (const Error&) {  // gone meanwhile
        return std::nullopt;
    }
    return work;
}

void StyleWindow::ask_for_draft(unsigned delay_milliseconds) {
    if (results_.brings_back() || !gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(live_draft_))) return;
    runs_.draft(delay_milliseconds, [this] { return draft_request(); });
}

void StyleWindow::start() {
    if (runs_.activity() == Activity::full) return;
    messages_.hide();
    try {
        RunRequest request;
        request.content = content_.id;
        request.styles = picker_.chosen();
        request.settings = model_.settings();
        start(request);
    } catch (const Error& error) {
        messages_.show(error.cause(), error.what());
    }
}

void StyleWindow::start(const RunRequest& request, std::shared_ptr<const Image> init, int evaluations,
                        const std::string& scales) {
    RunRequest read = request;
    read.more = evaluations;
    if (!scales.empty()) read.settings.set("scales", scales);
    reading_ = std::make_unique<RequestReading>(host_, std::move(read), std::move(init));
    running_ = request;
    running_.mask.reset();
    running_.origin.reset();
    results_.forget();
    progress_.begin();
    runs_.prepare();
    parts_timer_.when_idle([this] {
        try {
            if (reading_->step()) return true;
            running_.mask = reading_->mask();
            running_.origin = reading_->origin();
            Request ready = std::exchange(reading_, nullptr)->take();
            asked_ = ready.settings;
            runs_.start(std::move(ready));
        } catch (const Error& error) {
            cannot_start(error);
        } catch (const std::bad_alloc&) {
            cannot_start(Error(Cause::memory, _("There is not enough memory for the layers; close other programs, or "
                                                "use smaller layers.")));
        }
        return false;
    });
}

void StyleWindow::cannot_start(const Error& error) {
    reading_.reset();
    runs_.give_up();
    if (!queue_.running()) return messages_.show(error.cause(), error.what());
    queue_.failed(error.what());
    paint_queue();
}

void StyleWindow::give_up() {
    if (delivery_) {
        queue_goes_on_ = false;
        return;
    }
    parts_timer_.stop();
    reading_.reset();
    queue_.interrupted();
    runs_.give_up();
}

void StyleWindow::add_to_queue() {
    messages_.hide();
    RunRequest request;
    request.content = content_.id;
    request.styles = picker_.chosen();
    request.settings = model_.settings();
    try {
        check(host_, request);
        std::string name;
        for (const StyleChoice& style : request.styles)
            name += (name.empty() ? "" : " + ") + (style.picture ? style.name : host_.layer(style.layer).name);
        const std::string details = request.settings.to_text();
        queue_.add(std::move(request), name, details.empty() ? _("Painting") : details);
    } catch (const Error& error) {
        messages_.show(error.cause(), error.what());
    }
}

void StyleWindow::paint_queue() {
    if (runs_.activity() == Activity::full) return;
    messages_.hide();
    while (const RunRequest* next = queue_.next()) {
        try {
            return start(*next);
        } catch (const Error& error) {
            queue_.failed(error.what());
        }
    }
}

void StyleWindow::deliver_job(std::shared_ptr<const Outcome> outcome) {
    if (outcome->kind == Outcome::Kind::failed) {
        queue_.failed(failure_text(*outcome));
        return paint_queue();
    }
    results_.keep(outcome, running_);  // also what cannot be added: it can be taken from there
    try {
        delivery_ = deliver_(running_, std::move(outcome));
    } catch (const Error& error) {
        queue_.failed(error.what());
        return paint_queue();
    }
    queue_goes_on_ = true;
    runs_.prepare();
    parts_timer_.when_idle([this] {
        if (deliver_some()) return true;
        runs_.give_up();
        if (queue_goes_on_) paint_queue();
        return false;
    });
}

bool StyleWindow::deliver_some() {
    try {
        if (delivery_()) return true;
        queue_.done();
    } catch (const Error& error) {
        queue_.failed(error.what());
    }
    delivery_ = nullptr;
    return false;
}

void StyleWindow::continue_result() {
    if (!results_.shown()) return;
    messages_.hide();
    try {
        const auto picture = picture_of(results_.shown()->outcome);
        const Layer now = host_.layer(content_.id);
        if (picture->width != now.width || picture->height != now.height)
            throw Error(Cause::picture,
                        _("The layer was cropped or scaled since this picture was painted, so it cannot "
                          "be gone on with; start anew."));
        start(results_.request(content_.id), picture, more_evaluations);
    } catch (const Error& error) {
        messages_.show(error.cause(), error.what());
    }
}

void StyleWindow::take_result() {
    if (!results_.shown() || !can_deliver()) return;
    outcome_ = results_.shown()->outcome;
    running_ = results_.request(content_.id);
    close();
}

bool StyleWindow::can_deliver() {
    try {
        host_.layer(content_.id);
    } catch (const Error&) {  // gone: the picture becomes an image of its own
        return true;
    }
    try {
        host_.check_target(content_.id);
        return true;
    } catch (const Error& error) {
        messages_.show(error.cause(), error.what());
        return false;
    }
}

void StyleWindow::go_on_from(std::shared_ptr<const Outcome> failed) {
    RunRequest request = running_;
    request.settings.set("device", "cpu");
    const int evaluations = last_.evaluation - first_of_scale_ + 1;
    try {
        const auto plan = plan_scales(content_.width, content_.height, asked_);
        start(request, picture_of(failed), 0, scales_left(plan, last_.scale, evaluations));
    } catch (const Error& error) {
        messages_.show(error.cause(), error.what());
    }
}

void StyleWindow::show_failure(Activity activity, std::shared_ptr<const Outcome> outcome) {
    const std::string sentence = failure_text(*outcome);
    const bool begun = activity == Activity::full && !outcome->picture.empty();
    const int own_edge = std::max(content_.width, content_.height);
    const int size = int(model_.settings().integer("size"));
    const int usual = smaller_edge(size > 0 ? std::min(size, own_edge) : own_edge);
    const int edge = engine_.fitting_edge() > 0 ? std::min(usual, engine_.fitting_edge()) : usual;
    std::vector<MessageBar::Offer> offers;
    const auto offer = [&](const std::string& label, const char* key, const auto& value, const auto& take) {
        offers.push_back({label, [this, key, value, take] {
                              model_.set(key, value);
                              take();
                          }});
    };
    const auto from_start = [this] { start(); };
    if (outcome->cause == Cause::memory && edge > 0)
        offer(filled(_("Paint at %d pixels"), edge), "size", edge, from_start);
    // Far slower than the GPU that failed or is too small: not without being told to.
    const bool gpu = outcome->cause == Cause::device || (outcome->cause == Cause::memory && engine_.uses_gpu());
    if (gpu && model_.settings().text("device") != "cpu") {
        if (begun)
            offer(_("Go on with the processor"), "device", "cpu", [this, outcome] { go_on_from(outcome); });
        else
            offer(_("Paint on the processor"), "device", "cpu", from_start);
    }
    if (begun)
        offers.push_back({_("Keep the picture so far"), [this, outcome] {
                              auto kept = std::make_shared<Outcome>(*outcome);
                              kept->kind = Outcome::Kind::stopped;
                              results_.add(std::move(kept), running_);
                          }});
    messages_.show(outcome->cause, sentence, std::move(offers));
}

void StyleWindow::ended(Activity activity, std::shared_ptr<const Outcome> outcome) {
    if (activity == Activity::full && queue_.running()) return deliver_job(std::move(outcome));
    if (outcome->kind == Outcome::Kind::failed) return show_failure(activity, std::move(outcome));
    if (activity == Activity::draft) {
        preview_.set_result(picture_of(outcome), _("Draft"), draft_mask_);
        engine_.show();
        return;
    }
    if (actions_.closes_when_done() && can_deliver()) {
        outcome_ = std::move(outcome);
        return close();
    }
    results_.add(std::move(outcome), running_);
}

}  // namespace neural_style
