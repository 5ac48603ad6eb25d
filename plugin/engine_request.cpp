#include "engine_request.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "neural-style/error.hpp"
#include "neural-style/scale_schedule.hpp"
#include "shrunk.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

constexpr std::size_t copied_at_once = std::size_t(1) << 22;  // numbers of a picture

bool shows_something(const Image& image) {
    for (std::size_t i = 3; i < image.rgba.size(); i += 4)
        if (image.rgba[i] > 0) return true;
    return false;
}

// Masks of the image's size. An empty `other` hides nothing.
bool meet(const Image& image, const Mask& mask, const Mask& other = {}) {
    for (std::size_t i = 0; i < mask.values.size(); ++i)
        if (mask.values[i] > 0 && image.rgba[4 * i + 3] > 0 && (other.empty() || other.values[i] > 0)) return true;
    return false;
}

// Appends a part of what `to` lacks; false once it is all there.
bool copy_some(const std::vector<float>& from, std::vector<float>& to) {
    to.reserve(from.size());
    const auto end = std::min(from.size(), to.size() + copied_at_once);
    to.insert(to.end(), from.begin() + std::ptrdiff_t(to.size()), from.begin() + std::ptrdiff_t(end));
    return to.size() < from.size();
}

Mask everything() { return {1, 1, {1}}; }

// Every layer is selected wholly now and then; the engine is spared a mask that says nothing.
bool limits(const Mask& mask) {
    return std::any_of(mask.values.begin(), mask.values.end(), [](float value) { return value < 1; });
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

int start_layer(const Settings& settings) {
    static constexpr std::string_view prefix = "layer:";
    const std::string init = settings.text("init");
    if (init.compare(0, prefix.size(), prefix) != 0) return -1;
    int layer = -1;
    const char* const end = init.data() + init.size();
    const auto [at, error] = std::from_chars(init.data() + prefix.size(), end, layer);
    if (error != std::errc() || at != end || layer < 0)
        throw Error(Cause::settings,
                    filled(_("“%s” names no layer to start from; write layer: and its number."), init.c_str()));
    return layer;
}

void check(Host& host, const RunRequest& request) {
    host.check_content(request.content);
    if (const int start = start_layer(request.settings); start >= 0 && request.start < 0) host.layer(start);
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
    for (const GuideChoice& guide : request.guides)
        if (guide.style >= request.styles.size())
            throw Error(Cause::settings,
                        filled(_("A guide names the style %d, but the styles are counted from 0 to %d; "
                                 "correct it."),
                               int(guide.style), int(request.styles.size()) - 1));
    for (const GuideChoice& guide : all_guides(request)) {
        if (guide.content >= 0) host.check_region(guide.content, request.content);
        if (guide.region >= 0) host.check_region(guide.region, request.styles[guide.style].layer);
    }
    if (!any) throw Error(Cause::settings, _("All styles have the weight 0; give at least one of them more."));
}

std::vector<GuideChoice> all_guides(const RunRequest& request) {
    std::vector<GuideChoice> guides = request.guides;
    // A guide over all of the picture would leave nothing for styles without one, so then each has one.
    const bool each = std::any_of(request.styles.begin(), request.styles.end(), [](const StyleChoice& style) {
        return style.weight > 0 && style.content_region < 0 && style.style_region >= 0;
    });
    for (std::size_t i = 0; i < request.styles.size(); ++i) {
        const StyleChoice& style = request.styles[i];
        if (style.weight > 0 && (each || style.content_region >= 0))
            guides.push_back({style.content_region, i, style.picture ? -1 : style.style_region});
    }
    return guides;
}

bool takes_part(const RunRequest& request, std::size_t style) {
    return request.styles[style].weight > 0 ||
           std::any_of(request.guides.begin(), request.guides.end(),
                       [&](const GuideChoice& guide) { return guide.style == style; });
}

std::size_t place_of(const RunRequest& request, std::size_t style) {
    std::size_t place = 0;
    for (std::size_t i = 0; i < style; ++i) place += takes_part(request, i);
    return place;
}

void add_small_guides(Host& host, const RunRequest& request, int edge_pixels, Request& engine) {
    for (const GuideChoice& choice : all_guides(request)) {
        Guide guide = {everything(), place_of(request, choice.style), {}};
        if (choice.content >= 0) guide.content = host.small_region(choice.content, request.content, edge_pixels);
        if (choice.region >= 0)
            guide.region = host.small_region(choice.region, request.styles[choice.style].layer, edge_pixels);
        engine.guides.push_back(std::move(guide));
    }
}

RequestReading::RequestReading(Host& host, RunRequest request, std::shared_ptr<const Image> init)
    : host_(host), request_(std::move(request)), init_(std::move(init)) {
    check(host_, request_);
    guides_ = all_guides(request_);
    engine_.settings = request_.settings;
    if (init_) {
        engine_.init.width = init_->width;
        engine_.init.height = init_->height;
    }
    if (const int start = start_layer(request_.settings); start >= 0) {
        if (request_.start < 0) request_.start = start;
        engine_.settings.reset("init");  // the engine is given the picture, and knows no layers
    }
    if (request_.more > 0) {
        engine_.settings.set("scales", "1");  // the coarse ones are behind it
        engine_.settings.set("iterations", double(request_.more));
    }
}

bool RequestReading::step() {
    switch (part_) {
        case Part::content:
            if (!reading_) {
                origin_ = host_.origin(request_.content);
                reading_ = host_.reading_content(request_.content);
            }
            if (reading_->step()) return true;
            engine_.content = std::exchange(reading_, nullptr)->take();
            if (!shows_something(engine_.content)) refuse_transparent(host_.layer(request_.content));
            part_ = Part::look;
            return true;
        case Part::look:
            if (!origin_ || !origin_->look.take_some(engine_.content)) part_ = Part::content_mask;
            return true;
        case Part::content_mask:
            if (!mask_reading_) mask_reading_ = host_.reading_content_mask(request_.content, request_.above);
            if (mask_reading_->step()) return true;
            take_content_mask(std::exchange(mask_reading_, nullptr)->take());
            part_ = Part::mask_copy;
            return true;
        case Part::mask_copy:
            if (!engine_.content_mask.empty() && copy_some(mask_->values, engine_.content_mask.values)) return true;
            part_ = Part::styles;
            return true;
        case Part::styles: {
            if (style_ == request_.styles.size()) {
                part_ = Part::guides;
                return true;
            }
            const StyleChoice& style = request_.styles[style_];
            if (takes_part(request_, style_)) {
                if (!reading_) {
                    if (style.picture)
                        reading_ = std::make_unique<AtOnce<Image>>([&] {
                            const Image& own = *style.picture;
                            const int factor = shrinking(own.width, own.height, style_edge());
                            return host_.convert_style(factor > 1 ? shrunk_by(own, factor) : own, request_.content);
                        });
                    else
                        reading_ = host_.reading_style(style.layer, request_.content, style_edge());
                }
                if (reading_->step()) return true;
                engine_.styles.push_back({std::exchange(reading_, nullptr)->take(), style.weight});
                if (!shows_something(engine_.styles.back().image)) refuse_transparent(style_layer(host_, style));
            }
            ++style_;
            return true;
        }
        case Part::guides:
            if (guide_ == guides_.size())
                part_ = Part::start;
            else if (!read_guide())
                ++guide_;
            return true;
        case Part::start:
            if (init_ ? copy_some(init_->rgba, engine_.init.rgba) : read_start()) return true;
            part_ = Part::done;
            return false;
        case Part::done:
            break;
    }
    return false;
}

void RequestReading::take_content_mask(Mask mask) {
    if (mask.empty()) return;
    mask_ = std::make_shared<const Mask>(std::move(mask));
    if (!limits(*mask_)) return;
    if (!meet(engine_.content, *mask_))
        throw Error(Cause::picture, filled(_("The selection and the mask leave nothing of what the layer “%s” shows; "
                                             "select a part that is seen, or nothing, and try again."),
                                           host_.layer(request_.content).name.c_str()));
    engine_.content_mask.width = mask_->width;  // its values follow part by part
    engine_.content_mask.height = mask_->height;
}

bool RequestReading::read_guide() {
    const GuideChoice& choice = guides_[guide_];
    const std::size_t style = place_of(request_, choice.style);
    if (!content_guided_) {
        if (engine_.guides.size() == guide_) engine_.guides.push_back({everything(), style, {}});
        const bool more = choice.content >= 0 && read_region(choice.content, request_.content, engine_.content,
                                                             engine_.content_mask, engine_.guides.back().content);
        content_guided_ = !more;
        return true;
    }
    if (choice.region >= 0 && read_region(choice.region, request_.styles[choice.style].layer,
                                          engine_.styles[style].image, {}, engine_.guides.back().region))
        return true;
    content_guided_ = false;
    return false;
}

bool RequestReading::read_region(int region, int layer, const Image& picture, const Mask& counts, Mask& mask) {
    if (!mask_reading_) mask_reading_ = host_.reading_region(region, layer);
    if (mask_reading_->step()) return true;
    mask = std::exchange(mask_reading_, nullptr)->take();
    if (mask.width != picture.width)  // the style was made smaller
        mask = shrunk_by(mask, shrinking(mask.width, mask.height, style_edge()));
    if (!meet(picture, mask, counts))
        throw Error(Cause::picture, filled(_("“%s” covers nothing of what the layer “%s” shows; paint it where it "
                                             "should be, or choose another region."),
                                           host_.region_name(region).c_str(), host_.layer(layer).name.c_str()));
    return false;
}

// What is needed of a style: as much as the largest scale takes of it.
int RequestReading::style_edge() const {
    try {
        const Scale largest = plan_scales(engine_.content.width, engine_.content.height, engine_.settings).back();
        const double stroke = engine_.settings.real("style-scale");
        const double stretched = engine_.settings.text("init") == "style" ? std::max(1., stroke) : stroke;
        return int(std::ceil(std::max(largest.width, largest.height) * stretched));
    } catch (const Error&) {  // the engine says what is wrong with the settings
        return 0;
    }
}

bool RequestReading::read_start() {
    if (request_.start < 0) return false;
    if (!reading_) reading_ = host_.reading_content(request_.start);
    if (reading_->step()) return true;
    engine_.init = std::exchange(reading_, nullptr)->take();
    return false;
}

Request engine_request(Host& host, RunRequest& request) {
    RequestReading reading(host, request);
    while (reading.step()) {
    }
    request.mask = reading.mask();
    request.origin = reading.origin();
    return reading.take();
}

}  // namespace neural_style
