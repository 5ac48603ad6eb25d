#include "engine_request.hpp"

#include <algorithm>

#include "text.hpp"

namespace neural_style {
namespace {

bool shows_something(const Image& image) {
    for (std::size_t i = 3; i < image.rgba.size(); i += 4)
        if (image.rgba[i] > 0) return true;
    return false;
}

// A picture from elsewhere is described as the layer that it would be.
Layer style_layer(Host& host, const StyleChoice& style) {
    if (!style.picture) return host.layer(style.layer);
    return {-1, -1, style.name, {}, style.picture->width, style.picture->height, style.file};
}

[[noreturn]] void refuse_transparent(const Layer& layer) {
    throw Error(Cause::picture, filled(_("The layer “%s” is entirely transparent; choose one that shows something."),
                                       layer.name.c_str()));
}

}  // namespace

void check(Host& host, const RunRequest& request) {
    host.check_content(request.content);
    if (request.styles.empty())
        throw Error(Cause::picture, _("No style was chosen; choose the layer whose style is to be taken on."));
    bool any = false;
    for (const StyleChoice& style : request.styles) {
        const Layer layer = style_layer(host, style);
        if (!style.picture && style.layer == request.content)
            throw Error(Cause::picture,
                        filled(_("The layer “%s” cannot be its own style; choose another layer as the style."),
                               layer.name.c_str()));
        if (layer.width < 2 || layer.height < 2)
            throw Error(Cause::picture,
                        filled(_("The style layer “%s” is too small (%d × %d pixels); choose one of at least "
                                 "2 × 2."),
                               layer.name.c_str(), layer.width, layer.height));
        if (!(style.weight >= 0) || style.weight > 1e12)
            throw Error(Cause::settings, filled(_("The weight of the style “%s” cannot be %g; choose one from 0."),
                                                layer.name.c_str(), style.weight));
        any = any || style.weight > 0;
    }
    if (!any) throw Error(Cause::settings, _("All styles have the weight 0; give at least one of them more."));
}

Request engine_request(Host& host, const RunRequest& request) {
    check(host, request);
    Request engine;
    engine.settings = request.settings;
    engine.content = host.read_content(request.content);
    if (!shows_something(engine.content)) refuse_transparent(host.layer(request.content));
    for (const StyleChoice& style : request.styles) {
        if (style.weight <= 0) continue;
        engine.styles.push_back({style.picture ? host.convert_style(*style.picture, request.content)
                                               : host.read_style(style.layer, request.content),
                                 style.weight});
        if (!shows_something(engine.styles.back().image)) refuse_transparent(style_layer(host, style));
    }
    if (request.start >= 0) engine.init = host.read_content(request.start);
    if (request.more > 0) {
        engine.settings.set("scales", "1");  // the coarse ones are behind it
        engine.settings.set("iterations", double(request.more));
    }
    return engine;
}

}  // namespace neural_style
