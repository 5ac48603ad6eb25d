#include "procedure.hpp"

#include <string_view>
#include <vector>

#include "neural-style/error.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

constexpr const char* plain = "plug-in-neural-style";
constexpr const char* blend = "plug-in-neural-style-blend";
constexpr const char* guided = "plug-in-neural-style-guided";
constexpr const char* again = "plug-in-neural-style-again";
constexpr const char* more = "plug-in-neural-style-more";
constexpr int usual_more = 200, most_iterations = 10000;
constexpr int menu_arguments = 3;  // run mode, image, drawable

char* word(const char* text) {
    return const_cast<char*>(text);
}  // GimpParamDef's texts are not const, but not written to

GimpParamDef parameter(GimpPDBArgType type, const char* name, const char* meaning) {
    return {type, word(name), word(meaning)};
}

void install(const char* name, const char* menu_label, const char* blurb, const char* help, const char* drawable,
             const std::vector<GimpParamDef>& further) {
    std::vector<GimpParamDef> all = {
        parameter(GIMP_PDB_INT32, "run-mode",
                  "The run mode { RUN-INTERACTIVE (0), RUN-NONINTERACTIVE (1), RUN-WITH-LAST-VALS (2) }"),
        parameter(GIMP_PDB_IMAGE, "image", "The image of the layer"),
        parameter(GIMP_PDB_DRAWABLE, "drawable", drawable),
    };
    all.insert(all.end(), further.begin(), further.end());
    static const GimpParamDef result[] = {{GIMP_PDB_LAYER, word("layer"), word("The new layer")}};
    gimp_install_procedure(name, blurb, help, "The Neural Style authors", "Apache License 2.0", "2025", menu_label,
                           "RGB*, GRAY*", GIMP_PLUGIN, gint(all.size()), 1, all.data(), result);
}

void install_run(const char* name, const char* menu_label, const char* blurb, const std::vector<GimpParamDef>& styles) {
    std::vector<GimpParamDef> all = styles;
    for (const GimpParamDef& one : {
             parameter(GIMP_PDB_FLOAT, "content-weight", "How strongly the content is kept, from 0 (1)"),
             parameter(GIMP_PDB_FLOAT, "style-weight", "How strongly the style is taken on, from 0 (1000)"),
             parameter(GIMP_PDB_INT32, "iterations", "Evaluations of the loss at the first scale, 1 to 10000 (300)"),
             parameter(GIMP_PDB_STRING, "settings",
                       "Empty, or further settings as key=value pairs separated by semicolons; \"neural-style "
                       "--list-settings\" names them"),
         })
        all.push_back(one);
    install(name, menu_label, blurb,
            "Paints the content layer in the style of another layer, of this or any other open image, and "
            "puts the result as a new layer directly above it. A selection and the layer's mask limit what "
            "is painted and what counts, and become the result's layer mask. With last values, the settings and styles "
            "of the last run are used, "
            "and the style given here only if those are gone.",
            "The content layer: what is to be shown in the new style", all);
}

const GimpParam& expect(const GimpParam* arguments, int index, GimpPDBArgType type) {
    // GIMP checks what it hands over; a mistake of ours must not become a read of the wrong union member.
    if (arguments[index].type != type)
        throw Error(Cause::settings,
                    filled(_("Argument %d is of the wrong type; see the Procedure Browser."), index + 1));
    return arguments[index];
}

RunMode run_mode(int value) {
    switch (value) {
        case GIMP_RUN_INTERACTIVE:
            return RunMode::interactive;
        case GIMP_RUN_NONINTERACTIVE:
            return RunMode::non_interactive;
        case GIMP_RUN_WITH_LAST_VALS:
            return RunMode::last_values;
    }
    throw Error(Cause::settings, filled(_("The run mode cannot be %d; give 0, 1 or 2."), value));
}

// A dialog or last values can do without a style; a layer that is given must be one nevertheless.
std::vector<StyleChoice> one_style(const GimpParam* arguments) {
    const int layer = expect(arguments, 3, GIMP_PDB_DRAWABLE).data.d_drawable;
    if (layer < 0) return {};
    return {{layer, 1}};
}

std::vector<StyleChoice> blended_styles(const GimpParam* arguments) {
    const int count = expect(arguments, 3, GIMP_PDB_INT32).data.d_int32;
    const auto* layers = expect(arguments, 4, GIMP_PDB_INT32ARRAY).data.d_int32array;
    const int weights_count = expect(arguments, 5, GIMP_PDB_INT32).data.d_int32;
    const auto* weights = expect(arguments, 6, GIMP_PDB_FLOATARRAY).data.d_floatarray;
    if (weights_count != 0 && weights_count != count)
        throw Error(Cause::settings,
                    filled(_("There are %d styles but %d weights; give as many weights as styles, or none."), count,
                           weights_count));
    std::vector<StyleChoice> styles;
    for (int i = 0; i < count; ++i) styles.push_back({layers[i], weights_count == 0 ? 1 : weights[i]});
    return styles;
}

// Scripts give 0 or -1 for none.
int region_number(int number) { return number > 0 ? number : -1; }

std::vector<GuideChoice> guides(const GimpParam* arguments) {
    const auto numbers = [&](int index, int& count) {
        count = expect(arguments, index, GIMP_PDB_INT32).data.d_int32;
        return expect(arguments, index + 1, GIMP_PDB_INT32ARRAY).data.d_int32array;
    };
    int count = 0, styles_count = 0, regions_count = 0;
    const auto* contents = numbers(7, count);
    const auto* styles = numbers(9, styles_count);
    const auto* regions = numbers(11, regions_count);
    if (styles_count != count || (regions_count != 0 && regions_count != count))
        throw Error(Cause::settings,
                    filled(_("There are %d guides but %d styles and %d regions of styles for them; give "
                             "as many of each, or no regions."),
                           count, styles_count, regions_count));
    std::vector<GuideChoice> result;
    for (int i = 0; i < count; ++i) {
        if (styles[i] < 0)
            throw Error(Cause::settings,
                        filled(_("A guide cannot name the style %d; the styles are counted from 0."), styles[i]));
        result.push_back(
            {region_number(contents[i]), std::size_t(styles[i]), regions_count == 0 ? -1 : region_number(regions[i])});
    }
    return result;
}

}  // namespace

void register_procedures() {
    gimp_plugin_domain_register(GETTEXT_PACKAGE, NEURAL_STYLE_LOCALEDIR);
    install_run(plain, N_("_Neural Style..."), N_("Paint a layer in the style of another one"),
                {parameter(GIMP_PDB_DRAWABLE, "style", "The style layer, of this or any other open image")});
    std::vector<GimpParamDef> styles = {
        parameter(GIMP_PDB_INT32, "num-styles", "How many styles"),
        parameter(GIMP_PDB_INT32ARRAY, "styles", "The style layers, of this or any other open images"),
        parameter(GIMP_PDB_INT32, "num-weights", "How many weights: as many as styles, or 0"),
        parameter(GIMP_PDB_FLOATARRAY, "style-blend", "The styles' weights relative to each other, from 0")};
    install_run(blend, nullptr, N_("Paint a layer in a blend of the styles of others"), styles);
    for (const GimpParamDef& one : {
             parameter(GIMP_PDB_INT32, "num-guides", "How many guides, each a pair of regions that belong together"),
             parameter(GIMP_PDB_INT32ARRAY, "guide-contents",
                       "Channels or layers of the image, white where the content takes on the guide's style; 0 or -1: "
                       "everywhere"),
             parameter(GIMP_PDB_INT32, "num-guide-styles", "As many as guides"),
             parameter(GIMP_PDB_INT32ARRAY, "guide-styles", "Each guide's style, counted from 0"),
             parameter(GIMP_PDB_INT32, "num-guide-regions", "As many as guides, or 0"),
             parameter(GIMP_PDB_INT32ARRAY, "guide-regions",
                       "Channels or layers of the styles' images, white where the style counts; 0 or -1: all of it"),
         })
        styles.push_back(one);
    install_run(guided, nullptr, N_("Paint regions of a layer in the styles of regions of others"), styles);
    install(again, N_("Neural Style _Again"), N_("Paint again as a layer was painted, or go on from it"),
            "Neural Style keeps on each layer that it makes from what, in which style and with which settings it was "
            "painted. This paints it again, from the layers as they are now, or goes on from the layer's picture, and "
            "puts the result above it. For a layer that Neural Style did not make it repeats the last run.",
            "A layer that Neural Style made",
            {parameter(GIMP_PDB_INT32, "more",
                       "0: paint afresh; 1 to 10000: go on from the layer's picture for so many evaluations")});
    install(more, N_("Neural Style, 200 _More"), N_("Go on from a layer's picture for 200 evaluations more"),
            "What plug-in-neural-style-again does with 200 as its last argument, for the menu.",
            "A layer that Neural Style made", {});
    for (const char* name : {plain, again, more}) gimp_plugin_menu_register(name, "<Image>/Filters/Artistic");
}

RunArguments read_arguments(const std::string& name, int count, const GimpParam* arguments) {
    const bool blended = name == blend || name == guided;
    const int rest = name == guided ? 13 : blended ? 7 : 4;  // the first argument after the styles
    const int all = name == again ? menu_arguments + 1 : name == more ? menu_arguments : rest + 4;
    if (count != menu_arguments && count != all)
        throw Error(Cause::settings,
                    filled(_("There are %d arguments instead of %d; see the Procedure Browser."), count, all));
    RunArguments result;
    result.mode = run_mode(expect(arguments, 0, GIMP_PDB_INT32).data.d_int32);
    const int image = expect(arguments, 1, GIMP_PDB_IMAGE).data.d_image;
    RunRequest& request = result.request;
    request.content = expect(arguments, 2, GIMP_PDB_DRAWABLE).data.d_drawable;
    if (gimp_item_get_image(request.content) != image)
        throw Error(Cause::picture, _("The layer does not belong to the image; give the image that holds it."));
    result.again = name == again || name == more;
    if (name == more) request.more = usual_more;
    if (count == menu_arguments) return result;
    if (result.again) {
        request.more = expect(arguments, menu_arguments, GIMP_PDB_INT32).data.d_int32;
        if (request.more < 0 || request.more > most_iterations)
            throw Error(Cause::settings, filled(_("There cannot be %d more evaluations; give 0 to paint afresh, or "
                                                  "up to %d to go on."),
                                                request.more, most_iterations));
        return result;
    }

    request.styles = blended ? blended_styles(arguments) : one_style(arguments);
    if (name == guided) request.guides = guides(arguments);
    request.settings.set("content-weight", expect(arguments, rest, GIMP_PDB_FLOAT).data.d_float);
    request.settings.set("style-weight", expect(arguments, rest + 1, GIMP_PDB_FLOAT).data.d_float);
    request.settings.set("iterations", expect(arguments, rest + 2, GIMP_PDB_INT32).data.d_int32);
    const char* settings = expect(arguments, rest + 3, GIMP_PDB_STRING).data.d_string;
    if (settings) request.settings.merge(Settings::parse(settings));
    return result;
}

}  // namespace neural_style
