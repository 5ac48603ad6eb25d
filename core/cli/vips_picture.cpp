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
#include "picture_source.hpp"
#include "png_chunks.hpp"

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

// A JPEG file that does not end as it should, with the end put behind it: phones and downloads leave it out. libjpeg
// then tells whether pixels are missing too.
std::string with_jpeg_end(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    return bytes + "\xff\xd9";
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
    const auto factor_of = [&](int width, int height) {
        return edge > 0 ? std::max(1, std::max(width, height) / edge) : 1;
    };
    int factor = 1;
    if (kind == PictureKind::tiff) {
        source.page = find_tiff_page(path);
        factor = factor_of(source.page.width, source.page.height);
        check_size(path, source, factor);
    }
    open_source(path, source);
    if (!source.image) unreadable_by_vips(path);
    if (kind != PictureKind::tiff) {
        factor = factor_of(vips_image_get_width(source.image), vips_image_get_height(source.image));
        check_size(path, source, factor);
    }
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
    if (!memory) unreadable_by_vips(path);
    const int samples = vips_image_get_bands(source.image);
    Image image(vips_image_get_width(source.image), vips_image_get_height(source.image));
    const auto width = std::size_t(image.width), row = width * std::size_t(samples);
    if (bytes != row * std::size_t(image.height) * sizeof(float)) unreadable_by_vips(path);
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

// What libjpeg says where it goes on with pixels of its own making. It also remarks on bytes between the pixels and the
// end, which harm nobody.
bool lacks_pixels(const std::string& remarks) {
    static const char* const words[] = {"premature end of data", "bad Huffman code", "instead of RST"};
    return std::any_of(std::begin(words), std::end(words),
                       [&](const char* word) { return remarks.find(word) != std::string::npos; });
}

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
    if (kind == PictureKind::jpeg && lacks_pixels(remarks)) unreadable_picture(path, "it is damaged or ends too early");
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
    open_source(path, source);
    if (!source.image) unreadable_by_vips(path);
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
        throw Error(Cause::output, "The result cannot be written (" + last_vips_error() +
                                       "); choose another folder or free some space.");
    const std::string program = "Neural Style " NEURAL_STYLE_VERSION;
    (kind_of_picture(path) == PictureKind::png ? note_in_png : note_in_tiff)(path, file.notes, program, file.text);
}

}  // namespace neural_style
