#include "settings_model.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "neural-style/error.hpp"

namespace neural_style {

void SettingsModel::apply(Settings changed, std::string_view key) {
    if (changed.text(key) == settings_.text(key) && changed.is_set(key) == settings_.is_set(key)) return;
    settings_ = std::move(changed);
    for (const Listener& listener : listeners_) listener(key);
}

void SettingsModel::set(std::string_view key, std::string_view value) {
    const Setting* setting = find_setting(key);
    if (!setting) return;
    Settings changed = settings_;
    try {
        if (value == setting->standard)
            changed.reset(key);
        else
            changed.set(key, value);
    } catch (const Error&) {
        return;
    }
    apply(std::move(changed), key);
}

void SettingsModel::set(std::string_view key, double value) {
    const Setting* setting = find_setting(key);
    if (!setting || std::isnan(value)) return;
    value = std::clamp(value, setting->low, setting->high);
    if (setting->kind == Setting::Kind::integer) return set(key, std::to_string(std::llround(value)));
    if (value == settings_.real(key)) return;  // "1000.0" set by a script stays as it was written
    Settings changed = settings_;
    if (value == Settings().real(key))
        changed.reset(key);
    else
        changed.set(key, value);
    apply(std::move(changed), key);
}

void SettingsModel::reset(std::string_view key) {
    Settings changed = settings_;
    changed.reset(key);
    apply(std::move(changed), key);
}

void SettingsModel::replace(const Settings& settings) {
    const Settings before = settings_;
    settings_ = settings;
    for (const Setting& setting : settings_table()) {
        if (before.text(setting.key) == settings.text(setting.key) &&
            before.is_set(setting.key) == settings.is_set(setting.key))
            continue;
        for (const Listener& listener : listeners_) listener(setting.key);
    }
}

}  // namespace neural_style
