#include "window_frame.hpp"

#ifdef GDK_WINDOWING_X11
#include <gdk/gdkx.h>
#endif

#include <algorithm>

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

// Where the pointer is: there GTK puts a window that is centred.
GdkRectangle room_on_screen(GdkDisplay* display) {
    GdkRectangle room = {0, 0, 0, 0};
    int x = 0, y = 0;
    gdk_device_get_position(gdk_seat_get_pointer(gdk_display_get_default_seat(display)), nullptr, &x, &y);
    if (GdkMonitor* monitor = gdk_display_get_monitor_at_point(display, x, y)) gdk_monitor_get_workarea(monitor, &room);
    return room;
}

}  // namespace

bool is_narrow_screen() {
    const int width = room_on_screen(gdk_display_get_default()).width;
    return width > 0 && width < 1200;
}

void set_size_on_screen(GtkWidget* window, int width, int height) {
    constexpr int border = 8, title_and_border = 40;  // of the window manager's making, which nobody knows yet
    const GdkRectangle room = room_on_screen(gtk_widget_get_display(window));
    if (room.width > 0 && room.height > 0) {
        width = std::min(width, room.width - border);
        height = std::min(height, room.height - title_and_border);
    }
    gtk_window_set_default_size(GTK_WINDOW(window), width, height);
}

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
