// The style pictures that come with the program, for those who have no painting at hand.
#pragma once

#include <string>
#include <vector>

namespace neural_style {

struct GalleryPicture {
    std::string name;   ///< "kilim": what is asked for
    std::string title;  ///< "Woven Rug": what is shown
    std::string author, licence;
    std::string file;  ///< its path
};

/// In the order of the catalogue, gallery.ini in `folder`; what has no file there is left out. Empty where there is no
/// catalogue, as in a program that was copied without its data.
std::vector<GalleryPicture> gallery_in(const std::string& folder);
std::vector<GalleryPicture> gallery();  ///< of the program's own data folder

/// The path of the picture of that name. Throws Error(Cause::settings), which lists what there is.
std::string gallery_file(const std::string& name);

}  // namespace neural_style
