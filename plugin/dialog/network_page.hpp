// The networks that there are, to choose one or to get its weights, from the net or from a file, with the progress.
// Used by the window; main thread.
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
    /// called after weights arrived. `folder` is where files were last looked for; kept up to date.
    NetworkPage(GtkWindow* parent, SettingsModel& model, std::string& folder, std::function<void()> installed,
                std::function<void()> closed);
    ~NetworkPage();
    NetworkPage(const NetworkPage&) = delete;
    NetworkPage& operator=(const NetworkPage&) = delete;

    void present();

    /// Asks as which network the weights in `file` are to be installed, with a guess from its name.
    void offer(const std::string& file);

private:
    struct Network {
        std::string name, title;
        std::vector<std::string> lines;  ///< as the engine describes it; the first is whether it is installed
        bool usable = false, built_in = false;
    };
    void list();
    void take_line(const std::string& line);
    void show_list();
    void add_row(const Network& network);
    GtkWidget* build_offer();
    void show_offer();
    void take_offer();
    void say(const std::string& sentence);
    void get(const Network& network);
    void install(const Network& network, const std::string& file);
    /// Runs `--get-network` with `more` arguments; `end` is told how it ended, once the list is being made anew.
    void run(const Network& network, const std::vector<std::string>& more, const std::string& stop_label,
             std::function<void(bool succeeded)> end);
    void installed_from_file(const Network& tried, const std::string& file, bool succeeded);
    std::string engine_sentence() const;  ///< its last one
    void show_progress(const std::string& line);

    SettingsModel& model_;
    std::string& folder_;
    std::function<void()> installed_, closed_;
    GtkWidget* dialog_;
    GtkWidget* rows_;
    GtkWidget* progress_;
    GtkWidget* stop_;
    GtkWidget* message_;
    GtkWidget *offer_, *offer_words_, *offer_networks_, *offer_take_, *from_file_;
    std::string offered_file_;  ///< "": none
    std::vector<Network> networks_;
    std::string last_line_;
    bool stopped_ = false;
    std::string followed_;  ///< the file that was given to another network as the engine advised: once is enough
    std::unique_ptr<EngineCommand> listing_, getting_;
};

}  // namespace neural_style
