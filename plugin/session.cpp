#include "session.hpp"

#include <glib.h>

#include <algorithm>
#include <exception>

#include "engine_request.hpp"
#include "outcome_text.hpp"
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
    styles.erase(std::remove_if(styles.begin(), styles.end(),
                                [&](const StyleChoice& style) { return !exists(host, style.layer); }),
                 styles.end());
    return values;
}

RunRequest request_of(Host& host, const RunArguments& arguments, const std::string& path) {
    RunRequest request = arguments.request;
    if (arguments.mode == RunMode::non_interactive) return request;
    LastValues last = remembered(host, path);
    if (arguments.mode == RunMode::interactive) {
        last.settings.merge(request.settings);
        if (request.styles.empty()) request.styles = last.styles;
    } else if (!last.styles.empty()) {
        request.styles = last.styles;
    }
    request.settings = last.settings;
    return request;
}

void keep(Host& host, RunMode mode, const RunRequest& request, const std::string& path) {
    host.remember(to_text({request.settings, request.styles}));
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

// Named after the styles and what made the picture: "Starry Night (vgg19)".
std::string layer_name(Host& host, const RunRequest& request, const Outcome& outcome) {
    std::string styles;
    for (const StyleChoice& style : request.styles) {
        if (style.weight <= 0 || (!style.picture && !exists(host, style.layer))) continue;
        styles += (styles.empty() ? "" : " + ") + (style.picture ? style.name : host.layer(style.layer).name);
    }
    if (styles.empty()) styles = _("Neural Style");
    return outcome.network.empty() ? styles : styles + " (" + outcome.network + ")";
}

RunRequest again_request(Host& host, const RunRequest& wish, const SessionParts& parts) {
    if (auto request = recorded_request(host, wish, parts.read_file)) {
        take_computer_settings(request->settings, remembered(host, parts.values_path).settings);
        return *request;
    }
    if (wish.more > 0)
        throw Error(Cause::picture, filled(_("The layer “%s” was not made by Neural Style, so there is nothing to go "
                                             "on from; click one that was."),
                                           host.layer(wish.content).name.c_str()));
    return request_of(host, {RunMode::last_values, wish}, parts.values_path);
}

NewLayer new_layer(Host& host, const RunRequest& request, const Outcome& outcome) {
    RunRecord record;
    record.program = NEURAL_STYLE_VERSION;
    record.content = host.trace(request.content, request.content);
    for (const StyleChoice& style : request.styles) {
        if (style.weight <= 0) continue;
        record.styles.push_back({style_trace(host, style, request.content), style.weight});
    }
    record.settings = recorded_settings(request.settings, outcome.network);
    record.more = request.more;
    return {request.content, request.above, layer_name(host, request, outcome), to_text(record),
            request.settings.text("deliver") == "layers"};
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
    const Deliver deliver = [&](const RunRequest& made, const Outcome& outcome) {
        status.layer = host.add_layer(new_layer(host, made, outcome), outcome.picture);
        status.kind = RunStatus::Kind::done;
        keep(host, arguments.again ? RunMode::last_values : arguments.mode, made, parts.values_path);
    };
    Outcome outcome;
    if (arguments.mode == RunMode::interactive && !arguments.again) {
        auto accepted = parts.dialog(request, deliver);
        if (!accepted) return status.layer >= 0 ? status : failure(RunStatus::Kind::cancelled, {});
        outcome = std::move(*accepted);
    } else {
        if ((arguments.mode == RunMode::last_values || arguments.again) && request.styles.empty())
            throw Error(Cause::picture,
                        _("There is no style to repeat the run with; run Neural Style from the menu once."));
        host.progress(0, _("Neural Style"));
        outcome = parts.compute(engine_request(host, request), [&](const Evaluation& event) {
            host.progress(event.evaluations > 0 ? double(event.evaluation) / event.evaluations : 0,
                          filled(_("Neural Style: step %d of %d"), event.evaluation, event.evaluations));
        });
    }
    if (outcome.kind == Outcome::Kind::failed) {
        const auto kind = outcome.cause == Cause::settings ? RunStatus::Kind::wrong_call : RunStatus::Kind::failed;
        return failure(kind, failure_text(outcome));
    }

    deliver(request, outcome);
    return status;
}

RunStatus status_of(const std::function<RunStatus()>& run) {
    try {
        return run();
    } catch (const Error& error) {
        return failure(error.cause() == Cause::settings ? RunStatus::Kind::wrong_call : RunStatus::Kind::failed,
                       error.what());
    } catch (const std::bad_alloc&) {
        return failure(RunStatus::Kind::failed,
                       _("There is not enough memory for the layers; close other programs, or use smaller layers."));
    } catch (const std::exception& error) {
        return failure(RunStatus::Kind::failed,
                       filled(_("Something unexpected went wrong (%s); please try again."), error.what()));
    }
}

}  // namespace neural_style
