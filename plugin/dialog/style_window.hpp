// The window itself: puts the panels together and leads from choosing through the run to the outcome. Used by
// run_dialog(); main thread.
#pragma once

#include <gtk/gtk.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "action_row.hpp"
#include "dialog.hpp"
#include "engine_line.hpp"
#include "engine_request.hpp"
#include "message_bar.hpp"
#include "network_page.hpp"
#include "preset_bar.hpp"
#include "preview_view.hpp"
#include "progress_panel.hpp"
#include "result_desk.hpp"
#include "run_control.hpp"
#include "run_queue.hpp"
#include "settings_model.hpp"
#include "settings_panel.hpp"
#include "style_picker.hpp"
#include "window_state.hpp"

namespace neural_style {

class StyleWindow {
public:
    /// Shows the window; `closed` is called once, from the main loop, when `result()` stands. `deliver` takes the
    /// pictures of the queue.
    StyleWindow(Host& host, WorkerClient& worker, const RunRequest& initial, const DialogOptions& options,
                Deliver deliver, std::function<void()> closed);
    ~StyleWindow();
    StyleWindow(const StyleWindow&) = delete;
    StyleWindow& operator=(const StyleWindow&) = delete;

    DialogResult result() const;

private:
    using Activity = RunControl::Activity;

    void build(const DialogOptions& options);
    GtkWidget* build_content();
    void show_content_size();
    GtkWidget* build_controls();
    GtkWidget* build_pictures();
    void build_live_draft();
    void show_manual();
    void open_networks();
    void keep_state();
    void first_pictures();
    void get_host_ready();
    void look_at_size();  ///< the content may have been cropped or scaled
    void look_around();   ///< which layers there are now, and whether the content still is

    std::optional<Request> draft_request();
    std::shared_ptr<const Mask> small_mask();        ///< of what a draft may paint; null: of everything
    void look_at_selection();                        ///< a draft is of what is selected now
    std::optional<EngineLine::Work> planned_work();  ///< none while a run has the engine
    void ask_for_draft(unsigned delay_milliseconds);
    void copy(std::string (*call)(Host&, const RunRequest&));  ///< the run that Start would begin, as text
    void start();
    /// Reads what `request` names while the window stays alive, then begins the full run; `init` is what it starts
    /// from, if anything; then `evaluations` more or, if given, only these `scales`. Throws for what cannot be run;
    /// what turns out later is told by cannot_start().
    void start(const RunRequest& request, std::shared_ptr<const Image> init = {}, int evaluations = 0,
               const std::string& scales = {});
    void go_on_from(std::shared_ptr<const Outcome> failed);  ///< with what the run that failed has left to do
    void cannot_start(const Error& error);
    void give_up();
    void add_to_queue();
    void paint_queue();
    void deliver_job(std::shared_ptr<const Outcome> outcome);
    bool deliver_some();  ///< false once the job's layer is there, or cannot be
    void continue_result();
    void take_result();
    void reset();
    void close();
    bool key(const GdkEventKey* event);
    bool can_deliver();  ///< whether the image takes a layer now; says why not

    void show_activity(Activity activity);
    void show_actions();
    void show_failure(Activity activity, std::shared_ptr<const Outcome> outcome);
    void ended(Activity activity, std::shared_ptr<const Outcome> outcome);

    Host& host_;
    WorkerClient& worker_;
    Deliver deliver_;
    std::function<void()> closed_;
    Layer content_;
    bool content_usable_ = true;
    bool closing_ = false;
    std::shared_ptr<const Outcome> outcome_;  ///< that closed the window

    WindowState state_ = WindowState::load();
    SettingsModel model_;
    MessageBar messages_;
    StylePicker picker_;
    PresetBar presets_;
    SettingsPanel settings_;
    PreviewView preview_;
    ProgressPanel progress_;
    ResultDesk results_;
    RunQueue queue_;
    EngineLine engine_;
    ActionRow actions_;
    RunControl runs_;
    Timer look_timer_, first_timer_, parts_timer_;

    GtkWidget* window_ = nullptr;
    GtkWidget* paned_ = nullptr;
    GtkWidget* controls_ = nullptr;
    GtkWidget* content_picture_ = nullptr;
    GtkWidget* content_words_ = nullptr;
    GtkWidget* progress_revealer_ = nullptr;
    GtkWidget* live_draft_ = nullptr;
    std::unique_ptr<NetworkPage> networks_;                 ///< while it is open
    std::unique_ptr<RequestReading> reading_;               ///< for the full run that is about to begin
    Delivery delivery_;                                     ///< of the queue's job that has just been painted
    bool queue_goes_on_ = true;                             ///< after that
    Evaluation last_;                                       ///< of the present run
    int first_of_scale_ = 1;                                ///< evaluation of its present scale
    Settings asked_;                                        ///< of the engine, for the present full run
    std::shared_ptr<const Mask> draft_mask_;                ///< of the present draft
    RunRequest running_;                                    ///< what the present full run is of
    std::shared_ptr<int> alive_ = std::make_shared<int>();  ///< for calls that may come after our end
};

}  // namespace neural_style
