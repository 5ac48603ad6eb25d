#include "picture_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "neural-style/error.hpp"
#include "picture_kind.hpp"
#include "pixmap.hpp"
#ifdef HAVE_VIPS
#include "vips_picture.hpp"
#endif

namespace fs = std::filesystem;

namespace neural_style {
namespace {

std::string ending(const std::string& path) {
    const auto dot = path.rfind('.');
    const auto slash = path.rfind('/');
    if (dot == std::string::npos || (slash != std::string::npos && dot < slash)) return {};
    std::string text = path.substr(dot);
    for (char& character : text)
        if (character >= 'A' && character <= 'Z') character = char(character - 'A' + 'a');
    return text;
}

std::string folder(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

bool can_be_written(const std::string& path) {
#ifdef HAVE_VIPS
    const std::string kind = ending(path);
    if (kind == ".png" || kind == ".tif" || kind == ".tiff") return true;
#endif
    return is_pixmap(path);
}

// An empty file of our own beside the result, hidden and with the ending that says what it is. Never one that is there
// already: in a folder that others may write to it could lead elsewhere.
std::string new_file_beside(const std::string& path, const std::string& kind) {
    const std::string start = folder(path) + "/.neural-style-" + std::to_string(getpid());
    for (int number = 0; number < 100; ++number) {
        const std::string name = start + (number ? "-" + std::to_string(number) : "") + kind;
        const int file = open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (file >= 0) {
            close(file);
            return name;
        }
        if (errno != EEXIST) break;
    }
    throw Error(Cause::output, "The result " + path + " cannot be written; choose another folder or free some space.");
}

// What was written must be on the disk before its name says that it is there. Some disks tell only now that they are
// full.
bool written_through(const std::string& path) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    const bool there = fsync(file) == 0 || errno == EINVAL;  // a system that cannot say so is believed
    close(file);
    return there;
}

void write_to(const std::string& path, const PictureFile& picture) {
    if (is_pixmap(path)) return write_pixmap(path, picture);
#ifdef HAVE_VIPS
    write_with_vips(path, picture);
#endif
}

}  // namespace

PictureFile read_picture(const std::string& path, int edge) {
    struct stat status;
    if (stat(path.c_str(), &status) != 0)
        throw Error(Cause::picture, "There is no picture " + path + "; check the name.");
    if (S_ISDIR(status.st_mode)) throw Error(Cause::picture, path + " is a folder; name a picture file.");
    if (kind_of_picture(path) == PictureKind::pixmap) return read_pixmap(path);
#ifdef HAVE_VIPS
    return read_with_vips(path, edge);
#else
    static_cast<void>(edge);
    throw Error(Cause::picture, "This build reads PPM and PFM pictures only; convert " + path + " first.");
#endif
}

int longest_edge(const std::string& path) {
#ifdef HAVE_VIPS
    if (kind_of_picture(path) != PictureKind::pixmap) return longest_edge_with_vips(path);
#endif
    const Image picture = read_picture(path).image;
    return std::max(picture.width, picture.height);
}

Mask read_mask(const std::string& path, int edge) {
    const Image picture = read_picture(path, edge).image;
    Mask brightness{picture.width, picture.height, {}}, opacity = brightness;
    float darkest = 1, brightest = 0, most_colour = 0, most_opaque = 0;
    for (std::size_t i = 0; i < picture.rgba.size(); i += 4) {
        const float* pixel = picture.rgba.data() + i;
        const float light = 0.299F * pixel[0] + 0.587F * pixel[1] + 0.114F * pixel[2];
        brightness.values.push_back(light * pixel[3]);
        opacity.values.push_back(pixel[3]);
        most_opaque = std::max(most_opaque, pixel[3]);
        if (!(pixel[3] > 0)) continue;
        darkest = std::min(darkest, light);
        brightest = std::max(brightest, light);
        most_colour =
            std::max(most_colour, std::max({pixel[0], pixel[1], pixel[2]}) - std::min({pixel[0], pixel[1], pixel[2]}));
    }
    // A shape of one colour, or a picture in colours with something erased: then the shape is in the alpha.
    constexpr float step = 1.01F / 255, colourful = 16.F / 255;
    const bool transparent = *std::min_element(opacity.values.begin(), opacity.values.end()) < 1 - step;
    if (transparent && most_opaque > step && (brightest - darkest <= step || most_colour > colourful)) return opacity;
    if (!(*std::max_element(brightness.values.begin(), brightness.values.end()) > step / 2))
        throw Error(Cause::picture, "The mask " + path +
                                        " is black all over, so nothing would be painted; paint white "
                                        "what counts, or turn it about.");
    return brightness;
}

std::string result_name(const std::string& path) {
    const std::string name = path.substr(path.rfind('/') + 1);
    if (can_be_written(name)) return name;
#ifdef HAVE_VIPS
    static const char* const usual = ".png";
#else
    static const char* const usual = ".ppm";
#endif
    return name.substr(0, name.size() - ending(name).size()) + usual;
}

std::string end_of_links(const std::string& path) {
    constexpr int most_links = 40;  // as the system itself follows
    fs::path place = path;
    std::error_code failed;
    for (int links = 0; fs::is_symlink(fs::symlink_status(place, failed)); ++links) {
        const fs::path target = fs::read_symlink(place, failed);
        if (failed || links == most_links)
            throw Error(Cause::output, "The result " + path + " is a link that leads nowhere; choose another name.");
        place = target.is_absolute() ? target : place.parent_path() / target;
    }
    return place.string();
}

void check_output(const std::string& path) {
#ifdef HAVE_VIPS
    static const char* const kinds = ".png, .tif, .tiff, .ppm or .pfm";
#else
    static const char* const kinds = ".ppm or .pfm";
#endif
    if (!can_be_written(path))
        throw Error(Cause::output, "The result cannot be written as " + path + "; end its name in " + kinds + ".");
    struct stat status;
    const std::string place = folder(end_of_links(path));
    if (stat(place.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
        throw Error(Cause::output, "There is no folder " + place + " for the result; make it first.");
    if (access(place.c_str(), W_OK) != 0 || (stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)))
        throw Error(Cause::output, "The result " + path + " cannot be written there; choose another name or folder.");
}

void write_picture(const std::string& path, const PictureFile& picture) {
    const std::string place = end_of_links(path);  // a name that is a link stays one
    const std::string temporary = new_file_beside(place, ending(path));
    try {
        write_to(temporary, picture);
        if (!written_through(temporary))
            throw Error(Cause::output,
                        "The result " + path + " cannot be written; choose another folder or free some space.");
    } catch (...) {
        unlink(temporary.c_str());
        throw;
    }
    if (std::rename(temporary.c_str(), place.c_str()) != 0) {
        unlink(temporary.c_str());
        throw Error(Cause::output, "The result " + path + " cannot be written; choose another name or folder.");
    }
}

}  // namespace neural_style
