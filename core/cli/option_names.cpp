#include "option_names.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "neural-style/settings.hpp"

namespace neural_style {
namespace {

std::vector<std::string> all_options() {
    std::vector<std::string> names = {
        "--overwrite",     "--style",         "--guide",        "--mask",        "--output",
        "--batch",         "--explain",       "--content-size", "--style-size",  "--variations",
        "--grid",          "--skip-existing", "--log",          "--progress",    "--list-settings",
        "--list-devices",  "--list-networks", "--list-styles",  "--get-network", "--from",
        "--check-network", "--worker",        "--read-picture", "--version",     "--help"};
    for (const Setting& setting : settings_table()) names.push_back("--" + std::string(setting.key));
    return names;
}

// How many letters must be put in, left out or exchanged to make one of the other.
std::size_t distance(const std::string& one, const std::string& other) {
    std::vector<std::size_t> row(other.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 1; i <= one.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t k = 1; k <= other.size(); ++k) {
            const std::size_t exchanged = diagonal + (one[i - 1] != other[k - 1]);
            diagonal = row[k];
            row[k] = std::min({row[k] + 1, row[k - 1] + 1, exchanged});
        }
    }
    return row.back();
}

}  // namespace

bool is_option(const std::string& word) {
    const auto names = all_options();
    return std::find(names.begin(), names.end(), word) != names.end();
}

std::string nearest_option(const std::string& word) {
    std::string nearest;
    std::size_t least = std::max<std::size_t>(1, (word.size() - std::min<std::size_t>(word.size(), 2)) / 3) + 1;
    for (const std::string& name : all_options()) {
        const std::size_t away = distance(word, name);
        if (away >= least) continue;
        least = away;
        nearest = name;
    }
    return nearest;
}

}  // namespace neural_style
