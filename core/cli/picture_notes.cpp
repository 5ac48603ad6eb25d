#include "picture_notes.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "neural-style/error.hpp"
#include "png_chunks.hpp"
#include "tag_tables.hpp"

namespace neural_style {
namespace {

enum TagNumber {
    image_description = 270,
    x_resolution = 282,
    y_resolution = 283,
    resolution_unit = 296,
    software = 305,
    xmp_packet = 700,
    exif_table = 34665,
    exif_version = 36864,
    interoperability_table = 40965,
};

struct Kept {
    int tag;
    bool of_the_photo;
};
// DateTime, Artist, Copyright; of the photograph: when it was taken and when digitised, their offsets from UTC and
// parts of a second.
constexpr Kept kept[] = {{306, false},  {315, false},  {33432, false}, {36867, true}, {36868, true}, {36880, true},
                         {36881, true}, {36882, true}, {37520, true},  {37521, true}, {37522, true}};

// Tags on their way into a file.
class TagWriter {
public:
    explicit TagWriter(bool big_endian) : big_endian_(big_endian) {}

    std::string number(std::uint64_t value, int bytes) const {
        std::string raw;
        for (int i = 0; i < bytes; ++i) raw += char(value >> 8 * (big_endian_ ? bytes - 1 - i : i) & 255);
        return raw;
    }

    void add(int tag, int type, std::uint64_t count, std::string raw) {
        tags_.push_back(
            {tag, number(std::uint64_t(tag), 2) + number(std::uint64_t(type), 2) + number(count, 4), std::move(raw)});
    }
    void add_text(int tag, const std::string& text) { add(tag, 2, text.size() + 1, text + '\0'); }

    // An entry as another table has it, its values where they are.
    void add_entry(int tag, const std::string& entry) { tags_.push_back({tag, entry, {}}); }

    bool empty() const { return tags_.empty(); }

    // The table and what belongs to it, for the place `at` in the file.
    std::string packed(std::uint64_t at) {
        std::stable_sort(tags_.begin(), tags_.end(), [](const Entry& a, const Entry& b) { return a.tag < b.tag; });
        std::string table = number(tags_.size(), 2), behind;
        const std::uint64_t end = at + 2 + 12 * tags_.size() + 4;
        for (const Entry& entry : tags_) {
            table += entry.head;
            if (entry.head.size() == 12) continue;
            std::string raw = entry.raw;
            raw.resize(std::max<std::size_t>(raw.size() + raw.size() % 2, 4), '\0');
            if (entry.raw.size() > 4) {
                table += number(end + behind.size(), 4);
                behind += raw;
            } else {
                table += raw.substr(0, 4);
            }
        }
        return table + number(0, 4) + behind;
    }

private:
    struct Entry {
        int tag;
        std::string head;  // eight bytes, or all twelve
        std::string raw;   // its values
    };
    bool big_endian_;
    std::vector<Entry> tags_;
};

void add_texts(TagWriter& writer, const PictureNotes& notes, bool of_the_photo) {
    for (const PictureNotes::Text& text : notes.texts)
        if (text.of_the_photo == of_the_photo) writer.add_text(text.tag, text.text);
}

// EXIF's own table for the place `at`; "" where there is nothing to say in it.
std::string photo_table(const PictureNotes& notes, bool big_endian, std::uint64_t at) {
    TagWriter writer(big_endian);
    add_texts(writer, notes, true);
    if (writer.empty()) return {};
    writer.add(exif_version, 7, 4, "0232");
    return writer.packed(at);
}

// A TIFF file of tags alone.
std::string exif_block(const PictureNotes& notes) {
    if (notes.texts.empty()) return {};
    constexpr std::uint64_t head_bytes = 8;
    const std::string photo = photo_table(notes, false, head_bytes);
    TagWriter writer(false);
    add_texts(writer, notes, false);
    if (!photo.empty()) writer.add(exif_table, 4, 1, writer.number(head_bytes, 4));
    const std::uint64_t at = head_bytes + photo.size();
    return std::string("II*\0", 4) + writer.number(at, 4) + photo + writer.packed(at);
}

std::string in_xml(const std::string& text) {
    std::string result;
    for (const char letter : text) {
        if (letter == '&')
            result += "&amp;";
        else if (letter == '<')
            result += "&lt;";
        else if (letter == '>')
            result += "&gt;";
        else
            result += letter;
    }
    return result;
}

// TIFF's own texts are ASCII by its definition, and readers differ in what they take others for. XMP is UTF-8.
std::string xmp_of(const std::string& text) {
    return "<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>"
           "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
           "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:description><rdf:Alt>"
           "<rdf:li xml:lang=\"x-default\">" +
           in_xml(text) +
           "</rdf:li></rdf:Alt></dc:description></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end=\"r\"?>";
}

// UTF-8 with U+FFFD for each byte that is none: names of files may be any bytes, and iTXt and XMP may not.
std::string valid_utf8(const std::string& text) {
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i]);
        const std::size_t length = first < 0x80                    ? 1
                                   : first >= 0xc2 && first < 0xe0 ? 2
                                   : first >= 0xe0 && first < 0xf0 ? 3
                                   : first >= 0xf0 && first < 0xf5 ? 4
                                                                   : 0;
        bool whole = length > 0 && i + length <= text.size();
        for (std::size_t k = 1; whole && k < length; ++k)
            whole = (static_cast<unsigned char>(text[i + k]) & 0xc0) == 0x80;
        result += whole ? text.substr(i, length) : "\xef\xbf\xbd";
        i += whole ? length : 1;
    }
    return result;
}

[[noreturn]] void cannot_write() {
    throw Error(Cause::output, "The result cannot be written; choose another folder or free some space.");
}

}  // namespace

void read_resolution(std::istream& in, std::uint64_t table_at, PictureNotes& notes) {
    TagReader reader(in);
    if (!reader.is_tiff()) return;
    const TagTable table = reader.table(table_at ? table_at : reader.first_table());
    const auto unit = reader.number(table, resolution_unit, 2);
    const double inches = unit == 2 ? 1 : unit == 3 ? 2.54 : 0;
    notes.across = reader.fraction(table, x_resolution, 0) * inches;
    notes.down = reader.fraction(table, y_resolution, 0) * inches;
}

void read_jpeg_resolution(const std::string& path, PictureNotes& notes) {
    std::ifstream in(path, std::ios::binary);
    std::string head(18, '\0');
    if (!in.read(head.data(), 18) || head.compare(6, 5, std::string("JFIF\0", 5)) != 0) return;
    const auto at = [&](std::size_t place) { return static_cast<unsigned char>(head[place]); };
    const double inches = at(13) == 1 ? 1 : at(13) == 2 ? 2.54 : 0;  // else it is a pixel's shape
    notes.across = (at(14) << 8 | at(15)) * inches;
    notes.down = (at(16) << 8 | at(17)) * inches;
}

void read_exif_texts(std::istream& in, std::uint64_t table_at, PictureNotes& notes) {
    TagReader reader(in);
    if (!reader.is_tiff()) return;
    const TagTable picture = reader.table(table_at ? table_at : reader.first_table());
    const TagTable photo = reader.table(reader.number(picture, exif_table, 0));
    for (const Kept& one : kept) {
        const std::string text = reader.text((one.of_the_photo ? photo : picture).find(one.tag));
        if (text.find_first_not_of(" :") != std::string::npos)  // cameras without a clock write blanks and colons
            notes.texts.push_back({one.tag, one.of_the_photo, text});
    }
}

bool says_adobe_rgb(std::istream& exif) {
    TagReader reader(exif);
    if (!reader.is_tiff()) return false;
    const TagTable picture = reader.table(reader.first_table());
    const TagTable photo = reader.table(reader.number(picture, exif_table, 0));
    constexpr int colour_space = 40961, adobe = 2;  // not of EXIF's definition, and widely written
    if (reader.number(photo, colour_space, 0) == adobe) return true;
    const TagTable rules = reader.table(reader.number(photo, interoperability_table, 0));
    return reader.text(rules.find(1)) == "R03";  // DCF's optional colour space
}

std::string png_exif(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    for (const PngChunk& chunk : png_chunks(in))
        if (chunk.kind == "eXIf") return data_of(in, chunk);
    return {};
}

void note_in_png(const std::string& path, const PictureNotes& notes, const std::string& program,
                 const std::string& made) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    const auto chunks = png_chunks(file);
    if (chunks.empty() || chunks.back().kind != "IEND") cannot_write();
    for (const PngChunk& chunk : chunks) {
        if (chunk.kind != "pHYs") continue;
        // libvips writes one always. Of unit 0 it says that pixels are square, and no more.
        TagWriter numbers(true);
        const bool known = notes.across > 0 && notes.down > 0;
        const auto per_metre = [&](double dots) {
            return numbers.number(known ? std::uint64_t(std::lround(dots / 0.0254)) : 1, 4);
        };
        file.seekp(std::streamoff(chunk.at - 8));
        file << packed_chunk("pHYs", per_metre(notes.across) + per_metre(notes.down) + char(known));
    }
    file.seekp(std::streamoff(chunks.back().at - 8));
    const auto say = [&](const std::string& key, const std::string& text) {
        const bool ascii = std::all_of(text.begin(), text.end(), [](char letter) { return (letter & 0x80) == 0; });
        // Texts of the older kind are Latin-1. The newer one begins with: not compressed, no language, no other key.
        if (ascii)
            file << packed_chunk("tEXt", key + '\0' + text);
        else
            file << packed_chunk("iTXt", key + std::string(5, '\0') + valid_utf8(text));
    };
    if (!made.empty()) {
        say("Software", program);
        say("neural-style", made);
    }
    const std::string exif = exif_block(notes);
    if (!exif.empty()) file << packed_chunk("eXIf", exif);
    file << packed_chunk("IEND", {});
    file.close();
    if (!file) cannot_write();
}

void note_in_tiff(const std::string& path, const PictureNotes& notes, const std::string& program,
                  const std::string& made) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    TagReader reader(file);
    const TagTable old = reader.table(reader.first_table());
    if (old.tags.empty()) cannot_write();
    TagWriter writer(reader.big_endian());
    for (const Tag& tag : old.tags) {
        if (tag.number == x_resolution || tag.number == y_resolution || tag.number == resolution_unit) continue;
        std::string entry(12, '\0');
        file.clear();
        file.seekg(std::streamoff(tag.entry));
        if (!file.read(entry.data(), 12)) cannot_write();
        writer.add_entry(tag.number, entry);
    }
    file.seekp(0, std::ios::end);
    if (file.tellp() % 2) file << '\0';  // tables begin at even places
    const auto end = std::uint64_t(file.tellp());
    if (!made.empty()) {
        writer.add_text(image_description, program + "\n" + made);
        writer.add_text(software, program);
        const std::string xmp = xmp_of(valid_utf8(made));
        writer.add(xmp_packet, 1, xmp.size(), xmp);
    }
    if (notes.across > 0 && notes.down > 0) {
        const auto dots = [&](double number) {
            return writer.number(std::uint64_t(std::llround(number * 1000)), 4) + writer.number(1000, 4);
        };
        writer.add(x_resolution, 5, 1, dots(notes.across));
        writer.add(y_resolution, 5, 1, dots(notes.down));
        writer.add(resolution_unit, 3, 1, writer.number(2, 2));  // inches
    }
    add_texts(writer, notes, false);
    const std::string photo = photo_table(notes, reader.big_endian(), end);
    file << photo;
    if (!photo.empty()) writer.add(exif_table, 4, 1, writer.number(end, 4));
    const std::uint64_t at = end + photo.size();
    if (at > 0xffffffffU - (1 << 20)) return;  // a table that this TIFF has no numbers for
    file << writer.packed(at);
    file.seekp(4);
    file << writer.number(at, 4);
    file.close();
    if (!file) cannot_write();
}

}  // namespace neural_style
