#include "session.hpp"

#include <glib.h>

#include <algorithm>
#include <exception>
#include <set>
#include <utility>

#include "engine_request.hpp"
#include "engine_sentences.hpp"
#include "outcome_text.hpp"
#include "recorded_places.hpp"
#include "recorded_request.hpp"
#include "settings_store.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

bool exists(Host& host, int layer) {
    try {
        host.layer(layer);
        return true;
    } catch (const Error&) {
        return false;
    }
}

LastValues remembered(Host& host, const std::string& path) {
    const std::string text = host.recall();
    LastValues values = text.empty() ? load_values(path) : last_values(text);
    auto& styles = values.styles;
    const auto gone = [&](const StyleChoice& style) { return !exists(host, style.layer); };
    const auto kept = std::remove_if(styles.begin(), styles.end(), gone);
    if (kept != styles.end()) values.guides.clear();  // they would mean other ones
    styles.erase(kept, styles.end());
    // Only a layer of this session has the number that was meant.
    if (const int start = start_layer(values.settings); start >= 0 && (text.empty() || !exists(host, start)))
        values.settings.reset("init");
    return values;
}

// The last guides mean something only where their channels and layers still are, and for the same image.
bool guides_fit(Host& host, const RunRequest& request) {
    try {
        check(host, request);
        return true;
    } catch (const Error&) {
        return false;
    }
}

// The dialog knows one pair of regions for each style. False where there are more.
bool guides_to_regions(RunRequest& request) {
    std::set<std::size_t> guided;
    for (const GuideChoice& guide : request.guides)
        if (guide.style >= request.styles.size() || !guided.insert(guide.style).second) return false;
    for (const GuideChoice& guide : std::exchange(request.guides, {})) {
        request.styles[guide.style].content_region = guide.content;
        request.styles[guide.style].style_region = guide.region;
    }
    return true;
}

RunRequest request_of(Host& host, const RunArguments& arguments, const std::string& path) {
    RunRequest request = arguments.request;
    if (arguments.mode == RunMode::non_interactive) return request;
    LastValues last = remembered(host, path);
    if (arguments.mode == RunMode::interactive) {
        last.settings.merge(request.settings);
    }
    request.settings = last.settings;
    const bool styles_given = arguments.mode == RunMode::interactive && !request.styles.empty();
    if (!styles_given && !last.styles.empty()) {
        request.styles = last.styles;
        request.guides = last.guides;
        if (!guides_fit(host, request)) request.guides.clear();
    }
    if (arguments.mode != RunMode::interactive || guides_to_regions(request)) return request;
    if (styles_given)
        throw Error(Cause::settings, _("The window takes one pair of regions for each style; run it non-interactively "
                                       "to guide a style by several."));
    request.guides.clear();
    return request;
}

void keep(Host& host, RunMode mode, const RunRequest& request, const std::string& path) {
    host.remember(to_text({request.settings, request.styles, all_guides(request)}));
    if (mode != RunMode::interactive) return;
    try {
        save_values(path, {request.settings, {}});
    } catch (const Error& error) {
        g_printerr("%s\n", error.what());  // the picture is there: not a failure of the run
    }
}

LayerTrace style_trace(Host& host, const StyleChoice& style, int content) {
    if (!style.picture) return exists(host, style.layer) ? host.trace(style.layer, content) : LayerTrace();
    LayerTrace trace;
    trace.name = style.name;
    trace.file = style.file;
    trace.width = style.picture->width;
    trace.height = style.picture->height;
    return trace;
}

std::optional<LayerTrace> item_trace(Host& host, int item, int content) {
    if (item < 0) return std::nullopt;
    try {
        return host.trace(item, content);
    } catch (const Error&) {  // gone meanwhile: the picture is there nevertheless
        return LayerTrace();
    }
}

// Named after the styles and what made the picture: "Starry Night (vgg19)".
std::string layer_name(Host& host, const RunRequest& request, const Outcome& outcome) {
    std::string styles;
    for (std::size_t i = 0; i < request.styles.size(); ++i) {
        const StyleChoice& style = request.styles[i];
        if (!takes_part(request, i) || (!style.picture && !exists(host, style.layer))) continue;
        styles += (styles.empty() ? "" : " + ") + (style.picture ? style.name : host.layer(style.layer).name);
    }
    if (styles.empty()) styles = _("Neural Style");
    return outcome.network.empty() ? styles : styles + " (" + outcome.network + ")";
}

RunRequest again_request(Host& host, const RunRequest& wish, const SessionParts& parts) {
    if (auto request = recorded_request(host, wish, parts.read_file, PlaceBook(parts.places_path))) {
        take_computer_settings(request->settings, remembered(host, parts.values_path).settings);
        return *request;
    }
    if (wish.more > 0)
        throw Error(Cause::picture, filled(_("The layer “%s” was not made by Neural Style, so there is nothing to go "
                                             "on from; click one that was."),
                                           host.layer(wish.content).name.c_str()));
    return request_of(host, {RunMode::last_values, wish}, parts.values_path);
}

NewLayer new_layer(Host& host, const RunRequest& request, const Outcome& outcome, const PlaceBook& book) {
    RunRecord record;
    record.program = NEURAL_STYLE_VERSION;
    record.content = item_trace(host, request.content, request.content).value();
    for (std::size_t i = 0; i < request.styles.size(); ++i)
        if (takes_part(request, i))
            record.styles.push_back({style_trace(host, request.styles[i], request.content), request.styles[i].weight});
    for (const GuideChoice& guide : all_guides(request))
        record.guides.push_back({item_trace(host, guide.content, request.content), place_of(request, guide.style),
                                 item_trace(host, guide.region, request.content)});
    record.settings = recorded_settings(request.settings, outcome.network);
    if (const int start = start_layer(request.settings); start >= 0) {
        record.start = item_trace(host, start, request.content);
        record.settings.reset("init");
    }
    record.more = request.more;
    hide_folders(record, exists(host, request.content) ? host.layer(request.content).file : std::string(), book);
    return {request.content,
            request.above,
            layer_name(host, request, outcome),
            to_text(record),
            request.settings.text("deliver") == "layers",
            request.mask,
            request.origin};
}

RunStatus failure(RunStatus::Kind kind, const std::string& sentence) {
    RunStatus status;
    status.kind = kind;
    status.sentence = sentence;
    return status;
}

}  // namespace

RunStatus run_session(Host& host, const RunArguments& arguments, const SessionParts& parts) {
    host.check_content(arguments.request.content);
    RunRequest request = arguments.again ? again_request(host, arguments.request, parts)
                                         : request_of(host, arguments, parts.values_path);

    RunStatus status;
    const Deliver deliver = [&](const RunRequest& made, std::shared_ptr<const Outcome> outcome) -> Delivery {
        std::shared_ptr<LayerAdding> adding =
            host.adding_layer(new_layer(host, made, *outcome, PlaceBook(parts.places_path)), picture_of(outcome));
        return [&, made, adding] {
            if (adding->step()) return true;
            status.layer = adding->take();
            status.kind = RunStatus::Kind::done;
            keep(host, arguments.again ? RunMode::last_values : arguments.mode, made, parts.values_path);
            return false;
        };
    };
    std::shared_ptr<const Outcome> outcome;
    if (arguments.mode == RunMode::interactive && !arguments.again) {
        outcome = parts.dialog(request, deliver);
        if (!outcome) return status.layer >= 0 ? status : failure(RunStatus::Kind::cancelled, {});
    } else {
        if ((arguments.mode == RunMode::last_values || arguments.again) && request.styles.empty())
            throw Error(Cause::picture,
                        _("There is no style to repeat the run with; run Neural Style from the menu once."));
        host.progress(0, _("Neural Style"));
        const auto tell = [&](const Evaluation& event) {
            host.progress(event.evaluations > 0 ? double(event.evaluation) / event.evaluations : 0,
                          filled(_("Neural Style: step %d of %d"), event.evaluation, event.evaluations));
        };
        outcome = std::make_shared<const Outcome>(parts.compute(engine_request(host, request), tell));
    }
    if (outcome->kind == Outcome::Kind::failed) {
        const auto kind = outcome->cause == Cause::settings ? RunStatus::Kind::wrong_call : RunStatus::Kind::failed;
        return failure(kind, failure_text(*outcome));
    }

    const Delivery delivery = deliver(request, outcome);
    while (delivery()) {
    }
    return status;
}

RunStatus status_of(const std::function<RunStatus()>& run) {
    try {
        return run();
    } catch (const Error& error) {
        return failure(error.cause() == Cause::settings ? RunStatus::Kind::wrong_call : RunStatus::Kind::failed,
                       translated(error.what()));
    } catch (const std::bad_alloc&) {
        return failure(RunStatus::Kind::failed,
                       _("There is not enough memory for the layers; close other programs, or use smaller layers."));
    } catch (const std::exception& error) {
        return failure(RunStatus::Kind::failed,
                       filled(_("Something unexpected went wrong (%s); please try again."), error.what()));
    }
}

}  // namespace neural_style
