// Pictures from files and from the clipboard, read aside of the main loop. Used by the style picker, and by runs that
// are made again; main thread.
#pragma once

#include <gtk/gtk.h>

#include <functional>
#include <memory>
#include <string>

#include "neural-style/image.hpp"

namespace neural_style {

struct NamedPicture {
    std::string name;                      ///< of the file, without its folder
    std::shared_ptr<const Image> picture;  ///< null: could not be read
    std::string trouble;                   ///< why, one translated sentence
    std::string file;                      ///< with its folder; "" for the clipboard's
};

/// Reads the file on another thread, turned as its camera meant it, at most 4096 pixels long, in sRGB, and calls `done`
/// from the main loop. PNG, JPEG, TIFF, WebP, PPM and PFM are read as the command line reads them, see
/// picture_reader.hpp; other kinds by GdkPixbuf, where they have no colour profile but sRGB.
void read_picture_file(const std::string& file, std::function<void(NamedPicture)> done);

/// The same at once, for a run without a window. Throws Error(Cause::picture).
std::shared_ptr<const Image> read_picture(const std::string& file);

/// The picture on the clipboard, if there is one.
void paste_picture(GtkWidget* near, std::function<void(NamedPicture)> done);

/// The mean of what falls onto each pixel of a picture within edge × edge; never larger than it was.
Image fitted(const Image& picture, int edge);

}  // namespace neural_style
