#include "png_chunks.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>

#include "picture_kind.hpp"

namespace neural_style {
namespace {

constexpr std::uint32_t most_data = 1 << 20;

std::uint32_t number_at(const std::string& bytes, std::size_t at) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i) number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
    return number;
}

std::string packed(std::uint32_t number) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += char(number >> shift & 255);
    return bytes;
}

// PNG's own: CRC-32 as in ISO 3309.
std::uint32_t checksum(const std::string& bytes) {
    std::uint32_t sum = ~0U;
    for (const char byte : bytes) {
        sum ^= static_cast<unsigned char>(byte);
        for (int bit = 0; bit < 8; ++bit) sum = sum & 1 ? sum >> 1 ^ 0xedb88320U : sum >> 1;
    }
    return ~sum;
}

}  // namespace

std::vector<PngChunk> png_chunks(std::istream& in) {
    std::vector<PngChunk> chunks;
    in.clear();
    std::uint64_t at = 8;  // behind the signature
    std::string head(8, '\0');
    while (in.seekg(std::streamoff(at)) && in.read(head.data(), 8)) {
        chunks.push_back({head.substr(4), at + 8, number_at(head, 0)});
        if (chunks.back().kind == "IEND") break;
        at += 12 + std::uint64_t(chunks.back().bytes);
    }
    in.clear();
    return chunks;
}

std::string data_of(std::istream& in, const PngChunk& chunk) {
    if (chunk.bytes > most_data) return {};
    std::string data(chunk.bytes, '\0');
    in.clear();
    in.seekg(std::streamoff(chunk.at));
    if (!in.read(data.data(), std::streamsize(data.size()))) data.clear();
    return data;
}

std::string packed_chunk(const std::string& kind, const std::string& data) {
    return packed(std::uint32_t(data.size())) + kind + data + packed(checksum(kind + data));
}

std::pair<double, double> png_resolution(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    for (const PngChunk& chunk : png_chunks(in)) {
        const std::string data = chunk.kind == "pHYs" ? data_of(in, chunk) : std::string();
        if (data.size() == 9 && data[8] == 1) return {number_at(data, 0) * 0.0254, number_at(data, 4) * 0.0254};
    }
    return {0, 0};
}

ColourMeaning png_meaning(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    ColourMeaning meaning;
    bool is_srgb = false;
    for (const PngChunk& chunk : png_chunks(in)) {
        if (chunk.kind == "IDAT") break;  // what says how colours are meant comes before them
        const bool wanted =
            chunk.kind == "sRGB" || chunk.kind == "cICP" || chunk.kind == "gAMA" || chunk.kind == "cHRM";
        const std::string data = wanted ? data_of(in, chunk) : std::string();
        if (chunk.kind == "sRGB") is_srgb = true;
        if (chunk.kind == "cICP" && data.size() == 4) {
            if (data[0] != 1 || data[1] != 13)
                refuse_picture(path, "a PNG picture in colours that its cICP chunk names and that are not sRGB's",
                               "convert it to sRGB in the program that made it");
            is_srgb = true;
        }
        if (chunk.kind == "gAMA" && data.size() == 4) meaning.gamma = number_at(data, 0) / 100000.;
        if (chunk.kind == "cHRM" && data.size() == 32)
            for (std::size_t i = 0; i < 8; ++i) meaning.primaries[i] = number_at(data, 4 * i) / 100000.;
    }
    const auto& own = meaning.primaries;
    const auto& usual = ColourMeaning().primaries;
    const bool usual_colours = std::equal(own.begin(), own.end(), usual.begin(),
                                          [](double one, double other) { return std::abs(one - other) < 0.005; });
    // 0.45455 is what writers of sRGB say; its curve is sRGB's then. Primaries without a gamma have that curve too,
    // nearly: it is the one of 0.45455.
    const bool usual_curve = meaning.gamma == 0 || std::abs(meaning.gamma - 0.45455) < 0.01;
    if (is_srgb || (usual_curve && usual_colours)) return {};
    const bool possible = std::all_of(own.begin(), own.end(), [](double number) { return number <= 1; }) &&
                          own[1] > 0 && meaning.gamma < 10;
    if (!possible) return {};
    if (meaning.gamma == 0) meaning.gamma = 0.45455;
    if (meaning.gamma < 0.05) return {};
    return meaning;
}

}  // namespace neural_style
