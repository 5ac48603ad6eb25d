#include "arguments.hpp"

#include <sys/stat.h>

#include <charconv>
#include <cmath>

namespace neural_style {
namespace {

bool exists(const std::string& path) {
    struct stat status;
    return stat(path.c_str(), &status) == 0;
}

// FILE or FILE:WEIGHT. A file whose own name ends in ":5" is taken as it is.
StyleArgument parse_style(const std::string& text) {
    const auto colon = text.rfind(':');
    StyleArgument style{text};
    if (colon == std::string::npos || colon == 0 || exists(text)) return style;
    const char* last = text.data() + text.size();
    const auto result = std::from_chars(text.data() + colon + 1, last, style.weight);
    if (result.ec != std::errc() || result.ptr != last) return StyleArgument{text};
    if (!std::isfinite(style.weight) || style.weight < 0)
        throw UsageError("The weight in --style " + text + " must be a number from 0.");
    style.file = text.substr(0, colon);
    return style;
}

Arguments::Progress parse_progress(const std::string& text) {
    if (text == "auto") return Arguments::Progress::automatic;
    if (text == "bar") return Arguments::Progress::bar;
    if (text == "plain") return Arguments::Progress::plain;
    if (text == "none") return Arguments::Progress::none;
    throw UsageError("--progress cannot be \"" + text + "\"; allowed: auto, bar, plain, none.");
}

}  // namespace

Arguments parse_arguments(const std::vector<std::string>& words) {
    using Action = Arguments::Action;
    static const std::pair<const char*, Action> actions[] = {
        {"--worker", Action::worker},
        {"--list-settings", Action::list_settings},
        {"--list-devices", Action::list_devices},
        {"--list-networks", Action::list_networks},
        {"--version", Action::version},
        {"--help", Action::help},
        {"-h", Action::help},
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
            if (!arguments.content.empty())
                throw UsageError("There are two content pictures, " + arguments.content + " and " + word +
                                 "; name one.");
            arguments.content = word;
            continue;
        }
        bool acted = false;
        for (const auto& [name, action] : actions)
            if (word == name) {
                arguments.action = action;
                acted = true;
            }
        if (acted) continue;
        std::string value;
        const auto equals = word.find('=');
        if (equals != std::string::npos) {
            value = word.substr(equals + 1);
            word.resize(equals);
        } else if (i + 1 < words.size()) {
            value = words[++i];
        } else {
            throw UsageError(word + " needs a value after it; neural-style --help shows how.");
        }
        if (word == "--style")
            arguments.styles.push_back(parse_style(value));
        else if (word == "--output")
            arguments.output = value;
        else if (word == "--get-network" || word == "--check-network") {
            arguments.action = word == "--get-network" ? Action::get_network : Action::check_network;
            arguments.network = value;
        } else if (word == "--from")
            arguments.from = value;
        else if (word == "--log")
            arguments.log = value;
        else if (word == "--progress")
            arguments.progress = parse_progress(value);
        else
            arguments.settings.set(word.substr(word.rfind("--", 0) == 0 ? 2 : 1), value);
    }
    if (!arguments.from.empty() && arguments.action != Action::get_network)
        throw UsageError("--from belongs to --get-network NAME; neural-style --help shows how.");
    if (arguments.action == Action::stylise) {
        if (arguments.content.empty()) throw UsageError("There is no content picture; neural-style --help shows how.");
        if (arguments.styles.empty()) throw UsageError("There is no style picture; add --style FILE.");
        if (arguments.output.empty()) throw UsageError("There is no name for the result; add --output FILE.");
    }
    return arguments;
}

std::string help_text() {
    std::string text =
        "neural-style CONTENT --style FILE[:WEIGHT] [--style ...] --output FILE [--KEY VALUE ...]\n"
        "\n"
        "Paints CONTENT in the style of other pictures and writes the result, of the same size, to the output file.\n"
        "\n"
        "  --style FILE[:WEIGHT]    a style picture; several are blended by their weights\n"
        "  --output FILE            the result: PNG or TIFF (16 bits a channel where CONTENT has them), PPM or PFM\n"
        "  --log FILE.csv           one row for each evaluation of the losses\n"
        "  --progress KIND          auto, bar, plain or none, on standard error\n"
        "  --list-settings          every setting with its default and range\n"
        "  --list-devices           the devices that can compute here\n"
        "  --list-networks          the networks, and which have their weights installed\n"
        "  --get-network NAME [--from URL|FILE]\n"
        "                           installs a network's weights from where they are published, or from your own file\n"
        "  --check-network NAME     compares installed weights with their recorded SHA-256\n"
        "  --worker                 serve requests on standard input and output (for the GIMP plug-in)\n"
        "  --version, --help\n"
        "\n"
        "Ctrl-C stops and writes the best picture so far. Exit status: 0 done, 1 failed, 2 wrong usage, 130 stopped.\n"
        "\n"
        "Settings, as --KEY VALUE:\n";
    for (const Setting& setting : settings_table()) {
        std::string left = "  --" + std::string(setting.key);
        left.resize(std::max<std::size_t>(left.size() + 1, 27), ' ');
        text += left + setting.help + "\n";
    }
    return text;
}

std::string settings_text() {
    std::string text;
    for (const Setting& setting : settings_table())
        text +=
            std::string(setting.key) + "\t" + setting.standard + "\t" + setting.allowed() + "\t" + setting.help + "\n";
    return text;
}

}  // namespace neural_style
