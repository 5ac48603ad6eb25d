#include "tiff_page.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <vector>

#include "picture_kind.hpp"
#include "tag_tables.hpp"

namespace neural_style {
namespace {

enum TagNumber {
    new_subfile_type = 254,
    subfile_type = 255,
    image_width = 256,
    image_length = 257,
    bits_per_sample = 258,
    compression = 259,
    photometric = 262,
    orientation = 274,
    samples_per_pixel = 277,
    rows_per_strip = 278,
    sub_tables = 330,
    ink_set = 332,
    tile_length = 323,
    extra_samples = 338,
    sample_format = 339,
    icc_profile = 34675,
    dng_version = 50706,
};

constexpr std::size_t most_pages = 4096;
constexpr int most_samples = 32;
constexpr std::size_t most_profile = 64 << 20;  // bytes
const char* const resave = "open it in the program that made it and save it as RGB or grey with 8 or 16 bits a channel";

struct Page {
    std::uint64_t at = 0;
    TagTable table;
    std::uint64_t width = 0, height = 0;
    bool full = true;  // neither reduced nor a mask
};

bool is_raw_table(TagReader& reader, const TagTable& table) {
    const auto kind = reader.number(table, photometric, 0);
    const auto packed = reader.number(table, compression, 1);
    // A colour filter's mosaic, linear raw; Sony's, Nikon's, Pentax', Kodak's and Samsung's own compressions.
    return table.find(dng_version) || kind == 32803 || kind == 34892 || packed == 32767 || packed == 34713 ||
           packed == 65535 || packed == 65000 || packed == 32770;
}

std::vector<Page> pages_of(const std::string& path, TagReader& reader) {
    std::vector<Page> pages;
    std::set<std::uint64_t> seen;
    bool sub_pictures = false;
    for (std::uint64_t at = reader.first_table(); at && pages.size() < most_pages && seen.insert(at).second;) {
        Page page{at, reader.table(at), 0, 0, true};
        at = page.table.next;
        page.width = reader.number(page.table, image_width, 0);
        page.height = reader.number(page.table, image_length, 0);
        const auto kind = reader.number(page.table, new_subfile_type, 0);
        const bool reduced = (kind & 1) != 0 || reader.number(page.table, subfile_type, 1) == 2;
        page.full = !reduced && (kind & 4) == 0;
        if (is_raw_table(reader, page.table)) refuse_raw_picture(path);
        for (const std::uint64_t below : reader.numbers(page.table.find(sub_tables))) {
            sub_pictures = true;
            if (is_raw_table(reader, reader.table(below))) refuse_raw_picture(path);
        }
        pages.push_back(std::move(page));
    }
    if (pages.empty()) unreadable_picture(path, "no picture is in the file");
    // The large picture of a file of previews hangs below them: that is how cameras do it.
    if (sub_pictures && std::none_of(pages.begin(), pages.end(), [](const Page& page) { return page.full; }))
        refuse_raw_picture(path);
    return pages;
}

std::size_t chosen(const std::vector<Page>& pages) {
    const bool any_full = std::any_of(pages.begin(), pages.end(), [](const Page& page) { return page.full; });
    const auto edge = [](const Page& page) { return std::max(page.width, page.height); };
    std::uint64_t largest = 0;
    for (const Page& page : pages)
        if (page.full || !any_full) largest = std::max(largest, edge(page));
    for (std::size_t i = 0; i < pages.size(); ++i)
        if ((pages[i].full || !any_full) && 2 * edge(pages[i]) >= largest) return i;
    return 0;
}

std::uint64_t one_number(TagReader& reader, const std::string& path, const TagTable& table, int tag,
                         std::uint64_t otherwise) {
    const auto numbers = reader.numbers(table.find(tag));
    if (numbers.empty()) return otherwise;
    if (std::any_of(numbers.begin(), numbers.end(), [&](auto number) { return number != numbers.front(); }))
        refuse_picture(path, "a TIFF file whose channels have different numbers", resave);
    return numbers.front();
}

void read_colours(TagReader& reader, const std::string& path, const TagTable& table, TiffPage& page) {
    const auto refuse = [&](const std::string& what) { refuse_picture(path, "a TIFF file " + what, resave); };
    const bool packed_as_jpeg = reader.number(table, compression, 1) == 7;
    bool short_numbers_only = false;
    switch (reader.number(table, photometric, ~0U)) {
        case 0:
            page.white_is_zero = true;
            break;
        case 1:
            break;
        case 2:
            page.colours = 3;
            break;
        case 3:
            short_numbers_only = true;
            break;
        case 5:
            page.colours = 4;
            if (reader.number(table, ink_set, 1) != 1) refuse("in other inks than cyan, magenta, yellow and black");
            break;
        case 6:
            if (!packed_as_jpeg) refuse("in YCbCr that is not packed as JPEG");
            page.colours = 3;
            short_numbers_only = true;
            break;
        case 8:
            page.colours = 3;
            page.is_lab = short_numbers_only = true;
            if (page.samples != 3) refuse("in Lab with more channels");
            break;
        default:
            refuse("in colours that are not read (photometric interpretation " +
                   std::to_string(reader.number(table, photometric, 0)) + ")");
    }
    if (page.samples < page.colours) refuse("with too few channels");
    if (short_numbers_only && page.is_wide()) refuse("of this colour space with so many bits a channel");
}

// One channel more of no stated kind is transparency, as GIMP takes it. Of several only what says so is.
void read_alpha(TagReader& reader, const TagTable& table, TiffPage& page) {
    const auto kinds = reader.numbers(table.find(extra_samples));
    const int extra = page.samples - page.colours;
    for (int i = 0; i < extra && page.alpha < 0; ++i) {
        const auto kind = std::size_t(i) < kinds.size() ? kinds[std::size_t(i)] : 0;
        if (kind != 1 && kind != 2 && extra != 1) continue;
        page.alpha = page.colours + i;
        page.associated = kind == 1;
    }
}

}  // namespace

TiffPage find_tiff_page(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    TagReader reader(in);
    if (!reader.is_tiff()) unreadable_picture(path, "damaged head");
    const std::vector<Page> pages = pages_of(path, reader);
    TiffPage page;
    page.number = int(chosen(pages));
    const TagTable& table = pages[std::size_t(page.number)].table;
    page.table = pages[std::size_t(page.number)].at;
    page.orientation = int(std::min<std::uint64_t>(reader.number(table, orientation, 1), 9));
    constexpr std::uint64_t largest_edge = 1 << 18;
    const auto width = pages[std::size_t(page.number)].width, height = pages[std::size_t(page.number)].height;
    if (width < 1 || height < 1 || width > largest_edge || height > largest_edge)
        unreadable_picture(path, "impossible size");
    page.width = int(width);
    page.height = int(height);
    page.samples = int(std::min<std::uint64_t>(reader.number(table, samples_per_pixel, 1), 1 << 16));
    page.bits = int(std::min<std::uint64_t>(one_number(reader, path, table, bits_per_sample, 1), 1 << 16));
    if (page.samples > most_samples) unreadable_picture(path, "too many channels");
    const auto format = one_number(reader, path, table, sample_format, 1);
    page.floats = format == 3;
    const auto refuse = [&](const std::string& what) { refuse_picture(path, "a TIFF file of " + what, resave); };
    if (format == 2) refuse("signed numbers");
    if (format != 1 && format != 3 && format != 4) refuse("complex numbers");
    const bool known = page.floats ? page.bits == 16 || page.bits == 32 || page.bits == 64
                                   : page.bits == 1 || page.bits == 2 || page.bits == 4 || page.bits == 8 ||
                                         page.bits == 16 || page.bits == 32;
    if (!known) refuse(std::to_string(page.bits) + " bits a channel" + (page.floats ? " in floating point" : ""));
    read_colours(reader, path, table, page);
    read_alpha(reader, table, page);
    page.profile = reader.bytes(table.find(icc_profile), most_profile);
    const auto rows = std::min<std::uint64_t>(
        height, reader.number(table, tile_length, reader.number(table, rows_per_strip, height)));
    page.row_bytes_at_once = double(rows) * double(width) * page.samples * std::max(page.bits, 8) / 8;
    return page;
}

}  // namespace neural_style
