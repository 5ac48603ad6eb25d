// Sentences for people. `_()` marks one and looks up its translation; everything that a person reads in GIMP is made
// with it, here in plugin/. Any thread.
#pragma once

#include <glib/gi18n-lib.h>  // _(), N_() and ngettext-like lookups in the domain GETTEXT_PACKAGE, "neural-style"

#include <string>

namespace neural_style {

/// printf into a string: filled(_("No layer is called “%s”."), name).
std::string filled(const char* format, ...) G_GNUC_PRINTF(1, 2);

/// Readies the translations that were installed in `folder`. Once, before the first sentence.
void use_translations(const char* folder);

}  // namespace neural_style
