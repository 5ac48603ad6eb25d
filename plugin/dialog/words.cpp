#include "words.hpp"

#include <algorithm>
#include <cmath>

#include "text.hpp"
namespace neural_style {

std::string duration_words(double seconds) {
    if (seconds < 57.5) {
        // steps of five, so that the words don't change all the time
        const int count = seconds < 10 ? std::max(1, int(std::lround(seconds))) : 5 * int(std::lround(seconds / 5));
        return filled(g_dngettext(GETTEXT_PACKAGE, "about %d second", "about %d seconds", count), count);
    }
    if (seconds < 90 * 60) {
        const int count = std::max(1, int(std::lround(seconds / 60)));
        return filled(g_dngettext(GETTEXT_PACKAGE, "about %d minute", "about %d minutes", count), count);
    }
    const int count = int(std::lround(seconds / 3600));
    return filled(g_dngettext(GETTEXT_PACKAGE, "about %d hour", "about %d hours", count), count);
}

std::string memory_words(double mebibytes) {
    if (mebibytes < 1024) return filled(_("%.0f MiB"), mebibytes);
    return filled(_("%.1f GiB"), mebibytes / 1024);
}

}  // namespace neural_style
