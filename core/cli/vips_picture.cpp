#include "vips_picture.hpp"

#include <vips/vips.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <tuple>
#include <utility>
#include <vector>

#include "colour_meaning.hpp"
#include "neural-style/error.hpp"
#include "picture_kind.hpp"
#include "png_chunks.hpp"
#include "run/process_memory.hpp"
#include "tiff_page.hpp"
#include "wide_tiff.hpp"

namespace neural_style {
namespace {

// Owns one image and lets each step replace it by its result.
class Steps {
public:
    explicit Steps(VipsImage* image) : image_(image) {}
    ~Steps() { g_clear_object(&image_); }
    Steps(const Steps&) = delete;
    Steps& operator=(const Steps&) = delete;

    VipsImage* get() const { return image_; }
    template <class Operation>
    bool apply(Operation operation) {
        VipsImage* next = nullptr;
        if (!image_ || operation(image_, &next) != 0) return false;
        g_object_unref(image_);
        image_ = next;
        return true;
    }

private:
    VipsImage* image_;
};

std::string first_line_of_error() {
    std::string text = vips_error_buffer();
    vips_error_clear();
    return text.substr(0, text.find('\n'));
}

[[noreturn]] void unreadable(const std::string& path) {
    const std::string why = first_line_of_error();
    unreadable_picture(path, why.empty() ? "damaged" : why);
}

// A JPEG file that does not end as it should, with the end put behind it: phones and downloads leave it out. libjpeg
// then tells whether pixels are missing too.
std::string with_jpeg_end(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    return bytes + "\xff\xd9";
}

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
        if (failed) unreadable(path);
        g_object_unref(image);
        image = next;
    }
};

// A file of some kilobytes can say that it is a picture of terabytes.
void check_size(const std::string& path, const Source& source, int factor) {
    constexpr int largest_edge = 1 << 18;
    constexpr double bytes_a_pixel = 40;  // ours, libvips' copy as floats, and what it decoded
    const int width = vips_image_get_width(source.image), height = vips_image_get_height(source.image);
    if (width > largest_edge || height > largest_edge) unreadable_picture(path, "impossible size");
    const double pixels = double(width) * height;
    double needed = bytes_a_pixel * pixels;
    if (factor > 1 && !source.page.is_wide()) {
        // What is made smaller goes through in strips, except where a format gives it whole only.
        const bool whole =
            source.kind == PictureKind::webp || source.number("interlaced", 0) || source.number("jpeg-multiscan", 0);
        needed = bytes_a_pixel * pixels / factor / factor + (whole ? 8 * pixels : 0) + source.page.row_bytes_at_once;
    }
    const double available_mib = process_memory().available_mib;
    if (available_mib > 0 && needed / (1024 * 1024) > available_mib)
        throw Error(Cause::memory, "There is not enough memory for the picture " + path + " of " +
                                       std::to_string(width) + "×" + std::to_string(height) +
                                       " pixels; choose a smaller one or close other programs.");
}

// Opens a file as what its first bytes say that it is. libvips' own search would show it to every reader it has, the
// blocked ones too (CFITSIO opens it for that), and would take a name's end in brackets for options.
void open(const std::string& path, Source& source) {
    const VipsAccess access = VIPS_ACCESS_SEQUENTIAL;
    switch (source.kind) {
        case PictureKind::tiff:
            if (source.page.is_wide()) {
                source.wide = read_wide_tiff(path, source.page);
                source.image = vips_image_new_from_memory(source.wide.data(), source.wide.size() * sizeof(float),
                                                          source.page.width, source.page.height, source.page.samples,
                                                          VIPS_FORMAT_FLOAT);
                return;
            }
            vips_tiffload(path.c_str(), &source.image, "access", access, "fail_on", VIPS_FAIL_ON_TRUNCATED, "page",
                          source.page.number, nullptr);
            return;
        case PictureKind::jpeg:
            if (source.whole.empty())
                vips_jpegload(path.c_str(), &source.image, "access", access, "fail_on", VIPS_FAIL_ON_TRUNCATED,
                              nullptr);
            else
                vips_jpegload_buffer(source.whole.data(), source.whole.size(), &source.image, "access", access,
                                     "fail_on", VIPS_FAIL_ON_TRUNCATED, nullptr);
            return;
        case PictureKind::webp:
            vips_webpload(path.c_str(), &source.image, "access", access, "fail_on", VIPS_FAIL_ON_TRUNCATED, nullptr);
            return;
        default:
            vips_pngload(path.c_str(), &source.image, "access", access, "fail_on", VIPS_FAIL_ON_TRUNCATED, nullptr);
    }
}

// Which of the numbers are colours and which is alpha, after what libvips has made of the file.
void tell_bands(const std::string& path, Source& source) {
    const int bands = vips_image_get_bands(source.image);
    if (source.kind == PictureKind::tiff) {
        source.colours = source.page.colours;
        source.alpha = source.page.alpha;
        const int extra = source.page.samples - source.page.colours;
        if (bands - extra != source.colours && bands - extra > 0) {  // a palette became colours
            source.colours = bands - extra;
            if (source.alpha >= 0) source.alpha += source.colours - source.page.colours;
        }
    } else {
        source.colours = bands >= 4 && source.image->Type == VIPS_INTERPRETATION_CMYK ? 4 : bands <= 2 ? 1 : 3;
        source.alpha = bands > source.colours ? source.colours : -1;
    }
    if (bands < source.colours || source.alpha >= bands ||
        (source.colours != 1 && source.colours != 3 && source.colours != 4))
        unreadable_picture(path, "a number of channels that no picture has");
}

// To floats, colours first and then the alpha if there is one, all of 0..1 where the file's numbers are whole.
void bring_to_floats(const std::string& path, Source& source) {
    const VipsBandFormat format = vips_image_get_format(source.image);
    const double largest = format == VIPS_FORMAT_USHORT ? 65535 : format == VIPS_FORMAT_UCHAR ? 255 : 1;
    const bool turned = source.page.is_wide() && source.page.white_is_zero;
    VipsImage *colours = nullptr, *alpha = nullptr, *both = nullptr, *scaled = nullptr;
    int failed = vips_extract_band(source.image, &colours, 0, "n", source.colours, nullptr);
    if (!failed && turned) {
        failed = vips_linear1(colours, &scaled, -1, largest, nullptr);
        std::swap(colours, scaled);
        g_clear_object(&scaled);
    }
    if (!failed && source.alpha >= 0) {
        failed = vips_extract_band(source.image, &alpha, source.alpha, nullptr) ||
                 vips_bandjoin2(colours, alpha, &both, nullptr);
        g_clear_object(&alpha);
        std::swap(colours, both);
        g_clear_object(&both);
    }
    failed = failed || vips_linear1(colours, &scaled, 1 / largest, 0, nullptr);
    g_clear_object(&colours);
    source.apply(path, failed, scaled);
    if (source.alpha < 0) return;
    source.alpha = source.colours;
    if (source.page.is_wide() && source.page.associated) {
        failed = vips_unpremultiply(source.image, &both, "max_alpha", 1., nullptr);
        source.apply(path, failed, both);
    }
}

// Means of squares of `factor` pixels an edge, transparent ones left out.
void make_smaller(const std::string& path, Source& source, int factor) {
    VipsImage* next = nullptr;
    const auto step = [&](int failed) { source.apply(path, failed, next); };
    const int across = std::min(factor, vips_image_get_width(source.image));
    const int down = std::min(factor, vips_image_get_height(source.image));
    if (source.alpha >= 0) step(vips_premultiply(source.image, &next, "max_alpha", 1., nullptr));
    step(vips_shrink(source.image, &next, across, down, nullptr));
    if (source.alpha >= 0) step(vips_unpremultiply(source.image, &next, "max_alpha", 1., nullptr));
    step(vips_cast_float(source.image, &next, nullptr));
}

ColourMeaning meaning_of(const std::string& path, const Source& source, const std::string& exif) {
    ColourMeaning meaning;
    if (source.page.is_lab) return meaning;  // libvips has brought these to the screen
    const std::string profile =
        source.kind == PictureKind::tiff ? source.page.profile : source.blob(VIPS_META_ICC_NAME);
    if (source.kind == PictureKind::png && profile.empty()) meaning = png_meaning(path);
    std::istringstream stream(exif);
    if (profile.empty() && meaning.gamma == 0 && source.colours == 3 && says_adobe_rgb(stream)) meaning = adobe_rgb();
    meaning.profile = profile;
    meaning.colours = source.colours;
    return meaning;
}

std::string profile_of_inks() {
    VipsBlob* blob = nullptr;
    if (vips_profile_load("cmyk", &blob, nullptr) != 0) {
        vips_error_clear();
        return {};
    }
    std::size_t bytes = 0;
    const void* data = vips_blob_get(blob, &bytes);
    const std::string profile(static_cast<const char*>(data), bytes);
    vips_area_unref(VIPS_AREA(blob));
    return profile;
}

// The block that APP1 and WebP's EXIF hold begins with a name of its own in some files.
std::string exif_of(const std::string& path, const Source& source) {
    std::string exif = source.kind == PictureKind::png ? png_exif(path) : source.blob(VIPS_META_EXIF_NAME);
    const std::string name("Exif\0\0", 6);
    if (exif.compare(0, name.size(), name) == 0) exif.erase(0, name.size());
    return exif;
}

PictureNotes notes_of(const std::string& path, const Source& source, const std::string& exif) {
    PictureNotes notes;
    // Not libvips' resolution: where a file says nothing it makes one up.
    if (source.kind == PictureKind::tiff) {
        std::ifstream in(path, std::ios::binary);
        read_exif_texts(in, source.page.table, notes);
        read_resolution(in, source.page.table, notes);
        return notes;
    }
    std::istringstream in(exif);
    read_exif_texts(in, 0, notes);
    if (source.kind == PictureKind::png) std::tie(notes.across, notes.down) = png_resolution(path);
    if (source.kind == PictureKind::jpeg) read_jpeg_resolution(path, notes);
    if (source.kind != PictureKind::png && notes.across == 0) read_resolution(in, 0, notes);
    return notes;
}

// As EXIF's orientation from 1 to 8 says: which corner the first row and column belong to.
Image turned(Image image, int orientation) {
    if (orientation < 2 || orientation > 8) return image;
    const bool swapped = orientation >= 5;
    const bool left = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const bool up = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    Image result(swapped ? image.height : image.width, swapped ? image.width : image.height);
    for (int y = 0; y < result.height; ++y)
        for (int x = 0; x < result.width; ++x) {
            int from_x = swapped ? y : x, from_y = swapped ? x : y;
            if (left) from_x = image.width - 1 - from_x;
            if (up) from_y = image.height - 1 - from_y;
            std::copy_n(image.pixel(from_x, from_y), 4, result.pixel(x, y));
        }
    return result;
}

// Numbers far beyond full colour: nobody's picture is mostly that, so they count something else, such as levels.
void check_range(const std::string& path, const float* numbers, std::size_t pixels, int samples, int colours) {
    std::size_t beyond = 0;
    for (std::size_t i = 0; i < pixels; ++i)
        for (int channel = 0; channel < colours; ++channel)
            beyond += numbers[i * std::size_t(samples) + std::size_t(channel)] > 1.001F;
    if (2 * beyond > pixels * std::size_t(colours))
        refuse_picture(path, "a floating point picture most of whose numbers lie above 1, which is white",
                       "scale them to 0..1 in the program that made it");
}

PictureFile read_once(const std::string& path, PictureKind kind, int edge, std::string whole) {
    Source source;
    source.kind = kind;
    source.whole = std::move(whole);
    if (kind == PictureKind::tiff) source.page = find_tiff_page(path);
    open(path, source);
    if (!source.image) unreadable(path);
    const int longest = std::max(vips_image_get_width(source.image), vips_image_get_height(source.image));
    const int factor = edge > 0 ? std::max(1, longest / edge) : 1;
    check_size(path, source, factor);
    if (source.page.is_lab) {
        VipsImage* shown = nullptr;
        const int failed = vips_colourspace(source.image, &shown, VIPS_INTERPRETATION_RGB16, nullptr);
        source.apply(path, failed, shown);
    }
    tell_bands(path, source);
    const std::string exif = exif_of(path, source);
    const ColourMeaning meaning = meaning_of(path, source, exif);
    const int orientation =
        kind == PictureKind::tiff ? source.page.orientation : source.number(VIPS_META_ORIENTATION, 1);
    PictureFile file;
    const VipsBandFormat format = vips_image_get_format(source.image);
    file.bits = source.page.is_lab             ? source.page.bits
                : format == VIPS_FORMAT_UCHAR  ? 8
                : format == VIPS_FORMAT_USHORT ? 16
                                               : 32;
    file.has_alpha = source.alpha >= 0;
    file.notes = notes_of(path, source, exif);
    if (orientation >= 5 && orientation <= 8) std::swap(file.notes.across, file.notes.down);
    bring_to_floats(path, source);
    if (factor > 1) make_smaller(path, source, factor);

    size_t bytes = 0;
    const std::unique_ptr<void, decltype(&g_free)> memory(vips_image_write_to_memory(source.image, &bytes), g_free);
    if (!memory) unreadable(path);
    const int samples = vips_image_get_bands(source.image);
    Image image(vips_image_get_width(source.image), vips_image_get_height(source.image));
    const auto width = std::size_t(image.width), row = width * std::size_t(samples);
    if (bytes != row * std::size_t(image.height) * sizeof(float)) unreadable(path);
    const auto* pixels = static_cast<const float*>(memory.get());
    if (source.page.floats)
        check_range(path, pixels, bytes / sizeof(float) / std::size_t(samples), samples, source.colours);
    // Levels are faster. But LittleCMS tabulates what it does to grey ones, coarsely, and rounds the curves of a gamma.
    const bool fine = source.colours == 1 || (source.colours == 3 && (source.page.is_wide() || meaning.gamma > 0));
    WayToScreen way(meaning, fine, source.colours == 4 ? profile_of_inks() : std::string());
    for (int y = 0; y < image.height; ++y, pixels += row) {
        way.convert(pixels, samples, image.pixel(0, y), image.width);
        for (int x = 0; x < image.width; ++x) {
            const float alpha = source.alpha < 0 ? 1.F : pixels[std::size_t(x * samples + source.alpha)];
            image.pixel(x, y)[3] = alpha > 0 ? std::min(alpha, 1.F) : 0.F;  // what is no number does not show
        }
    }
    file.image = turned(std::move(image), orientation);
    return file;
}

bool ends_as_jpeg(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    in.seekg(-2, std::ios::end);
    char end[2] = {};
    return in.read(end, 2) && end[0] == '\xff' && end[1] == '\xd9';
}

// What libjpeg says and fills up in grey where an end comes before the pixels do.
bool lacks_pixels(const std::string& remarks) { return remarks.find("premature end of data") != std::string::npos; }

}  // namespace

void start_vips() {
    static const bool started = VIPS_INIT("neural-style") == 0;
    if (!started) throw Error(Cause::internal, "libvips cannot start; check its installation.");
    // What goes wrong becomes our own sentence; libvips' remarks about it would come between.
    static const guint silenced = g_log_set_handler(
        "VIPS", G_LOG_LEVEL_WARNING, [](const gchar*, GLogLevelFlags, const gchar*, gpointer) {}, nullptr);
    static_cast<void>(silenced);
    // libvips would give a file to whichever of its forty readers takes it, ImageMagick's and PDF's among them. What we
    // offer is read by four that are made for files from anywhere.
    vips_operation_block_set("VipsForeignLoad", TRUE);
    for (const char* reader : {"Png", "Jpeg", "Tiff", "Webp"})
        vips_operation_block_set((std::string("VipsForeignLoad") + reader).c_str(), FALSE);
    vips_concurrency_set(1);
    vips_cache_set_max(0);  // no file is read twice, and a batch reads many
}

PictureFile read_with_vips(const std::string& path, int edge) {
    start_vips();
    vips_error_clear();
    const PictureKind kind = kind_of_picture(path);
    if (kind == PictureKind::pixmap) unreadable_picture(path, "another reader's format");
    PictureFile file;
    try {
        file = read_once(path, kind, edge, {});
    } catch (const Error& error) {
        if (kind != PictureKind::jpeg || error.cause() != Cause::picture || ends_as_jpeg(path)) throw;
        vips_error_clear();
        file = read_once(path, kind, edge, with_jpeg_end(path));
    }
    const std::string remarks = vips_error_buffer();
    vips_error_clear();
    if (kind == PictureKind::jpeg && lacks_pixels(remarks)) unreadable_picture(path, "it ends too early");
    return file;
}

int longest_edge_with_vips(const std::string& path) {
    start_vips();
    Source source;
    source.kind = kind_of_picture(path);
    if (source.kind == PictureKind::tiff) {
        source.page = find_tiff_page(path);
        return std::max(source.page.width, source.page.height);
    }
    open(path, source);
    if (!source.image) unreadable(path);
    return std::max(vips_image_get_width(source.image), vips_image_get_height(source.image));
}

void write_with_vips(const std::string& path, const PictureFile& file) {
    start_vips();
    const Image& image = file.image;
    const bool wide = file.bits > 8;
    const int bands = file.has_alpha ? 4 : 3;
    std::vector<std::uint16_t> levels(std::size_t(bands) * image.width * image.height);
    std::size_t at = 0;
    for (std::size_t i = 0; i < image.rgba.size(); ++i)
        if (int(i % 4) < bands)
            levels[at++] = std::uint16_t(std::lround(std::clamp(image.rgba[i], 0.F, 1.F) * (wide ? 65535 : 255)));
    Steps picture(vips_image_new_from_memory(levels.data(), levels.size() * sizeof levels[0], image.width, image.height,
                                             bands, VIPS_FORMAT_USHORT));
    const bool written =
        (wide || picture.apply([](VipsImage* in, VipsImage** out) { return vips_cast_uchar(in, out, nullptr); })) &&
        picture.apply([&](VipsImage* in, VipsImage** out) {
            return vips_copy(in, out, "interpretation", wide ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB,
                             nullptr);
        }) &&
        vips_image_write_to_file(picture.get(), path.c_str(), nullptr) == 0;
    if (!written)
        throw Error(Cause::output, "The result cannot be written (" + first_line_of_error() +
                                       "); choose another folder or free some space.");
    const std::string program = "Neural Style " NEURAL_STYLE_VERSION;
    (kind_of_picture(path) == PictureKind::png ? note_in_png : note_in_tiff)(path, file.notes, program, file.text);
}

}  // namespace neural_style
