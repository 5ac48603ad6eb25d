#include "wide_tiff.hpp"

#include <tiffio.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>

#include "picture_kind.hpp"

namespace neural_style {
namespace {

template <class Number>
Number number_at(const std::uint8_t* raw) {
    Number number;
    std::memcpy(&number, raw, sizeof number);
    return number;
}

// IEEE 754's binary16: 1 sign, 5 exponent, 10 fraction.
float half_at(const std::uint8_t* raw) {
    const auto bits = number_at<std::uint16_t>(raw);
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    float value = 0;
    if (exponent == 31)
        value = fraction ? NAN : INFINITY;
    else
        value = exponent ? std::ldexp(float(1024 + fraction), exponent - 25) : std::ldexp(float(fraction), -24);
    return bits >> 15 ? -value : value;
}

float sample_at(const std::uint8_t* raw, const TiffPage& page) {
    if (!page.floats) return float(number_at<std::uint32_t>(raw) / 4294967295.0);
    if (page.bits == 16) return half_at(raw);
    return page.bits == 32 ? number_at<float>(raw) : float(number_at<double>(raw));
}

// A piece of the file's own layout: a strip is a tile as wide as the picture.
class Pieces {
public:
    Pieces(TIFF* file, const TiffPage& page) : file_(file), tiled_(TIFFIsTiled(file) != 0) {
        std::uint32_t width = std::uint32_t(page.width), height = std::uint32_t(page.height);
        std::uint16_t layout = PLANARCONFIG_CONTIG;
        TIFFGetFieldDefaulted(file, TIFFTAG_PLANARCONFIG, &layout);
        if (tiled_) {
            TIFFGetField(file, TIFFTAG_TILEWIDTH, &width);
            TIFFGetField(file, TIFFTAG_TILELENGTH, &height);
        } else {
            TIFFGetFieldDefaulted(file, TIFFTAG_ROWSPERSTRIP, &height);
        }
        separate_ = layout == PLANARCONFIG_SEPARATE;
        if (!tiled_) height = std::min(height, std::uint32_t(page.height));
        // A tile may reach beyond the picture, but not far: what is held grows with the picture.
        const auto fits = [](std::uint32_t piece, int whole) {
            return piece > 0 && piece <= std::uint32_t(whole) + 4096;
        };
        if (!fits(width, page.width) || !fits(height, page.height)) return;
        width_ = int(width);
        height_ = int(height);
        samples_ = separate_ ? 1 : page.samples;
        bytes_.resize(std::size_t(width_) * std::size_t(height_) * std::size_t(samples_) * std::size_t(page.bits / 8));
    }

    bool usable() const { return width_ > 0 && height_ > 0; }
    int width() const { return width_; }
    int height() const { return height_; }
    int samples() const { return samples_; }
    int planes(const TiffPage& page) const { return separate_ ? page.samples : 1; }

    // The piece that holds the pixel; null if it cannot be read whole.
    const std::uint8_t* at(int x, int y, int plane, int rows) {
        const auto place = std::uint32_t(y);
        const auto wanted = tmsize_t(bytes_.size() / std::size_t(height_) * std::size_t(tiled_ ? height_ : rows));
        const tmsize_t got =
            tiled_
                ? TIFFReadEncodedTile(file_, TIFFComputeTile(file_, std::uint32_t(x), place, 0, std::uint16_t(plane)),
                                      bytes_.data(), tmsize_t(bytes_.size()))
                : TIFFReadEncodedStrip(file_, TIFFComputeStrip(file_, place, std::uint16_t(plane)), bytes_.data(),
                                       wanted);
        return got >= wanted ? bytes_.data() : nullptr;
    }

private:
    TIFF* file_;
    bool tiled_, separate_ = false;
    int width_ = 0, height_ = 0, samples_ = 1;
    std::vector<std::uint8_t> bytes_;
};

}  // namespace

std::vector<float> read_wide_tiff(const std::string& path, const TiffPage& page) {
    TIFFSetWarningHandler(nullptr);
    TIFFSetErrorHandler(nullptr);
    // "m": not through a memory map, which kills the process where a file shrinks.
    const std::unique_ptr<TIFF, decltype(&TIFFClose)> file(TIFFOpen(path.c_str(), "rm"), TIFFClose);
    if (!file || !TIFFSetDirectory(file.get(), decltype(TIFFCurrentDirectory(file.get()))(page.number)))
        unreadable_picture(path, "damaged TIFF");
    Pieces pieces(file.get(), page);
    if (!pieces.usable()) unreadable_picture(path, "damaged TIFF");
    const std::size_t bytes = std::size_t(page.bits / 8);
    std::vector<float> samples(std::size_t(page.width) * std::size_t(page.height) * std::size_t(page.samples));
    for (int plane = 0; plane < pieces.planes(page); ++plane)
        for (int top = 0; top < page.height; top += pieces.height())
            for (int left = 0; left < page.width; left += pieces.width()) {
                const int rows = std::min(pieces.height(), page.height - top);
                const int columns = std::min(pieces.width(), page.width - left);
                const std::uint8_t* const piece = pieces.at(left, top, plane, rows);
                if (!piece) unreadable_picture(path, "it is damaged or ends too early");
                for (int y = 0; y < rows; ++y)
                    for (int i = 0; i < columns * pieces.samples(); ++i) {
                        const std::size_t from =
                            std::size_t(y) * std::size_t(pieces.width() * pieces.samples()) + std::size_t(i);
                        const std::size_t pixel =
                            std::size_t(top + y) * std::size_t(page.width) + std::size_t(left + i / pieces.samples());
                        samples[pixel * std::size_t(page.samples) + std::size_t(plane + i % pieces.samples())] =
                            sample_at(piece + from * bytes, page);
                    }
            }
    return samples;
}

}  // namespace neural_style
