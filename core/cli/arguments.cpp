#include "arguments.hpp"

#include <sys/stat.h>

#include <charconv>
#include <cmath>

#include "neural-style/error.hpp"
#include "neural-style/gallery.hpp"
#include "option_names.hpp"

namespace neural_style {
namespace {

bool exists(const std::string& path) {
    struct stat status;
    return stat(path.c_str(), &status) == 0;
}

// "gallery:NAME", the picture that comes with the program; a file of such a name is taken as it is.
std::string style_file(const std::string& text) {
    constexpr std::string_view prefix = "gallery:";
    if (text.compare(0, prefix.size(), prefix) != 0 || exists(text)) return text;
    return gallery_file(text.substr(prefix.size()));
}

// FILE or FILE:WEIGHT. A file whose own name ends in ":5" is taken as it is.
StyleArgument parse_style(const std::string& text) {
    const auto colon = text.rfind(':');
    StyleArgument style{text};
    if (colon == std::string::npos || colon == 0 || exists(text)) return style;
    const char* last = text.data() + text.size();
    const auto result = std::from_chars(text.data() + colon + 1, last, style.weight);
    if (result.ec != std::errc() || result.ptr != last) return StyleArgument{style_file(text)};
    if (!std::isfinite(style.weight) || style.weight < 0)
        throw UsageError("The weight in --style " + text + " must be a number from 0.");
    style.file = style_file(text.substr(0, colon));
    return style;
}

// CONTENT_MASK:STYLE_MASK[:NUMBER]; the number counts styles from 1.
GuideArgument parse_guide(const std::string& text) {
    GuideArgument guide;
    std::string masks = text;
    const auto last = text.rfind(':');
    std::size_t number = 0;
    const char* const end = text.data() + text.size();
    if (last != std::string::npos && text.find(':') != last) {
        const auto result = std::from_chars(text.data() + last + 1, end, number);
        if (result.ec == std::errc() && result.ptr == end && number > 0) {
            guide.style = number - 1;
            masks = text.substr(0, last);
        }
    }
    const auto colon = masks.find(':');
    if (colon == std::string::npos || colon == 0)
        throw UsageError("--guide " + text +
                         " is not CONTENT_MASK:STYLE_MASK, two pictures that are white where they "
                         "count.");
    guide.content = masks.substr(0, colon);
    guide.region = masks.substr(colon + 1);
    return guide;
}

std::pair<int, int> parse_size(const std::string& option, const std::string& text) {
    std::pair<int, int> size;
    const char* const end = text.data() + text.size();
    const auto width = std::from_chars(text.data(), end, size.first);
    if (width.ec == std::errc() && width.ptr != end && *width.ptr == 'x') {
        const auto height = std::from_chars(width.ptr + 1, end, size.second);
        if (height.ec == std::errc() && height.ptr == end && size.first > 0 && size.second > 0 &&
            size.first <= 1 << 20 && size.second <= 1 << 20)
            return size;
    }
    throw UsageError(option + " " + text + " is no size; write it as 1920x1080.");
}

Arguments::Progress parse_progress(const std::string& text) {
    if (text == "auto") return Arguments::Progress::automatic;
    if (text == "bar") return Arguments::Progress::bar;
    if (text == "plain") return Arguments::Progress::plain;
    if (text == "none") return Arguments::Progress::none;
    throw UsageError("--progress cannot be \"" + text + "\"; allowed: auto, bar, plain, none.");
}

// COLUMNSxROWS
void parse_grid(const std::string& text, Arguments& arguments) {
    const char* const end = text.data() + text.size();
    const auto read = [&](const char* at, int& number) {
        const auto result = std::from_chars(at, end, number);
        return result.ec == std::errc() && number >= 1 && number <= 9 ? result.ptr : nullptr;
    };
    const char* cross = read(text.data(), arguments.columns);
    if (!cross || cross == end || *cross != 'x' || read(cross + 1, arguments.rows) != end)
        throw UsageError("--grid cannot be \"" + text + "\"; allowed: COLUMNSxROWS, each from 1 to 9, such as 5x3.");
    arguments.has_grid = true;
}

// The end of a sentence about a word that is no option.
std::string advice(const std::string& word) {
    const std::string nearest = nearest_option(word);
    return nearest.empty() ? "; neural-style --help names them all." : "; perhaps you mean " + nearest + ".";
}

void check(const Arguments& arguments) {
    using Action = Arguments::Action;
    if (!arguments.from.empty() && arguments.action != Action::get_network)
        throw UsageError("--from belongs to --get-network NAME; neural-style --help shows how.");
    const bool batch = arguments.action == Action::batch;
    if (arguments.skip_existing && !batch)
        throw UsageError("--skip-existing belongs to --batch; neural-style --help shows how.");
    const bool variations = arguments.action == Action::variations;
    if (arguments.overwrite && !batch && !variations && arguments.action != Action::stylise)
        throw UsageError("--overwrite belongs to a call that paints; neural-style --help shows how.");
    if (arguments.has_grid && !variations)
        throw UsageError("--grid belongs to --variations; neural-style --help shows how.");
    if ((batch || variations) && !arguments.log.empty())
        throw UsageError(std::string("--log belongs to a single picture; leave it out with ") +
                         (batch ? "--batch." : "--variations."));
    const bool sizes = arguments.content_size.first > 0 || !arguments.style_sizes.empty();
    if (sizes && arguments.action != Action::explain)
        throw UsageError("--content-size and --style-size belong to --explain; neural-style --help shows how.");
    if (arguments.action == Action::explain) {
        if (arguments.contents.size() > 1 || arguments.contents.empty() == (arguments.content_size.first == 0))
            throw UsageError("--explain needs one content picture, or --content-size WIDTHxHEIGHT.");
        if (arguments.styles.empty() && arguments.style_sizes.empty())
            throw UsageError("--explain needs a style picture, or --style-size WIDTHxHEIGHT.");
        return;
    }
    if (arguments.action == Action::read_picture && arguments.contents.size() != 1)
        throw UsageError("--read-picture needs one picture file.");
    if (arguments.action != Action::stylise && !batch && !variations) return;
    if (arguments.settings.text("deliver") != "layer")
        throw UsageError(
            "A file holds one picture, so --deliver layers is for GIMP only; --colours content keeps the "
            "content's colours.");
    if (arguments.contents.empty()) throw UsageError("There is no content picture; neural-style --help shows how.");
    if (!batch && arguments.contents.size() > 1)
        throw UsageError("There are two content pictures, " + arguments.contents[0] + " and " + arguments.contents[1] +
                         "; name one, or add --batch.");
    if (arguments.styles.empty()) throw UsageError("There is no style picture; add --style FILE.");
    for (const GuideArgument& guide : arguments.guides)
        if (guide.style >= arguments.styles.size())
            throw UsageError("A --guide names style " + std::to_string(guide.style + 1) + ", but there are only " +
                             std::to_string(arguments.styles.size()) + "; give it a number from 1.");
    if (arguments.output.empty())
        throw UsageError(batch ? "There is no folder for the results; add --output FOLDER."
                               : "There is no name for the result; add --output FILE.");
}

}  // namespace

Arguments parse_arguments(const std::vector<std::string>& words) {
    using Action = Arguments::Action;
    static const std::pair<const char*, Action> actions[] = {
        {"--worker", Action::worker},
        {"--read-picture", Action::read_picture},
        {"--list-settings", Action::list_settings},
        {"--list-devices", Action::list_devices},
        {"--list-networks", Action::list_networks},
        {"--list-styles", Action::list_styles},
        {"--version", Action::version},
        {"--help", Action::help},
        {"-h", Action::help},
        {"--batch", Action::batch},
        {"--variations", Action::variations},
        {"--explain", Action::explain},
    };
    Arguments arguments;
    bool only_names = false;  // after "--"
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::string word = words[i];
        if (!only_names && word == "--") {
            only_names = true;
            continue;
        }
        if (only_names || word.empty() || word[0] != '-' || word == "-") {
            arguments.contents.push_back(word);
            continue;
        }
        bool acted = false;
        for (const auto& [name, action] : actions)
            if (word == name) {
                arguments.action = action;
                acted = true;
            }
        if (word == "--skip-existing") acted = arguments.skip_existing = true;
        if (word == "--overwrite") acted = arguments.overwrite = true;
        if (acted) continue;
        std::string value;
        const auto equals = word.find('=');
        if (equals != std::string::npos) {
            value = word.substr(equals + 1);
            word.resize(equals);
        } else if (i + 1 < words.size()) {
            value = words[++i];
        } else if (is_option(word)) {
            throw UsageError(word + " needs a value after it; neural-style --help shows how.");
        } else {
            throw UsageError("There is no option " + word + advice(word));
        }
        if (word == "--style")
            arguments.styles.push_back(parse_style(value));
        else if (word == "--guide")
            arguments.guides.push_back(parse_guide(value));
        else if (word == "--content-size")
            arguments.content_size = parse_size(word, value);
        else if (word == "--style-size")
            arguments.style_sizes.push_back(parse_size(word, value));
        else if (word == "--mask")
            arguments.mask = value;
        else if (word == "--output")
            arguments.output = value;
        else if (word == "--get-network" || word == "--check-network") {
            arguments.action = word == "--get-network" ? Action::get_network : Action::check_network;
            arguments.network = value;
        } else if (word == "--from")
            arguments.from = value;
        else if (word == "--log")
            arguments.log = value;
        else if (word == "--grid")
            parse_grid(value, arguments);
        else if (word == "--progress")
            arguments.progress = parse_progress(value);
        else if (is_option(word) && !find_setting(word.substr(2)))
            throw UsageError(word + " takes no value; neural-style --help shows how.");
        else if (word.rfind("--", 0) == 0 && !find_setting(word.substr(2)))
            throw Error(Cause::settings, "There is no setting or option " + word + advice(word));
        else
            arguments.settings.set(word.substr(word.rfind("--", 0) == 0 ? 2 : 1), value);
    }
    check(arguments);
    return arguments;
}

}  // namespace neural_style
