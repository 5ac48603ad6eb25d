// The networks that there are, to choose one or to get its weights, with the download's progress. Used by the window;
// main thread.
#pragma once

#include <gtk/gtk.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine_command.hpp"
#include "settings_model.hpp"

namespace neural_style {

class NetworkPage {
public:
    /// Opens over `parent`. `closed` is called when the person closes it; destroying it closes it too. `installed` is
    /// called after weights arrived.
    NetworkPage(GtkWindow* parent, SettingsModel& model, std::function<void()> installed, std::function<void()> closed);
    ~NetworkPage();
    NetworkPage(const NetworkPage&) = delete;
    NetworkPage& operator=(const NetworkPage&) = delete;

    void present();

private:
    struct Network {
        std::string name, title;
        std::vector<std::string> lines;  ///< as the engine describes it; the first is whether it is installed
        bool usable = false;
    };
    void list();
    void take_line(const std::string& line);
    void show_list();
    void add_row(const Network& network);
    void get(const Network& network);
    void show_progress(const std::string& line);

    SettingsModel& model_;
    std::function<void()> installed_, closed_;
    GtkWidget* dialog_;
    GtkWidget* rows_;
    GtkWidget* progress_;
    GtkWidget* stop_;
    GtkWidget* message_;
    std::vector<Network> networks_;
    std::string last_line_;
    bool stopped_ = false;
    std::unique_ptr<EngineCommand> listing_, getting_;
};

}  // namespace neural_style
