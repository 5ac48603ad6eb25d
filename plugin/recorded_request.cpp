#include "recorded_request.hpp"

#include "neural-style/error.hpp"
#include "recorded_places.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

StyleChoice style_choice(Host& host, const RecordedStyle& style, const Layer& made, const ReadFile& read_file) {
    const LayerTrace& trace = style.layer;
    const int image = made.image;
    if (trace.name.empty() && trace.tattoo == 0 && trace.file.empty())
        throw Error(Cause::picture,
                    filled(_("A style layer was deleted while “%s” was painted; choose another style with "
                             "Neural Style…"),
                           made.name.c_str()));
    StyleChoice choice;
    choice.weight = style.weight;
    const bool is_layer = trace.tattoo != 0;
    if (is_layer) choice.layer = host.find(trace, image);
    if (is_layer && choice.layer < 0 && trace.beside)
        throw Error(Cause::picture, filled(_("The style layer “%s” is not in this image any more; choose another style "
                                             "with Neural Style…"),
                                           trace.name.c_str()));
    if (is_layer && choice.layer < 0)
        throw Error(Cause::picture,
                    filled(_("The style layer “%s” of “%s” is not there any more; open that image again, or choose "
                             "another style with Neural Style…"),
                           trace.name.c_str(), trace.image_name.c_str()));
    if (is_layer) return choice;
    if (trace.file.empty())
        throw Error(Cause::picture,
                    filled(_("The style “%s” came from the clipboard and was not kept; choose another one with Neural "
                             "Style…"),
                           trace.name.c_str()));
    if (trace.file.find('/') == std::string::npos)
        throw Error(Cause::picture,
                    filled(_("The style file “%s” does not lie where it was, nor beside the image; put it into the "
                             "image's folder, or choose another style with Neural Style…"),
                           trace.file.c_str()));
    choice.name = trace.name;
    choice.file = trace.file;
    choice.picture = read_file(trace.file);
    // One beside the image may have the name only.
    if (choice.picture && !trace.place.empty() &&
        (choice.picture->width != trace.width || choice.picture->height != trace.height))
        throw Error(Cause::picture, filled(_("The file “%s” has another size than the style that was taken; choose the "
                                             "style anew with Neural Style…"),
                                           trace.file.c_str()));
    return choice;
}

// -1: all of it.
int region(Host& host, const std::optional<LayerTrace>& trace, const Layer& made) {
    if (!trace) return -1;
    if (trace->tattoo == 0)
        throw Error(Cause::picture, filled(_("A channel or layer that guided “%s” was deleted while it was painted; "
                                             "choose the regions anew with Neural Style…"),
                                           made.name.c_str()));
    const int found = host.find(*trace, made.image);
    if (found < 0)
        throw Error(Cause::picture, filled(_("The channel or layer “%s” that guided “%s” is not there any more; choose "
                                             "the regions anew with Neural Style…"),
                                           trace->name.c_str(), made.name.c_str()));
    return found;
}

}  // namespace

std::optional<RunRequest> recorded_request(Host& host, const RunRequest& wish, const ReadFile& read_file,
                                           const PlaceBook& book) {
    auto record = run_record(host.record(wish.content));
    if (!record) return std::nullopt;
    const Layer drawable = host.layer(wish.content);
    find_folders(*record, drawable.file, book);
    RunRequest request;
    request.content = host.find(record->content, drawable.image);
    if (record->content.name.empty())
        throw Error(Cause::picture, filled(_("The layer that “%s” was painted from was deleted while it was painted; "
                                             "click the layer that is to be painted, and choose Neural Style…"),
                                           drawable.name.c_str()));
    if (request.content < 0 || request.content == wish.content)
        throw Error(Cause::picture,
                    filled(_("The layer “%s” that “%s” was painted from is not in this image any more; click the layer "
                             "that is to be painted, and choose Neural Style…"),
                           record->content.name.c_str(), drawable.name.c_str()));
    for (const RecordedStyle& style : record->styles)
        request.styles.push_back(style_choice(host, style, drawable, read_file));
    for (const RecordedGuide& guide : record->guides)
        request.guides.push_back(
            {region(host, guide.content, drawable), guide.style, region(host, guide.region, drawable)});
    request.settings = record->settings;
    request.above = wish.content;
    request.more = wish.more;
    if (wish.more > 0) {
        const Layer content = host.layer(request.content);
        if (content.width != drawable.width || content.height != drawable.height)  // it would be stretched
            throw Error(Cause::picture,
                        filled(_("“%s” has not the size of the layer “%s” that it was painted from any more, so it "
                                 "cannot be gone on with; paint that layer afresh."),
                               drawable.name.c_str(), content.name.c_str()));
        request.start = wish.content;
    }
    if (record->start) {
        const int start = record->start->tattoo == 0 ? -1 : host.find(*record->start, drawable.image);
        if (start >= 0)
            request.settings.set("init", "layer:" + std::to_string(start));
        else if (wish.more == 0)
            throw Error(Cause::picture, filled(_("The layer “%s” that “%s” started from is not there any more; choose "
                                                 "another start with Neural Style…"),
                                               record->start->name.c_str(), drawable.name.c_str()));
    }
    return request;
}

}  // namespace neural_style
