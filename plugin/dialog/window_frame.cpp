#include "window_frame.hpp"

#ifdef GDK_WINDOWING_X11
#include <gdk/gdkx.h>
#endif

#include "object_ref.hpp"
#include "signals.hpp"

namespace neural_style {
namespace {

const char style_sheet[] = R"(
.heading { font-weight: bold; }
.small { font-size: smaller; }
.numeric { font-feature-settings: "tnum"; }
.row-reset { padding: 3px; min-width: 16px; min-height: 16px; }
.styles flowboxchild { padding: 6px; border-radius: 6px; }
/* legible on the colour of what is chosen, also while a run has the window */
.styles flowboxchild:selected label { color: @theme_selected_fg_color; opacity: 1; }
.results button.shown { background-image: none; background-color: @theme_selected_bg_color; }
.results button.shown label { color: @theme_selected_fg_color; }
/* a neutral grey, so that colours look as they are */
.preview { background-color: #c9c9c9; }
.preview.dark { background-color: #262626; }
)";

// Who needs high contrast needs it for what is said aside too.
const char contrast_sheet[] = ".dim-label { opacity: 1; }";

bool is_high_contrast() {
    gchar* name = nullptr;
    g_object_get(gtk_settings_get_default(), "gtk-theme-name", &name, nullptr);
    const gchar* given = g_getenv("GTK_THEME");  // goes before the setting
    const bool high = g_str_has_prefix(given ? given : name ? name : "", "HighContrast");
    g_free(name);
    return high;
}

void use_style_sheet(const char* text) {
    const auto sheet = ObjectRef<GtkCssProvider>::take(gtk_css_provider_new());
    gtk_css_provider_load_from_data(sheet.get(), text, -1, nullptr);
    gtk_style_context_add_provider_for_screen(gdk_screen_get_default(), GTK_STYLE_PROVIDER(sheet.get()),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

void stay_above(GtkWidget* window, unsigned long parent) {
#ifdef GDK_WINDOWING_X11
    GdkDisplay* display = gtk_widget_get_display(window);
    if (parent == 0 || !GDK_IS_X11_DISPLAY(display)) return;
    const auto above = ObjectRef<GdkWindow>::take(gdk_x11_window_foreign_new_for_display(display, parent));
    if (above) gdk_window_set_transient_for(gtk_widget_get_window(window), above.get());
#endif
}

}  // namespace

GtkWidget* new_window_frame(const char* title, const DialogOptions& options) {
    g_object_set(gtk_settings_get_default(), "gtk-application-prefer-dark-theme", gboolean(options.dark), nullptr);
    use_style_sheet(style_sheet);
    if (is_high_contrast()) use_style_sheet(contrast_sheet);
    GtkWidget* window = gtk_window_new(GTK_WINDOW_TOPLEVEL);
    gtk_window_set_title(GTK_WINDOW(window), title);
    gtk_window_set_role(GTK_WINDOW(window), "neural-style");
    gtk_window_set_icon_name(GTK_WINDOW(window), "gimp");
    gtk_window_set_position(GTK_WINDOW(window), GTK_WIN_POS_CENTER);
    connect(window, "realize", [window, parent = options.parent_window] { stay_above(window, parent); });
    return window;
}

}  // namespace neural_style
