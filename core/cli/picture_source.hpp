// A picture file that libvips, or libtiff where that cannot, has opened, on its way to floats. Of vips_picture.cpp.
#pragma once

#include <vips/vips.h>

#include <string>
#include <vector>

#include "picture_kind.hpp"
#include "tiff_page.hpp"

namespace neural_style {

/// What libvips has said last, and forgets now; "" if nothing.
std::string last_vips_error();

/// Throws Error(Cause::picture) with libvips' last words.
[[noreturn]] void unreadable_by_vips(const std::string& path);

// What a file holds, as it is read: pixels, what they mean, and which of their numbers is the transparency.
struct Source {
    PictureKind kind = PictureKind::png;
    TiffPage page;            // of TIFF
    std::string whole;        // of JPEG: the file's bytes, where they are not read as they are
    std::vector<float> wide;  // of TIFF: samples that libvips would not read
    VipsImage* image = nullptr;
    int colours = 3, alpha = -1;

    Source() = default;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    ~Source() { g_clear_object(&image); }

    bool has(const char* name) const { return vips_image_get_typeof(image, name) != 0; }
    std::string blob(const char* name) const {
        const void* data = nullptr;
        std::size_t bytes = 0;
        if (!has(name) || vips_image_get_blob(image, name, &data, &bytes) != 0) return {};
        return {static_cast<const char*>(data), bytes};
    }
    int number(const char* name, int otherwise) const {
        int value = otherwise;
        if (has(name)) vips_image_get_int(image, name, &value);
        return value;
    }
    void apply(const std::string& path, int failed, VipsImage* next) {
        if (failed) unreadable_by_vips(path);
        g_object_unref(image);
        image = next;
    }
};

/// Opens a file as what its first bytes say that it is; `image` stays null where that fails. libvips' own search would
/// show it to every reader it has, the blocked ones too (CFITSIO opens it for that), and would take a name's end in
/// brackets for options.
void open_source(const std::string& path, Source& source);

/// A file of some kilobytes can say that it is a picture of terabytes. `factor`: as make_smaller() will be asked.
/// A TIFF file is checked by its page, before it is opened. Throws Error(Cause::memory or picture).
void check_size(const std::string& path, const Source& source, int factor);

/// Which of the numbers are colours and which is alpha, after what libvips has made of the file.
void tell_bands(const std::string& path, Source& source);

/// To floats, colours first and then the alpha if there is one, all of 0..1 where the file's numbers are whole.
void bring_to_floats(const std::string& path, Source& source);

/// Means of squares of `factor` pixels an edge, transparent ones left out.
void make_smaller(const std::string& path, Source& source, int factor);

}  // namespace neural_style
