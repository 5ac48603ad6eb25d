// The settings being edited, and who wants to hear of changes. Shared by every control of the dialog; main thread.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "neural-style/settings.hpp"

namespace neural_style {

class SettingsModel {
public:
    using Listener = std::function<void(std::string_view key)>;

    explicit SettingsModel(Settings settings) : settings_(std::move(settings)) {}

    const Settings& settings() const { return settings_; }

    /// Numbers are cut to the setting's range, and a value that equals the default counts as not set by hand. A text or
    /// choice that is not allowed changes nothing.
    void set(std::string_view key, std::string_view value);
    void set(std::string_view key, double value);
    void reset(std::string_view key);

    /// Takes over all values at once; listeners hear of each key that changed.
    void replace(const Settings& settings);

    /// Called after each change, never for a value set to what it was. Listeners live as long as the model.
    void on_change(Listener listener) { listeners_.push_back(std::move(listener)); }

private:
    void apply(Settings changed, std::string_view key);

    Settings settings_;
    std::vector<Listener> listeners_;
};

}  // namespace neural_style
