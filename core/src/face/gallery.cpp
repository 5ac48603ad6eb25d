#include "neural-style/gallery.hpp"

#include <filesystem>
#include <fstream>

#include "neural-style/data_folder.hpp"
#include "neural-style/error.hpp"

namespace fs = std::filesystem;

namespace neural_style {
namespace {

std::string* field(GalleryPicture& picture, const std::string& key) {
    if (key == "title") return &picture.title;
    if (key == "author") return &picture.author;
    if (key == "licence") return &picture.licence;
    return nullptr;  // how it was painted, which is tools/paint-gallery's own
}

}  // namespace

std::vector<GalleryPicture> gallery_in(const std::string& folder) {
    std::vector<GalleryPicture> pictures;
    std::ifstream catalogue(fs::path(folder) / "gallery.ini");
    for (std::string line; std::getline(catalogue, line);) {
        const auto equals = line.find('=');
        if (line.size() > 2 && line.front() == '[' && line.back() == ']') {
            const std::string name = line.substr(1, line.size() - 2);
            pictures.push_back({name, name, "", "", (fs::path(folder) / (name + ".jpg")).string()});
        } else if (!pictures.empty() && equals != std::string::npos) {
            if (std::string* const value = field(pictures.back(), line.substr(0, equals)))
                *value = line.substr(equals + 1);
        }
    }
    std::vector<GalleryPicture> there;
    std::error_code ignored;
    for (GalleryPicture& picture : pictures)
        if (fs::is_regular_file(picture.file, ignored)) there.push_back(std::move(picture));
    return there;
}

std::vector<GalleryPicture> gallery() { return gallery_in((fs::path(data_folder()) / "gallery").string()); }

std::string gallery_file(const std::string& name) {
    std::string known;
    for (const GalleryPicture& picture : gallery()) {
        if (picture.name == name) return picture.file;
        known += (known.empty() ? "" : ", ") + picture.name;
    }
    if (known.empty())
        throw Error(Cause::settings, "The gallery's pictures are not where the program looks for them, in " +
                                         data_folder() + "/gallery; install the program again, or name a file.");
    throw Error(Cause::settings,
                "There is no picture called \"" + name + "\" in the gallery; there are " + known + ".");
}

}  // namespace neural_style
