#include "tag_tables.hpp"

#include <algorithm>

namespace neural_style {
namespace {

constexpr std::uint64_t most_tags = 4096, most_text = 4096;

// Bytes of one value of each of TIFF's types; 0: no such type.
int bytes_of(int type) {
    static constexpr int bytes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};
    return type >= 0 && type < int(std::size(bytes)) ? bytes[type] : 0;
}

bool is_whole_number(int type) { return type == 1 || type == 3 || type == 4 || type == 13 || type == 16 || type == 18; }

}  // namespace

const Tag* TagTable::find(int number) const {
    const auto found = std::find_if(tags.begin(), tags.end(), [&](const Tag& tag) { return tag.number == number; });
    return found == tags.end() ? nullptr : &*found;
}

TagReader::TagReader(std::istream& in) : in_(in) {
    in_.seekg(0, std::ios::end);
    const auto end = in_.tellg();
    size_ = end > 0 ? std::uint64_t(end) : 0;
    const auto order = unsigned_at(0, 2);
    if (order != 0x4949 && order != 0x4d4d) return;
    big_endian_ = order == 0x4d4d;
    const auto version = unsigned_at(2, 2);
    big_ = version == 43;
    if (version == 42) first_ = unsigned_at(4, 4);
    if (big_ && unsigned_at(4, 2) == 8) first_ = unsigned_at(8, 8);
}

std::uint64_t TagReader::unsigned_at(std::uint64_t at, int bytes) {
    if (at > size_ || size_ - at < std::uint64_t(bytes)) return 0;
    unsigned char raw[8];
    in_.clear();
    in_.seekg(std::streamoff(at));
    if (!in_.read(reinterpret_cast<char*>(raw), bytes)) return 0;
    std::uint64_t result = 0;
    for (int i = 0; i < bytes; ++i) result = result << 8 | raw[big_endian_ ? i : bytes - 1 - i];
    return result;
}

TagTable TagReader::table(std::uint64_t at) {
    TagTable table;
    const int head = big_ ? 8 : 2, entry = big_ ? 20 : 12, inside = big_ ? 8 : 4;
    if (at == 0 || at >= size_) return table;
    const std::uint64_t count = std::min(unsigned_at(at, head), most_tags);
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t place = at + head + i * entry;
        Tag tag{int(unsigned_at(place, 2)), int(unsigned_at(place + 2, 2)), unsigned_at(place + 4, inside), 0, place};
        const auto bytes = std::uint64_t(bytes_of(tag.type));
        if (bytes == 0 || tag.count == 0 || tag.count > size_ / bytes) continue;
        const std::uint64_t values = place + 4 + std::uint64_t(inside);
        tag.at = bytes * tag.count <= std::uint64_t(inside) ? values : unsigned_at(values, inside);
        if (tag.at < size_ && size_ - tag.at >= bytes * tag.count) table.tags.push_back(tag);
    }
    table.next = unsigned_at(at + head + count * entry, inside);
    return table;
}

std::uint64_t TagReader::number(const TagTable& table, int tag, std::uint64_t otherwise) {
    const auto found = numbers(table.find(tag), 1);
    return found.empty() ? otherwise : found.front();
}

std::uint64_t TagReader::value(const Tag& tag, std::size_t index) {
    const int bytes = bytes_of(tag.type);
    return unsigned_at(tag.at + index * std::uint64_t(bytes), bytes);
}

std::vector<std::uint64_t> TagReader::numbers(const Tag* tag, std::size_t most) {
    std::vector<std::uint64_t> result;
    if (tag && is_whole_number(tag->type))
        for (std::size_t i = 0; i < std::min<std::uint64_t>(tag->count, most); ++i) result.push_back(value(*tag, i));
    return result;
}

double TagReader::fraction(const TagTable& table, int tag, double otherwise) {
    constexpr int fractions = 5;  // the type's number
    const Tag* const found = table.find(tag);
    if (!found || found->type != fractions) return otherwise;
    const auto below = unsigned_at(found->at + 4, 4);
    return below ? double(unsigned_at(found->at, 4)) / double(below) : otherwise;
}

std::string TagReader::bytes(const Tag* tag, std::size_t most) {
    if (!tag || bytes_of(tag->type) != 1 || tag->count > most) return {};
    std::string result(std::size_t(tag->count), '\0');
    in_.clear();
    in_.seekg(std::streamoff(tag->at));
    return in_.read(result.data(), std::streamsize(result.size())) ? result : std::string();
}

std::string TagReader::text(const Tag* tag) {
    std::string result;
    if (!tag || tag->type != 2) return result;
    for (std::size_t i = 0; i < std::min(tag->count, most_text); ++i) {
        const char letter = char(value(*tag, i));
        if (!letter) break;
        result += letter;
    }
    return result;
}

}  // namespace neural_style
