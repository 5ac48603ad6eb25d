#include "pixmap.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

#include "neural-style/error.hpp"

namespace neural_style {
namespace {

constexpr int largest_edge = 1 << 18;

bool ends_with(const std::string& text, const std::string& end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

[[noreturn]] void unreadable(const std::string& path, const char* why) {
    throw Error(Cause::picture, "The picture " + path + " cannot be read (" + why + "); choose another file.");
}

// One word of the head; comments run from # to the line's end.
std::string next_word(std::istream& in) {
    std::string word;
    while (in >> word && word[0] == '#') std::getline(in, word);
    return word;
}

}  // namespace

bool is_pixmap(const std::string& path) { return ends_with(path, ".ppm") || ends_with(path, ".pfm"); }

PictureFile read_pixmap(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) unreadable(path, "no such file or no permission");
    const std::string kind = next_word(in);
    if (kind != "P6" && kind != "PF") unreadable(path, "not a PPM or PFM file");
    int width = 0, height = 0;
    double range = 0;
    try {
        width = std::stoi(next_word(in));
        height = std::stoi(next_word(in));
        range = std::stod(next_word(in));
    } catch (const std::exception&) {
        unreadable(path, "damaged head");
    }
    in.get();
    if (width < 1 || height < 1 || width > largest_edge || height > largest_edge) unreadable(path, "impossible size");
    const bool floats = kind == "PF";
    // Of floats the sign is the order of their bytes: below 0 the least first, which is this machine's.
    if (floats ? std::abs(range) != 1 : !(range >= 1 && range <= 65535))
        unreadable(path, "unsupported range of values");
    const bool swapped = floats && range > 0;
    const std::size_t value_bytes = floats ? 4 : range > 255 ? 2 : 1;
    const std::vector<char> raw((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (raw.size() < std::size_t(3) * width * height * value_bytes) unreadable(path, "it ends too early");

    PictureFile picture{Image(width, height), false, floats ? 32 : value_bytes == 2 ? 16 : 8};
    const auto* from = reinterpret_cast<const std::uint8_t*>(raw.data());
    for (int y = 0; y < height; ++y) {
        float* to = picture.image.pixel(0, floats ? height - 1 - y : y);
        for (int x = 0; x < width; ++x, to += 4) {
            for (int channel = 0; channel < 3; ++channel, from += value_bytes) {
                if (floats) {
                    std::uint8_t raw[4] = {from[0], from[1], from[2], from[3]};
                    if (swapped) std::reverse(raw, raw + 4);
                    std::memcpy(to + channel, raw, 4);
                } else if (value_bytes == 2)
                    to[channel] = float((from[0] << 8 | from[1]) / range);
                else
                    to[channel] = float(from[0] / range);
            }
            to[3] = 1;
        }
    }
    return picture;
}

void write_pixmap(const std::string& path, const PictureFile& picture) {
    const Image& image = picture.image;
    std::ofstream out(path, std::ios::binary);
    const bool floats = ends_with(path, ".pfm"), wide = picture.bits > 8;
    out << (floats ? "PF\n" : "P6\n") << image.width << ' ' << image.height << '\n'
        << (floats ? "-1.0"
            : wide ? "65535"
                   : "255")
        << '\n';
    std::string row;
    for (int y = 0; y < image.height; ++y) {
        row.clear();
        const float* from = image.pixel(0, floats ? image.height - 1 - y : y);
        for (int x = 0; x < image.width; ++x, from += 4) {
            for (int channel = 0; channel < 3; ++channel) {
                const float value = from[channel];
                if (floats) {
                    row.append(reinterpret_cast<const char*>(&value), 4);
                    continue;
                }
                const auto level = std::lround(std::clamp(value, 0.F, 1.F) * (wide ? 65535 : 255));
                if (wide) row += char(level >> 8);
                row += char(level & 255);
            }
        }
        out.write(row.data(), std::streamsize(row.size()));
    }
    out.close();
    if (!out)
        throw Error(Cause::output,
                    "The result " + path + " cannot be written; choose another folder or free some space.");
}

}  // namespace neural_style
