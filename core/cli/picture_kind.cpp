#include "picture_kind.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>

#include "neural-style/error.hpp"

namespace neural_style {
namespace {

using namespace std::string_literals;

struct Sign {
    std::size_t at;  // bytes from the file's beginning
    std::string bytes;
    const char* what;
    const char* advice;
};

constexpr const char* export_it = "open it in GIMP and export it as PNG or TIFF";

// What people have that is not read. Longer signs come before shorter ones that begin like them.
const Sign refused[] = {
    {0, "GIF8"s, "a GIF picture", export_it},
    {0, "BM"s, "a BMP picture", export_it},
    {0, "8BPS"s, "a Photoshop document (PSD)", export_it},
    {0, "gimp xcf"s, "a GIMP image (XCF)", "export it from GIMP as PNG or TIFF"},
    {4, "ftypavif"s, "an AVIF picture", export_it},
    {4, "ftypavis"s, "an AVIF picture", export_it},
    {4, "ftypcrx "s, "", ""},
    {4, "ftyphe"s, "a HEIF picture (HEIC)", export_it},
    {4, "ftypmif1"s, "a HEIF picture", export_it},
    {4, "ftypmsf1"s, "a HEIF picture", export_it},
    {4, "ftyp"s, "a film or a HEIF picture", "export one picture of it as PNG or TIFF"},
    {0, "\xff\x0a"s, "a JPEG XL picture", export_it},
    {4, "JXL \r\n\x87\n"s, "a JPEG XL picture", export_it},
    {4, "jP  \r\n\x87\n"s, "a JPEG 2000 picture", export_it},
    {0, "\xff\x4f\xff\x51"s, "a JPEG 2000 picture", export_it},
    {0, "\x76\x2f\x31\x01"s, "an OpenEXR picture", export_it},
    {0, "#?R"s, "a Radiance picture (HDR)", export_it},
    {0, "SIMPLE  ="s, "a FITS picture", "convert it to TIFF"},
    {0, "\0\0\x01\0"s, "an icon (ICO)", export_it},
    {0, "DDS "s, "a DirectDraw texture (DDS)", export_it},
    {0, "%PDF"s, "a PDF document", export_it},
    {0, "%!PS"s, "a PostScript document", export_it},
    {0, "<svg"s, "a vector drawing (SVG)", export_it},
    {0, "<!DOCTYPE"s, "a web page", "fetch the picture itself"},
    {0, "<html"s, "a web page", "fetch the picture itself"},
    {0, "version https://git-lfs"s, "only a pointer to the file", "fetch the file itself with git lfs"},
    {0, "<?xml"s, "a vector drawing (SVG) or another XML document", export_it},
    {0, "PK\x03\x04"s, "a document or an archive, such as Krita's and OpenRaster's",
     "export the picture as PNG or TIFF"},
    {0, "\x1f\x8b"s, "a packed file", "unpack it first"},
    {0, "BZh"s, "a packed file", "unpack it first"},
    {0, "\xfd\x37zXZ"s, "a packed file", "unpack it first"},
    {0, "P1"s, "a bitmap (PBM)", "convert it to PPM or PNG"},
    {0, "P2"s, "a portable map in letters (PGM)", "convert it to PPM or PNG"},
    {0, "P3"s, "a portable map in letters (PPM)", "save it with binary numbers, or as PNG"},
    {0, "P4"s, "a bitmap (PBM)", "convert it to PPM or PNG"},
    {0, "P5"s, "a grey portable map (PGM)", "convert it to PPM or PNG"},
    {0, "P7"s, "a portable arbitrary map (PAM)", "convert it to PPM or PNG"},
    {0, "Pf"s, "a grey float map (PFM)", "save it in three channels, or as TIFF"},
    // Cameras' raw files that do not pass for TIFF.
    {0, "FUJIFILMCCD-RAW"s, "", ""},
    {0, "IIRO"s, "", ""},
    {0, "IIRS"s, "", ""},
    {0, "MMOR"s, "", ""},
    {0, "IIU\0"s, "", ""},
    {0, "FOVb"s, "", ""},
    {0, "\0MRM"s, "", ""},
    {6, "HEAPCCDR"s, "", ""},
    {8, "CR\x02"s, "", ""},
};

const char* const raw_endings[] = {"3fr", "arw", "cr2", "cr3", "crw", "dcr", "dng", "erf", "fff",
                                   "iiq", "kdc", "mef", "mos", "mrw", "nef", "nrw", "orf", "pef",
                                   "raf", "raw", "rw2", "rwl", "sr2", "srf", "srw", "x3f"};

bool is_named_raw(const std::string& path) {
    std::string ending = path.substr(path.rfind('/') + 1);
    const auto dot = ending.rfind('.');
    if (dot == std::string::npos) return false;
    ending = ending.substr(dot + 1);
    for (char& letter : ending) letter = char(std::tolower(static_cast<unsigned char>(letter)));
    return std::find(std::begin(raw_endings), std::end(raw_endings), ending) != std::end(raw_endings);
}

}  // namespace

void unreadable_picture(const std::string& path, const std::string& why) {
    throw Error(Cause::picture,
                "The picture " + path + " cannot be read (" + why + "); choose a PNG, JPEG, TIFF or WebP file.");
}

void refuse_picture(const std::string& path, const std::string& what, const std::string& advice) {
    throw Error(Cause::picture, "The picture " + path + " cannot be read: it is " + what + "; " + advice + ".");
}

void refuse_raw_picture(const std::string& path) {
    refuse_picture(
        path, "a camera's raw file",
        "develop it first, with darktable or RawTherapee for example, and take the TIFF, PNG or JPEG from there");
}

PictureKind kind_of_picture(const std::string& path) {
    std::string head(32, '\0');
    std::ifstream in(path, std::ios::binary);
    if (!in) unreadable_picture(path, "no permission");
    in.read(head.data(), std::streamsize(head.size()));
    head.resize(std::size_t(in.gcount()));
    if (head.empty()) unreadable_picture(path, "the file is empty");
    const auto has = [&](std::size_t at, const std::string& bytes) {
        return head.size() >= at && head.compare(at, bytes.size(), bytes) == 0;
    };
    for (const Sign& sign : refused)
        if (has(sign.at, sign.bytes)) {
            if (!*sign.what) refuse_raw_picture(path);
            refuse_picture(path, sign.what, sign.advice);
        }
    if (has(0, "P6") || has(0, "PF")) return PictureKind::pixmap;
    if (has(0, "\x89PNG\r\n\x1a\n")) return PictureKind::png;
    if (has(0, "\xff\xd8\xff")) return PictureKind::jpeg;
    if (has(0, "RIFF") && has(8, "WEBP")) return PictureKind::webp;
    for (const char version : {'*', '+'})
        if (has(0, {'I', 'I', version, '\0'}) || has(0, {'M', 'M', '\0', version})) {
            if (is_named_raw(path)) refuse_raw_picture(path);
            return PictureKind::tiff;
        }
    if (is_named_raw(path)) refuse_raw_picture(path);
    unreadable_picture(path, "unknown format");
}

}  // namespace neural_style
