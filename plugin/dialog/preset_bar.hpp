// Which preset the settings are, with a grid to choose another, and a menu to keep and manage one's own. Used by the
// window; main thread.
#pragma once

#include <gtk/gtk.h>

#include <functional>
#include <string>

#include "neural-style/error.hpp"
#include "presets.hpp"
#include "settings_model.hpp"

namespace neural_style {

class PresetBar {
public:
    /// `folder` is where preset files were last read or written, `favourites` says which presets come first; both are
    /// kept up to date. `complain` is told of errors.
    PresetBar(SettingsModel& model, std::string& folder, std::string& favourites,
              std::function<void(const Error&)> complain);

    GtkWidget* widget() const { return box_; }
    GtkWidget* button() const { return button_; }  ///< that opens the grid

    /// Puts something else that is done with the settings at the end of the menu.
    void add_to_menu(const std::string& label, std::function<void()> clicked);

private:
    void build_grid();
    void build_menu();
    void fill();       ///< the grid, from what presets there are now
    void show_name();  ///< of the preset that the settings are
    void apply(const Settings& settings);
    void save_as();
    void rename();
    void remove();
    void import();
    void export_();
    bool is_favourite(const Preset& preset) const;
    void set_favourite(const Preset& preset, bool favourite);
    void search_changed();
    void attempt(const std::function<void()>& action);
    const Preset* current() const;

    SettingsModel& model_;
    std::string& folder_;
    std::string& favourites_;  ///< their keys, each after a "|"
    std::function<void(const Error&)> complain_;
    std::vector<Preset> presets_;
    GtkWidget* box_;
    GtkWidget* button_;
    GtkWidget* name_;
    GtkWidget* popover_;
    GtkWidget* flow_;
    GtkWidget* menu_;
    GtkWidget* search_;
    GtkWidget* favourite_ = nullptr;
    GtkWidget* rename_ = nullptr;
    GtkWidget* remove_ = nullptr;
    bool has_additions_ = false;
};

}  // namespace neural_style
