#include "neural-style/recorded_settings.hpp"

#include <algorithm>
#include <iterator>

namespace neural_style {
namespace {

constexpr std::string_view computer_keys[] = {"device", "precision", "memory", "threads", "preview-every"};

bool is_computers(std::string_view key) {
    return std::find(std::begin(computer_keys), std::end(computer_keys), key) != std::end(computer_keys);
}

}  // namespace

Settings recorded_settings(const Settings& settings, const std::string& network) {
    Settings recorded;
    for (const Setting& setting : settings_table())
        if (settings.is_set(setting.key) && !is_computers(setting.key))
            recorded.set(setting.key, std::string_view(settings.text(setting.key)));
    for (const char* weight : {"content-weight", "style-weight"})
        recorded.set(weight, std::string_view(settings.text(weight)));
    // A description's own name would not find it: what was asked for stays.
    if (!network.empty() && settings.text("network") == "auto") recorded.set("network", std::string_view(network));
    return recorded;
}

void take_computer_settings(Settings& settings, const Settings& from) {
    for (const Setting& setting : settings_table())
        if (is_computers(setting.key) && from.is_set(setting.key))
            settings.set(setting.key, std::string_view(from.text(setting.key)));
}

}  // namespace neural_style
