// After PKWARE's APPNOTE.TXT, sections 4.3 (records) and 4.5.3 (zip64).
#include "weights_zip.hpp"

#include <algorithm>

namespace neural_style {
namespace {

constexpr std::uint64_t largest_directory = std::uint64_t(4) << 20;  // bytes; VGG-19's has 3 KB
constexpr std::uint64_t end_record = 22, longest_comment = 65535, locator_record = 20, zip64_record = 56;
constexpr std::uint64_t directory_entry = 46, local_header = 30;

[[noreturn]] void damaged(const std::string& what) {
    throw Error(Cause::weights, "its zip archive is damaged: " + what);
}

struct Directory {
    std::uint64_t offset = 0, size = 0, entries = 0;
};

std::vector<std::uint8_t> piece(const WeightsBytes& bytes, std::uint64_t offset, std::uint64_t count) {
    if (offset > bytes.size() || count > bytes.size() - offset) damaged("a record lies outside the file");
    std::vector<std::uint8_t> record(static_cast<std::size_t>(count));
    bytes.read(offset, record.data(), record.size());
    return record;
}

Directory find_directory(const WeightsBytes& bytes) {
    const std::uint64_t tail_size = std::min(bytes.size(), end_record + longest_comment);
    const auto tail = piece(bytes, bytes.size() - tail_size, tail_size);
    if (tail.size() < end_record)
        throw Error(Cause::weights, "the file ends too early; it was not downloaded or copied completely");
    for (std::size_t at = tail.size() - end_record + 1; at-- > 0;) {
        const std::uint8_t* record = tail.data() + at;
        if (little_endian(record, 4) != 0x06054b50 || little_endian(record + 20, 2) != tail.size() - at - end_record)
            continue;
        Directory directory{little_endian(record + 16, 4), little_endian(record + 12, 4),
                            little_endian(record + 10, 2)};
        const std::uint64_t record_offset = bytes.size() - tail_size + at;
        if (directory.offset == 0xffffffff || directory.size == 0xffffffff || directory.entries == 0xffff) {
            if (record_offset < locator_record) damaged("no zip64 record");
            const auto locator = piece(bytes, record_offset - locator_record, locator_record);
            if (little_endian(locator.data(), 4) != 0x07064b50) damaged("no zip64 record");
            const auto wide = piece(bytes, little_endian(locator.data() + 8, 8), zip64_record);
            if (little_endian(wide.data(), 4) != 0x06064b50) damaged("no zip64 record");
            directory = {little_endian(wide.data() + 48, 8), little_endian(wide.data() + 40, 8),
                         little_endian(wide.data() + 32, 8)};
        }
        return directory;
    }
    // The directory stands at the end, so a file that was cut has none.
    throw Error(Cause::weights, "its zip archive has no end; it was not downloaded or copied completely");
}

// Replaces what did not fit into 32 bits by the zip64 field of the entry's extra bytes.
void widen(const std::uint8_t* extra, std::size_t size, std::uint64_t& full, std::uint64_t& packed,
           std::uint64_t& offset) {
    for (std::size_t at = 0; at + 4 <= size;) {
        const auto id = little_endian(extra + at, 2), length = little_endian(extra + at + 2, 2);
        at += 4;
        if (length > size - at) damaged("a record is cut");
        if (id == 1) {
            std::size_t field = at;
            for (std::uint64_t* value : {&full, &packed, &offset}) {
                if (*value != 0xffffffff) continue;
                if (field + 8 > at + length) damaged("a zip64 field is missing");
                *value = little_endian(extra + field, 8);
                field += 8;
            }
            return;
        }
        at += std::size_t(length);
    }
}

}  // namespace

std::map<std::string, ZipEntry> read_zip(const WeightsBytes& bytes) {
    const Directory directory = find_directory(bytes);
    if (directory.size > largest_directory) damaged("its table of contents is longer than any network's");
    const auto table = piece(bytes, directory.offset, directory.size);
    std::map<std::string, ZipEntry> entries;
    std::size_t at = 0;
    for (std::uint64_t i = 0; i < directory.entries; ++i) {
        if (table.size() - at < directory_entry) damaged("its table of contents is cut");
        const std::uint8_t* record = table.data() + at;
        if (little_endian(record, 4) != 0x02014b50) damaged("its table of contents has a strange entry");
        const auto flags = little_endian(record + 8, 2), method = little_endian(record + 10, 2);
        std::uint64_t packed = little_endian(record + 20, 4), full = little_endian(record + 24, 4);
        const auto name_size = std::size_t(little_endian(record + 28, 2)),
                   extra_size = std::size_t(little_endian(record + 30, 2)),
                   comment_size = std::size_t(little_endian(record + 32, 2));
        std::uint64_t offset = little_endian(record + 42, 4);
        if (name_size + extra_size + comment_size > table.size() - at - directory_entry)
            damaged("its table of contents is cut");
        const std::string name(reinterpret_cast<const char*>(record) + directory_entry, name_size);
        widen(record + directory_entry + name_size, extra_size, full, packed, offset);
        const bool plain = !(flags & 1) && method == 0 && packed == full;

        // The local header repeats name and extra bytes, with lengths of its own.
        const auto local = piece(bytes, offset, local_header);
        if (little_endian(local.data(), 4) != 0x04034b50) damaged("an entry does not start where it should");
        const std::uint64_t start =
            offset + local_header + little_endian(local.data() + 26, 2) + little_endian(local.data() + 28, 2);
        if (start > bytes.size() || packed > bytes.size() - start) damaged("an entry lies outside the file");
        if (!entries.emplace(name, ZipEntry{start, packed, plain}).second) damaged("an entry is there twice");
        at += directory_entry + name_size + extra_size + comment_size;
    }
    return entries;
}

}  // namespace neural_style
