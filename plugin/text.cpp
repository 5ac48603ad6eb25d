#include "text.hpp"

#include <glib.h>

#include <clocale>
#include <cstdarg>

namespace neural_style {

std::string filled(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    gchar* text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    const std::string result = text;
    g_free(text);
    return result;
}

void use_translations(const char* folder) {
    std::setlocale(LC_ALL, "");
    bindtextdomain(GETTEXT_PACKAGE, folder);
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
    textdomain(GETTEXT_PACKAGE);  // GLib looks nothing up unless the default domain is translated
}

}  // namespace neural_style
