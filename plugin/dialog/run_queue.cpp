#include "run_queue.hpp"

#include <algorithm>

#include "accessible_name.hpp"
#include "engine_sentences.hpp"
#include "signals.hpp"
#include "text.hpp"

namespace neural_style {

RunQueue::RunQueue(std::function<void()> run) : run_(std::move(run)) {
    box_ = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    GtkWidget* head = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    gtk_box_pack_start(GTK_BOX(head), new_heading(_("Queue")), TRUE, TRUE, 0);
    start_ = gtk_button_new_with_label(_("Paint the queue"));
    set_accessible_name(start_, _("Paint the queue"),
                        _("Paint the waiting jobs one after another, each as a layer of its own"));
    connect(start_, "clicked", [this] { run_(); });
    gtk_box_pack_end(GTK_BOX(head), start_, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box_), head, FALSE, FALSE, 0);

    GtkWidget* scroller = gtk_scrolled_window_new(nullptr, nullptr);
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_shadow_type(GTK_SCROLLED_WINDOW(scroller), GTK_SHADOW_IN);
    gtk_scrolled_window_set_max_content_height(GTK_SCROLLED_WINDOW(scroller), 132);
    gtk_scrolled_window_set_propagate_natural_height(GTK_SCROLLED_WINDOW(scroller), TRUE);
    rows_ = gtk_list_box_new();
    gtk_list_box_set_selection_mode(GTK_LIST_BOX(rows_), GTK_SELECTION_NONE);
    for (GtkWidget* widget : {rows_, scroller}) set_accessible_name(widget, _("Queue"));
    gtk_container_add(GTK_CONTAINER(scroller), rows_);
    gtk_box_pack_start(GTK_BOX(box_), scroller, FALSE, FALSE, 0);
    gtk_widget_show_all(box_);
    gtk_widget_hide(box_);
    gtk_widget_set_no_show_all(box_, TRUE);
}

void RunQueue::add(RunRequest request, const std::string& name, const std::string& details) {
    jobs_.emplace_back();
    Job& job = jobs_.back();
    job.request = std::move(request);
    job.name = filled(_("%d. %s"), ++count_, name.c_str());

    GtkWidget* row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    gtk_widget_set_margin_start(row, 9);
    job.label = gtk_label_new(job.name.c_str());
    gtk_label_set_xalign(GTK_LABEL(job.label), 0);
    gtk_label_set_ellipsize(GTK_LABEL(job.label), PANGO_ELLIPSIZE_MIDDLE);
    gtk_widget_set_tooltip_text(job.label, details.c_str());
    job.status = gtk_label_new(nullptr);
    gtk_label_set_xalign(GTK_LABEL(job.status), 1);
    gtk_label_set_ellipsize(GTK_LABEL(job.status), PANGO_ELLIPSIZE_END);
    add_style_class(job.status, "dim-label");
    job.remove = new_icon_button("edit-delete-symbolic", filled(_("Remove %s"), job.name.c_str()));
    connect(job.remove, "clicked", [this, gone = &job] { remove(gone); });
    gtk_box_pack_start(GTK_BOX(row), job.label, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(row), job.status, TRUE, TRUE, 0);
    gtk_box_pack_end(GTK_BOX(row), job.remove, FALSE, FALSE, 0);
    gtk_list_box_insert(GTK_LIST_BOX(rows_), row, -1);
    job.row = gtk_widget_get_parent(row);
    gtk_widget_set_can_focus(job.row, FALSE);
    gtk_list_box_row_set_activatable(GTK_LIST_BOX_ROW(job.row), FALSE);
    gtk_widget_show_all(job.row);
    set(job, State::waiting, _("Waiting"));
}

const RunQueue::Job* RunQueue::current() const {
    const auto found =
        std::find_if(jobs_.begin(), jobs_.end(), [](const Job& job) { return job.state == State::running; });
    return found == jobs_.end() ? nullptr : &*found;
}

const RunRequest* RunQueue::next() {
    for (Job& job : jobs_) {
        if (job.state != State::waiting) continue;
        set(job, State::running, _("Being painted"));
        return &job.request;
    }
    return nullptr;
}

void RunQueue::done() { end(State::done, _("Added as a layer")); }
void RunQueue::failed(const std::string& sentence) { end(State::failed, translated(sentence)); }
void RunQueue::interrupted() { end(State::waiting, _("Waiting")); }

void RunQueue::end(State state, const std::string& words) {
    for (Job& job : jobs_)
        if (job.state == State::running) return set(job, state, words);
}

void RunQueue::set(Job& job, State state, const std::string& words) {
    job.state = state;
    gtk_label_set_text(GTK_LABEL(job.status), words.c_str());
    gtk_widget_set_tooltip_text(job.status, words.c_str());
    set_accessible_description(job.row, words);
    show();
}

void RunQueue::remove(const Job* gone) {
    gtk_widget_destroy(gone->row);
    jobs_.remove_if([gone](const Job& job) { return &job == gone; });
    show();
}

void RunQueue::set_startable(bool startable) {
    startable_ = startable;
    show();
}

void RunQueue::show() {
    bool waits = false;
    for (const Job& job : jobs_) {
        waits |= job.state == State::waiting;
        gtk_widget_set_sensitive(job.remove, job.state != State::running);
    }
    gtk_widget_set_sensitive(start_, waits && startable_);
    gtk_widget_set_visible(box_, !jobs_.empty());
}

}  // namespace neural_style
