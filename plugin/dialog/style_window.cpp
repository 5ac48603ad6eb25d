#include "style_window.hpp"

#include <algorithm>
#include <utility>

#include "accessible_name.hpp"
#include "call_text.hpp"
#include "dropped_file.hpp"
#include "manual.hpp"
#include "neural-style/error.hpp"
#include "object_ref.hpp"
#include "text.hpp"
#include "window_frame.hpp"

namespace neural_style {
namespace {

constexpr int original_edge = 1024;  // of the original in the preview
constexpr unsigned draft_delay_milliseconds = 350;
constexpr int reset_column_width = 40;  // with the space before it
constexpr unsigned look_every_milliseconds = 2000;

}  // namespace

StyleWindow::StyleWindow(Host& host, WorkerClient& worker, const RunRequest& initial, const DialogOptions& options,
                         Deliver deliver, std::function<void()> closed)
    : host_(host),
      worker_(worker),
      deliver_(std::move(deliver)),
      closed_(std::move(closed)),
      content_(host.layer(initial.content)),
      model_(initial.settings),
      picker_(host, initial.content, state_.folder,
              [this](const std::string& trouble) { messages_.show(Cause::picture, trouble); }),
      presets_(model_, state_.folder, state_.favourites,
               [this](const Error& error) { messages_.show(error.cause(), error.what()); }),
      settings_(model_, presets_),
      results_(model_, picker_, preview_,
               [this] {
                   if (results_.shown()) runs_.no_draft();
                   show_activity(runs_.activity());
               }),
      queue_([this] { paint_queue(); }),
      engine_(
          model_, content_.width, content_.height, [this] { open_networks(); }, [this] { return planned_work(); }),
      actions_(
          {manual_file().empty() ? nullptr : std::function<void()>([this] { show_manual(); }), [this] { reset(); },
           [this] { close(); }, [this] { give_up(); },
           [this] {
               if (delivery_) return;           // it is finished and being kept
               if (reading_) return give_up();  // there is nothing to keep yet
               progress_.stopping();
               runs_.stop_and_keep();
           },
           [this] { add_to_queue(); }, [this] { start(); }, [this] { continue_result(); }, [this] { take_result(); }},
          is_narrow_screen()),
      runs_(worker, {[this](Activity activity) { show_activity(activity); },
                     [this](Activity activity, const ScaleEvent& event) {
                         engine_.began(event);
                         if (activity == Activity::full) progress_.show(event);
                     },
                     [this](Activity activity, const Evaluation& event) {
                         if (event.evaluation == 1 || event.scale != last_.scale) first_of_scale_ = event.evaluation;
                         last_ = event;
                         engine_.add(event);
                         if (activity != Activity::full) return;
                         progress_.show(event);
                         host_.progress(double(event.evaluation) / std::max(1, event.evaluations), _("Neural Style"));
                     },
                     [this](Activity activity, std::shared_ptr<const Image> picture) {
                         const auto words = activity == Activity::full
                                                ? filled(_("Evaluation %d of %d"), last_.evaluation, last_.evaluations)
                                                : filled(_("Draft, %d of %d"), last_.evaluation, last_.evaluations);
                         preview_.set_result(std::move(picture), words,
                                             activity == Activity::full ? running_.mask : draft_mask_);
                         preview_.set_notice("");
                     },
                     [this](Activity activity, Outcome outcome) {
                         ended(activity, std::make_shared<const Outcome>(std::move(outcome)));
                     }}) {
    build(options);
    presets_.add_to_menu(_("Copy as a Script-Fu Call"), [this] { copy(script_fu_call); });
    presets_.add_to_menu(_("Copy as a Command"), [this] { copy(command_call); });
    if (!initial.styles.empty()) {
        picker_.choose(initial.styles);
    } else {
        for (const Layer& layer : host_.layers()) {
            if (layer.id == content_.id) continue;
            picker_.choose({{layer.id, 1}});
            break;
        }
    }
    picker_.on_change([this] {
        results_.forget();
        show_activity(runs_.activity());
        engine_.plan();
        ask_for_draft(draft_delay_milliseconds);
    });
    model_.on_change([this](std::string_view key) {
        results_.forget();
        engine_.changed(key);
        ask_for_draft(draft_delay_milliseconds);
    });

    worker_.warm_up([this, alive = std::weak_ptr<int>(alive_)](const wire::Hello& hello) {
        if (alive.expired()) return;
        engine_.greeted(hello);
    });
    gtk_widget_show_all(window_);
    picker_.take_focus();  // not the search, so that what is pasted is a picture
    show_activity(Activity::idle);
    // Pixels are asked for only once the window is there to be seen.
    first_timer_.once(30, [this] { first_pictures(); });
    look_timer_.every(look_every_milliseconds, [this] {
        look_around();
        return !closing_;
    });
}

StyleWindow::~StyleWindow() {
    networks_.reset();
    gtk_widget_destroy(window_);
}

DialogResult StyleWindow::result() const {
    DialogResult result;
    result.request.content = content_.id;
    result.request.styles = outcome_ ? running_.styles : picker_.chosen();
    result.request.settings = outcome_ ? running_.settings : model_.settings();
    if (outcome_) {
        result.request.mask = running_.mask;
        result.request.origin = running_.origin;
    }
    result.outcome = outcome_;
    return result;
}

void StyleWindow::build(const DialogOptions& options) {
    window_ = new_window_frame(_("Neural Style"), options);
    set_size_on_screen(window_, state_.width, state_.height);
    if (state_.maximised) gtk_window_maximize(GTK_WINDOW(window_));
    settings_.set_advanced_open(state_.advanced_open);
    preview_.set_compares(state_.compares);
    preview_.set_dark(options.dark);
    actions_.set_closes_when_done(state_.closes_when_finished);
    connect(window_, "delete-event", [this]() -> gboolean {
        close();
        return TRUE;
    });
    connect(window_, "key-press-event", [this](GdkEventKey* event) -> gboolean { return key(event); });
    connect(window_, "focus-in-event", [this]() -> gboolean {
        look_around();
        picker_.refresh_thumbnails();
        look_at_selection();
        return FALSE;
    });

    DropTaker taker;
    taker.picture = [this](const std::string& file) { picker_.add_file(file); };
    taker.weights = [this](const std::string& file) {
        open_networks();
        networks_->offer(file);
    };
    taker.complain = [this](const std::string& sentence) { messages_.show(Cause::picture, sentence); };
    accept_drops(window_, std::move(taker));

    GtkWidget* outer = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_container_add(GTK_CONTAINER(window_), outer);
    gtk_box_pack_start(GTK_BOX(outer), messages_.widget(), FALSE, FALSE, 0);
    paned_ = gtk_paned_new(GTK_ORIENTATION_HORIZONTAL);
    set_accessible_name(paned_, _("Width of the settings"));
    gtk_paned_pack1(GTK_PANED(paned_), build_controls(), FALSE, FALSE);
    gtk_paned_pack2(GTK_PANED(paned_), build_pictures(), TRUE, FALSE);
    gtk_paned_set_position(GTK_PANED(paned_), state_.controls_width);
    gtk_box_pack_start(GTK_BOX(outer), paned_, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(outer), gtk_separator_new(GTK_ORIENTATION_HORIZONTAL), FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(outer), actions_.widget(), FALSE, FALSE, 0);
    gtk_window_set_default(GTK_WINDOW(window_), actions_.start_button());
}

GtkWidget* StyleWindow::build_content() {
    GtkWidget* row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    content_picture_ = gtk_image_new();
    gtk_widget_set_size_request(content_picture_, 64, 64);
    set_accessible_name(content_picture_, filled(_("Content: %s"), content_.name.c_str()));
    gtk_box_pack_start(GTK_BOX(row), content_picture_, FALSE, FALSE, 0);
    GtkWidget* words = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
    gtk_widget_set_valign(words, GTK_ALIGN_CENTER);
    GtkWidget* name = new_heading(content_.name);
    content_words_ = gtk_label_new(nullptr);
    gtk_label_set_xalign(GTK_LABEL(content_words_), 0);
    add_style_class(content_words_, "dim-label");
    show_content_size();
    for (GtkWidget* label : {name, content_words_}) {
        gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_MIDDLE);
        gtk_box_pack_start(GTK_BOX(words), label, FALSE, FALSE, 0);
    }
    gtk_box_pack_start(GTK_BOX(row), words, TRUE, TRUE, 0);
    return row;
}

void StyleWindow::show_content_size() {
    gtk_label_set_text(
        GTK_LABEL(content_words_),
        filled(_("%s, %d × %d pixels"), content_.image_name.c_str(), content_.width, content_.height).c_str());
}

GtkWidget* StyleWindow::build_controls() {
    GtkWidget* scroller = gtk_scrolled_window_new(nullptr, nullptr);
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
    set_accessible_name(scroller, _("Settings"));
    controls_ = gtk_box_new(GTK_ORIENTATION_VERTICAL, 18);
    gtk_widget_set_margin_top(controls_, 18);
    gtk_widget_set_margin_bottom(controls_, 18);
    gtk_widget_set_margin_start(controls_, 18);
    for (GtkWidget* widget : {build_content(), picker_.widget(), settings_.widget()}) {
        // The buttons that reset single settings stand in the margin: everything else ends at one line.
        gtk_widget_set_margin_end(widget, widget == settings_.widget() ? 4 : reset_column_width);
        gtk_box_pack_start(GTK_BOX(controls_), widget, FALSE, FALSE, 0);
    }
    gtk_container_add(GTK_CONTAINER(scroller), controls_);
    return scroller;
}

GtkWidget* StyleWindow::build_pictures() {
    GtkWidget* box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
    gtk_container_set_border_width(GTK_CONTAINER(box), 18);
    preview_.set_original({}, content_.width, content_.height);
    gtk_box_pack_start(GTK_BOX(box), preview_.widget(), TRUE, TRUE, 0);

    progress_revealer_ = gtk_revealer_new();
    gtk_container_add(GTK_CONTAINER(progress_revealer_), progress_.widget());
    gtk_box_pack_start(GTK_BOX(box), progress_revealer_, FALSE, FALSE, 0);

    gtk_box_pack_start(GTK_BOX(box), results_.widget(), FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box), queue_.widget(), FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box), engine_.widget(), FALSE, FALSE, 0);
    build_live_draft();
    // On a small screen, or in the midst of a run with a queue, there is less room than all of this needs.
    GtkWidget* scroller = gtk_scrolled_window_new(nullptr, nullptr);
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scroller), GTK_POLICY_AUTOMATIC, GTK_POLICY_AUTOMATIC);
    gtk_container_add(GTK_CONTAINER(scroller), box);
    set_accessible_name(scroller, _("Pictures"));
    return scroller;
}

void StyleWindow::build_live_draft() {
    live_draft_ = gtk_check_button_new_with_mnemonic(_("Li_ve draft"));
    set_accessible_name(live_draft_, without_mnemonic(_("Li_ve draft")),
                        _("Shows a small, quick picture after each change."));
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(live_draft_), state_.live_draft);
    gtk_box_pack_end(preview_.toolbar(), live_draft_, FALSE, FALSE, 12);
    connect(live_draft_, "toggled", [this] {
        if (gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(live_draft_)))
            ask_for_draft(0);
        else
            runs_.no_draft();
    });
}

void StyleWindow::first_pictures() {
    try {
        const int scale = gtk_widget_get_scale_factor(window_);
        const Image picture = host_.thumbnail(content_.id, original_edge);
        preview_.set_original(picture, content_.width, content_.height);
        const Surface surface = to_surface(host_.thumbnail(content_.id, 64 * scale));
        if (surface) cairo_surface_set_device_scale(surface.get(), scale, scale);
        gtk_image_set_from_surface(GTK_IMAGE(content_picture_), surface.get());
        first_timer_.when_idle([this] {  // GEGL alone takes a tenth of a second to begin with
            get_host_ready();
            return false;
        });
    } catch (const Error& error) {
        messages_.show(error.cause(), error.what());
    }
    ask_for_draft(0);
}

void StyleWindow::get_host_ready() {
    try {
        host_.get_ready(content_.id);
    } catch (const Error&) {  // gone meanwhile: looking around finds out and says so
    }
}

void StyleWindow::look_around() {
    if (closing_) return;
    bool usable = true;
    try {
        // A run has its pixels and its mask already, and its picture finds a place whatever becomes of the layer.
        if (runs_.activity() == Activity::full) {
            host_.layer(content_.id);
        } else {
            host_.check_content(content_.id);
            look_at_size();
        }
    } catch (const Error& error) {
        usable = false;
        if (content_usable_ && runs_.activity() == Activity::full && !reading_) {
            messages_.show(error.cause(), _("The layer that is being painted is gone. Its picture will become an image "
                                            "of its own."));
        } else if (content_usable_) {
            give_up();
            runs_.no_draft();
            messages_.show(error.cause(), error.what());
        }
    }
    if (usable && !content_usable_) messages_.hide();
    content_usable_ = usable;
    try {
        picker_.refresh();
    } catch (const Error& error) {
        messages_.show(error.cause(), error.what());
    }
    show_activity(runs_.activity());
}

void StyleWindow::look_at_size() {
    const Layer now = host_.layer(content_.id);
    if (now.width == content_.width && now.height == content_.height) return;
    content_ = now;
    show_content_size();
    engine_.set_size(now.width, now.height);
    results_.forget();
    preview_.set_result(nullptr, {});
    first_pictures();
}

void StyleWindow::copy(std::string (*call)(Host&, const RunRequest&)) {
    messages_.hide();
    try {
        const RunRequest request = {content_.id, picker_.chosen(), model_.settings()};
        check(host_, request);
        const std::string text = call(host_, request);
        GtkClipboard* clipboard = gtk_widget_get_clipboard(window_, GDK_SELECTION_CLIPBOARD);
        gtk_clipboard_set_text(clipboard, text.c_str(), int(text.size()));
        gtk_clipboard_set_can_store(clipboard, nullptr, 0);  // it may outlive the window where the desktop keeps it
    } catch (const Error& error) {
        messages_.show(error.cause(), error.what());
    }
}

void StyleWindow::reset() {
    messages_.hide();
    model_.replace({});
}

void StyleWindow::close() {
    if (std::exchange(closing_, true)) return;
    while (delivery_) deliver_some();
    keep_state();
    runs_.close();
    look_timer_.stop();
    first_timer_.stop();
    parts_timer_.stop();
    closed_();
}

void StyleWindow::show_manual() {
    try {
        open_manual(GTK_WINDOW(window_));
    } catch (const Error& error) {
        messages_.show(error.cause(), error.what());
    }
}

void StyleWindow::open_networks() {
    if (!networks_)
        networks_ = std::make_unique<NetworkPage>(
            GTK_WINDOW(window_), model_, state_.folder, [this] { ask_for_draft(0); }, [this] { networks_.reset(); });
    networks_->present();
}

void StyleWindow::keep_state() {
    state_.maximised = gtk_window_is_maximized(GTK_WINDOW(window_));
    if (!state_.maximised) gtk_window_get_size(GTK_WINDOW(window_), &state_.width, &state_.height);
    state_.controls_width = gtk_paned_get_position(GTK_PANED(paned_));
    state_.advanced_open = settings_.advanced_open();
    state_.compares = preview_.compares();
    state_.closes_when_finished = actions_.closes_when_done();
    state_.live_draft = gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(live_draft_));
    state_.save();
}

bool StyleWindow::key(const GdkEventKey* event) {
    const bool pastes =
        event->keyval == GDK_KEY_v && (event->state & gtk_accelerator_get_default_mod_mask()) == GDK_CONTROL_MASK;
    if (pastes && !GTK_IS_EDITABLE(gtk_window_get_focus(GTK_WINDOW(window_))) && runs_.activity() != Activity::full) {
        picker_.paste();
        return true;
    }
    if (event->keyval == GDK_KEY_F1 && !manual_file().empty()) {
        show_manual();
        return true;
    }
    if (event->keyval != GDK_KEY_Escape) return false;
    GtkWidget* focus = gtk_window_get_focus(GTK_WINDOW(window_));
    if (GTK_IS_SEARCH_ENTRY(focus) && gtk_entry_get_text_length(GTK_ENTRY(focus)) > 0) return false;  // empties it
    // Not the end of everything by a slip of the finger: a run goes first.
    if (runs_.activity() == Activity::full)
        give_up();
    else
        close();
    return true;
}

void StyleWindow::show_activity(Activity activity) {
    if (closing_) return;
    const bool runs = activity == Activity::full;
    gtk_widget_set_sensitive(controls_, !runs);
    gtk_widget_set_sensitive(live_draft_, !runs);
    results_.set_visible(!runs);
    show_actions();
    gtk_revealer_set_reveal_child(GTK_REVEALER(progress_revealer_), runs);
    if (picker_.chosen().empty())
        preview_.set_notice(_("Choose a style"));
    else
        preview_.set_notice("");
}

void StyleWindow::show_actions() {
    const auto state = runs_.activity() == Activity::full ? ActionRow::State::running
                       : results_.shown()                 ? ActionRow::State::result
                                                          : ActionRow::State::choosing;
    actions_.show(state, content_usable_ && !picker_.chosen().empty());
    queue_.set_startable(content_usable_ && state != ActionRow::State::running);
}

}  // namespace neural_style
