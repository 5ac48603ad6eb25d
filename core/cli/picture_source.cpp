#include "picture_source.hpp"

#include <algorithm>

#include "neural-style/error.hpp"
#include "run/process_memory.hpp"
#include "wide_tiff.hpp"

namespace neural_style {

std::string last_vips_error() {
    std::string text = vips_error_buffer();
    vips_error_clear();
    return text.substr(0, text.find('\n'));
}

void unreadable_by_vips(const std::string& path) {
    const std::string why = last_vips_error();
    unreadable_picture(path, why.empty() ? "damaged" : why);
}

void check_size(const std::string& path, const Source& source, int factor) {
    constexpr int largest_edge = 1 << 18;
    constexpr double bytes_a_pixel = 40;                  // ours, libvips' copy as floats, and what it decoded
    const bool known = source.kind == PictureKind::tiff;  // before it is opened
    const int width = known ? source.page.width : vips_image_get_width(source.image);
    const int height = known ? source.page.height : vips_image_get_height(source.image);
    if (width > largest_edge || height > largest_edge) unreadable_picture(path, "impossible size");
    const double pixels = double(width) * height;
    double needed = (source.page.is_wide() ? bytes_a_pixel + 8. * source.page.samples : bytes_a_pixel) * pixels;
    if (factor > 1 && !source.page.is_wide()) {
        // What is made smaller goes through in strips, except where a format gives it whole only.
        const bool whole = source.kind == PictureKind::webp ||
                           (!known && (source.number("interlaced", 0) || source.number("jpeg-multiscan", 0)));
        needed = bytes_a_pixel * pixels / factor / factor + (whole ? 8 * pixels : 0) + source.page.row_bytes_at_once;
    }
    const double available_mib = process_memory().available_mib;
    if (available_mib > 0 && needed / (1024 * 1024) > available_mib)
        throw Error(Cause::memory, "There is not enough memory for the picture " + path + " of " +
                                       std::to_string(width) + "×" + std::to_string(height) +
                                       " pixels; choose a smaller one or close other programs.");
}

void open_source(const std::string& path, Source& source) {
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

}  // namespace neural_style
