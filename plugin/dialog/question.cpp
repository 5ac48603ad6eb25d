#include "question.hpp"

#include "accessible_name.hpp"
#include "signals.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

GtkWindow* window_of(GtkWidget* near) { return GTK_WINDOW(gtk_widget_get_toplevel(near)); }

}  // namespace

void ask_for_name(GtkWidget* near, const std::string& title, const std::string& initial, const std::string& accept,
                  Answer answer) {
    GtkWidget* dialog = gtk_dialog_new_with_buttons(
        title.c_str(), window_of(near), GtkDialogFlags(GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT), _("_Cancel"),
        GTK_RESPONSE_CANCEL, accept.c_str(), GTK_RESPONSE_ACCEPT, nullptr);
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_ACCEPT);
    gtk_window_set_resizable(GTK_WINDOW(dialog), FALSE);
    GtkWidget* entry = gtk_entry_new();
    gtk_entry_set_text(GTK_ENTRY(entry), initial.c_str());
    gtk_entry_set_width_chars(GTK_ENTRY(entry), 32);
    gtk_entry_set_activates_default(GTK_ENTRY(entry), TRUE);
    GtkWidget* row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    gtk_container_set_border_width(GTK_CONTAINER(row), 12);
    gtk_box_pack_start(GTK_BOX(row), new_label_for(entry, _("_Name")), FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(row), entry, TRUE, TRUE, 0);
    gtk_container_add(GTK_CONTAINER(gtk_dialog_get_content_area(GTK_DIALOG(dialog))), row);
    const auto check = [dialog, entry] {
        gtk_dialog_set_response_sensitive(GTK_DIALOG(dialog), GTK_RESPONSE_ACCEPT,
                                          gtk_entry_get_text_length(GTK_ENTRY(entry)) > 0);
    };
    connect(entry, "changed", check);
    check();
    connect(dialog, "response", [dialog, entry, answer = std::move(answer)](int response) {
        const std::string name = gtk_entry_get_text(GTK_ENTRY(entry));
        const Answer call = answer;  // outlives the dialog
        gtk_widget_destroy(dialog);
        if (response == GTK_RESPONSE_ACCEPT && !name.empty()) call(name);
    });
    gtk_widget_show_all(dialog);
}

void ask_for_file(GtkWidget* near, const FileQuestion& question, Answer answer) {
    GtkFileChooserNative* native = gtk_file_chooser_native_new(
        question.title.c_str(), window_of(near),
        question.saves ? GTK_FILE_CHOOSER_ACTION_SAVE : GTK_FILE_CHOOSER_ACTION_OPEN, question.accept.c_str(), nullptr);
    GtkFileChooser* chooser = GTK_FILE_CHOOSER(native);
    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(native), TRUE);
    if (!question.folder.empty()) gtk_file_chooser_set_current_folder(chooser, question.folder.c_str());
    if (question.saves) {
        gtk_file_chooser_set_do_overwrite_confirmation(chooser, TRUE);
        gtk_file_chooser_set_current_name(chooser, question.suggested_name.c_str());
    }
    if (!question.filter_name.empty()) {
        GtkFileFilter* filter = gtk_file_filter_new();
        gtk_file_filter_set_name(filter, question.filter_name.c_str());
        if (question.patterns.empty()) gtk_file_filter_add_pixbuf_formats(filter);
        for (const std::string& pattern : question.patterns) gtk_file_filter_add_pattern(filter, pattern.c_str());
        gtk_file_chooser_add_filter(chooser, filter);
    }
    connect(native, "response", [native, answer = std::move(answer)](int response) {
        const Answer call = answer;
        char* name =
            response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_filename(GTK_FILE_CHOOSER(native)) : nullptr;
        const std::string file = name ? name : "";
        g_free(name);
        gtk_native_dialog_destroy(GTK_NATIVE_DIALOG(native));
        g_object_unref(native);
        if (!file.empty()) call(file);
    });
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(native));
}

void ask_whether(GtkWidget* near, const std::string& question, const std::string& accept,
                 std::function<void()> answer) {
    GtkWidget* dialog =
        gtk_message_dialog_new(window_of(near), GtkDialogFlags(GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT),
                               GTK_MESSAGE_QUESTION, GTK_BUTTONS_NONE, "%s", question.c_str());
    gtk_dialog_add_buttons(GTK_DIALOG(dialog), _("_Cancel"), GTK_RESPONSE_CANCEL, accept.c_str(), GTK_RESPONSE_ACCEPT,
                           nullptr);
    connect(dialog, "response", [dialog, answer = std::move(answer)](int response) {
        const auto call = answer;
        gtk_widget_destroy(dialog);
        if (response == GTK_RESPONSE_ACCEPT) call();
    });
    gtk_widget_show_all(dialog);
}

}  // namespace neural_style
