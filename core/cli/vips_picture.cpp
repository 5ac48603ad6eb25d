#include "vips_picture.hpp"

#include <vips/vips.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <memory>
#include <vector>

#include "neural-style/error.hpp"
#include "run/process_memory.hpp"

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

[[noreturn]] void unreadable(const std::string& path, std::string why = {}) {
    if (why.empty()) why = first_line_of_error();
    throw Error(Cause::picture, "The picture " + path + " cannot be read (" + (why.empty() ? "unknown format" : why) +
                                    "); choose a PNG, JPEG, TIFF or WebP file.");
}

// Opens a file as what its first bytes say that it is. libvips' own search would show it to every reader it has, the
// blocked ones too (CFITSIO opens it for that), and would take a name's end in brackets for options.
VipsImage* opened(const std::string& path) {
    std::string head(12, '\0');
    std::ifstream(path, std::ios::binary).read(head.data(), std::streamsize(head.size()));
    const auto begins = [&](const std::string& bytes) { return head.compare(0, bytes.size(), bytes) == 0; };
    const char* reader = nullptr;
    if (begins("\x89PNG\r\n\x1a\n")) reader = "pngload";
    if (begins("\xff\xd8\xff")) reader = "jpegload";
    for (const char version : {'*', '+'})
        if (begins({'I', 'I', version, '\0'}) || begins({'M', 'M', '\0', version})) reader = "tiffload";
    if (begins("RIFF") && head.compare(8, 4, "WEBP") == 0) reader = "webpload";
    VipsImage* image = nullptr;
    if (reader && vips_call(reader, path.c_str(), &image, "access", VIPS_ACCESS_RANDOM, "fail_on",
                            VIPS_FAIL_ON_TRUNCATED, nullptr) != 0)
        return nullptr;
    return image;
}

// A file of some kilobytes can say that it is a picture of terabytes.
void check_size(const std::string& path, const VipsImage* picture) {
    constexpr int largest_edge = 1 << 18;
    constexpr double bytes_a_pixel = 40;  // ours, libvips' copy as floats, and what it decoded
    const int width = vips_image_get_width(picture), height = vips_image_get_height(picture);
    if (width > largest_edge || height > largest_edge) unreadable(path, "impossible size");
    const double available_mib = process_memory().available_mib;
    if (available_mib > 0 && bytes_a_pixel * width * height / (1024 * 1024) > available_mib)
        throw Error(Cause::memory, "There is not enough memory for the picture " + path + " of " +
                                       std::to_string(width) + "×" + std::to_string(height) +
                                       " pixels; choose a smaller one or close other programs.");
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

PictureFile read_with_vips(const std::string& path) {
    start_vips();
    Steps picture(opened(path));
    if (!picture.get()) unreadable(path);
    check_size(path, picture.get());
    if (!picture.apply([](VipsImage* in, VipsImage** out) { return vips_autorot(in, out, nullptr); })) unreadable(path);
    const VipsBandFormat format = vips_image_get_format(picture.get());
    PictureFile file;
    file.bits = format == VIPS_FORMAT_UCHAR ? 8 : format == VIPS_FORMAT_USHORT ? 16 : 32;
    const bool wide = file.bits > 8;
    if (vips_image_get_typeof(picture.get(), VIPS_META_ICC_NAME) != 0 ||
        picture.get()->Type == VIPS_INTERPRETATION_CMYK) {
        // A profile that cannot be used is ignored, as viewers do; CMYK without one falls back to libvips' own.
        if (!picture.apply([&](VipsImage* in, VipsImage** out) {
                return vips_icc_transform(in, out, "srgb", "embedded", TRUE, "depth", wide ? 16 : 8, nullptr);
            }))
            vips_error_clear();
    }
    const VipsInterpretation target = wide ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB;
    if (!picture.apply([&](VipsImage* in, VipsImage** out) { return vips_colourspace(in, out, target, nullptr); }))
        unreadable(path);
    file.has_alpha = vips_image_hasalpha(picture.get());
    if (!file.has_alpha && !picture.apply([&](VipsImage* in, VipsImage** out) {
            return vips_bandjoin_const1(in, out, wide ? 65535 : 255, nullptr);
        }))
        unreadable(path);
    if (vips_image_get_bands(picture.get()) != 4 ||
        !picture.apply([](VipsImage* in, VipsImage** out) { return vips_cast_float(in, out, nullptr); }))
        unreadable(path);
    size_t bytes = 0;
    const std::unique_ptr<void, decltype(&g_free)> pixels(vips_image_write_to_memory(picture.get(), &bytes), g_free);
    if (!pixels) unreadable(path);
    file.image = Image(vips_image_get_width(picture.get()), vips_image_get_height(picture.get()));
    if (bytes != file.image.rgba.size() * sizeof(float)) unreadable(path);
    std::memcpy(file.image.rgba.data(), pixels.get(), bytes);
    const float scale = wide ? 1 / 65535.F : 1 / 255.F;
    for (float& value : file.image.rgba) value *= scale;
    return file;
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
    const auto tell = [&](VipsImage* image) {
        if (file.text.empty()) return;
        static const std::string program = "Neural Style " NEURAL_STYLE_VERSION;
        // The writers ignore what their format has no place for. PNG's keys may hold no space here.
        vips_image_set_string(image, "png-comment-0-Software", program.c_str());
        vips_image_set_string(image, "png-comment-1-neural-style", file.text.c_str());
        vips_image_set_string(image, VIPS_META_IMAGEDESCRIPTION, (program + "\n" + file.text).c_str());
    };
    const bool written =
        (wide || picture.apply([](VipsImage* in, VipsImage** out) { return vips_cast_uchar(in, out, nullptr); })) &&
        picture.apply([&](VipsImage* in, VipsImage** out) {
            return vips_copy(in, out, "interpretation", wide ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB,
                             nullptr);
        }) &&
        (tell(picture.get()), true) && vips_image_write_to_file(picture.get(), path.c_str(), nullptr) == 0;
    if (!written)
        throw Error(Cause::output, "The result cannot be written (" + first_line_of_error() +
                                       "); choose another folder or free some space.");
}

}  // namespace neural_style
