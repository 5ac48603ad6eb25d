// What a picture file says beside its pixels and is kept in a result: resolution, and of EXIF the dates and the author.
// Never a place, and nothing of the camera.
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

namespace neural_style {

struct PictureNotes {
    double across = 0, down = 0;  ///< pixels an inch; 0: not known
    struct Text {
        int tag;            ///< EXIF's number of it
        bool of_the_photo;  ///< it belongs into EXIF's own table, not into the picture's
        std::string text;
    };
    std::vector<Text> texts;
};

/// The resolution that an EXIF block or a TIFF file's table tells; as JFIF's head does in a JPEG file. Adds to `notes`.
void read_resolution(std::istream& in, std::uint64_t table, PictureNotes& notes);
void read_jpeg_resolution(const std::string& path, PictureNotes& notes);

/// Of an EXIF block or a TIFF file, whose table at `table` is the picture's own (0: the first). Adds to `notes`.
void read_exif_texts(std::istream& in, std::uint64_t table, PictureNotes& notes);

/// Whether a camera says by EXIF that its numbers are Adobe RGB.
bool says_adobe_rgb(std::istream& exif);

/// The EXIF block of a picture that has pixels, in PNG: from its eXIf chunk; "" if there is none.
std::string png_exif(const std::string& path);

/// Puts what is known of a result into the file that was just written: resolution, dates and author, and the texts that
/// say how it was made. Both throw Error(Cause::output).
void note_in_png(const std::string& path, const PictureNotes& notes, const std::string& program,
                 const std::string& made);
void note_in_tiff(const std::string& path, const PictureNotes& notes, const std::string& program,
                  const std::string& made);

}  // namespace neural_style
