// The tables of numbered tags that TIFF files are made of, and EXIF blocks, which are small TIFF files without pixels.
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

namespace neural_style {

struct Tag {
    int number = 0;
    int type = 0;             ///< TIFF's number of it: 2 text, 3 and 4 whole numbers, …
    std::uint64_t count = 0;  ///< of its values
    std::uint64_t at = 0;     ///< where these begin in the file
    std::uint64_t entry = 0;  ///< where the tag's own line in the table begins
};

struct TagTable {
    std::vector<Tag> tags;
    std::uint64_t next = 0;  ///< where the next table lies; 0: there is none

    const Tag* find(int number) const;
};

/// Reads what lies within the stream and nothing else: a place or a count that leads outside gives an empty answer.
class TagReader {
public:
    /// Of a whole TIFF file or EXIF block, BigTIFF too. Kept as long as this.
    explicit TagReader(std::istream& in);

    bool is_tiff() const { return first_ != 0; }
    bool big_endian() const { return big_endian_; }
    std::uint64_t first_table() const { return first_; }

    TagTable table(std::uint64_t at);

    /// At most `most` whole numbers; empty for a tag that is not there or holds no whole numbers.
    std::vector<std::uint64_t> numbers(const Tag* tag, std::size_t most = 64);
    std::uint64_t number(const TagTable& table, int tag, std::uint64_t otherwise);

    /// A fraction of two whole numbers; `otherwise` for a tag that is not there or none.
    double fraction(const TagTable& table, int tag, double otherwise);

    /// Of a tag of bytes, at most `most`; empty for a longer one, or for one that is not there.
    std::string bytes(const Tag* tag, std::size_t most);

    /// A text without its end, at most 4096 bytes; "" for a tag that is not there or no text.
    std::string text(const Tag* tag);

private:
    std::uint64_t unsigned_at(std::uint64_t at, int bytes);  // 0 outside of the stream
    std::uint64_t value(const Tag& tag, std::size_t index);

    std::istream& in_;
    std::uint64_t size_ = 0, first_ = 0;
    bool big_endian_ = false, big_ = false;
};

}  // namespace neural_style
