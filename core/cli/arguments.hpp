// The command line, read and checked; computes nothing.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "neural-style/settings.hpp"

namespace neural_style {

struct StyleArgument {
    std::string file;  ///< of gallery:NAME the picture's own
    double weight = 1;
};

/// --guide CONTENT_MASK:STYLE_MASK[:NUMBER]
struct GuideArgument {
    std::string content, region;  ///< files; an empty region is all of the style
    std::size_t style = 0;        ///< index into the styles
};

struct Arguments {
    enum class Action {
        stylise,
        batch,
        variations,
        explain,
        worker,
        read_picture,
        list_settings,
        list_devices,
        list_networks,
        list_styles,
        get_network,
        check_network,
        version,
        help
    };
    enum class Progress { automatic, bar, plain, none };

    Action action = Action::stylise;
    std::vector<std::string> contents;  ///< one, unless the action is batch
    std::string output, log;            ///< of batch: a folder
    bool skip_existing = false;         ///< of batch
    bool overwrite = false;             ///< results may replace what is read, and locked files
    int columns = 3, rows = 3;          ///< of variations
    bool has_grid = false;              ///< they were given
    std::string network, from;          ///< of get_network and check_network
    std::vector<StyleArgument> styles;
    std::pair<int, int> content_size{0, 0};  ///< of explain, in place of files
    std::vector<std::pair<int, int>> style_sizes;
    std::string mask;  ///< file: what of the content is painted, "": all
    std::vector<GuideArgument> guides;
    Settings settings;
    Progress progress = Progress::automatic;
};

/// The call itself is wrong: what() is a sentence. Exit status 2.
class UsageError : public std::exception {
public:
    explicit UsageError(std::string sentence) : sentence_(std::move(sentence)) {}
    const char* what() const noexcept override { return sentence_.c_str(); }

private:
    std::string sentence_;
};

/// `words` without the program's name. Throws UsageError, or Error(Cause::settings) for a setting that does not exist
/// or a value that is not allowed.
Arguments parse_arguments(const std::vector<std::string>& words);

}  // namespace neural_style
