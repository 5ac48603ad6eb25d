#include "weights_record.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <memory>
#include <vector>

#include "weights_bytes.hpp"
#include "weights_output.hpp"

namespace neural_style {
namespace {

constexpr std::size_t longest_record = 1 << 16;  // bytes

bool look_at(const std::string& path, std::uint64_t& size, std::int64_t& modified) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return false;
    size = std::uint64_t(status.st_size);
    modified = std::int64_t(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
    return true;
}

template <class Number>
bool read_number(const std::string& text, Number& number) {
    const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
    return result.ec == std::errc() && result.ptr == text.data() + text.size();
}

std::string one_line(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

}  // namespace

std::string record_path(const std::string& weights_path) { return weights_path + ".record"; }

std::optional<WeightsRecord> read_record(const std::string& weights_path) {
    std::ifstream file(record_path(weights_path), std::ios::binary);
    std::string text(longest_record, '\0');
    file.read(text.data(), std::streamsize(text.size()));
    text.resize(std::size_t(file.gcount()));
    std::map<std::string, std::string> values;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        const std::string line = text.substr(at, end - at);
        at = end + 1;
        const auto equals = line.find(" = ");
        if (equals != std::string::npos) values[line.substr(0, equals)] = line.substr(equals + 3);
    }
    WeightsRecord record;
    record.network = values["network"];
    record.source = values["source"];
    record.source_sha256 = values["source-sha256"];
    record.source_checked = values["source-checked"] == "yes";
    record.sha256 = values["sha256"];
    if (record.sha256.size() != 64 || !read_number(values["size"], record.size_bytes) ||
        !read_number(values["modified"], record.modified))
        return std::nullopt;
    return record;
}

void write_record(const std::string& weights_path, WeightsRecord record) {
    if (!look_at(weights_path, record.size_bytes, record.modified))
        throw Error(Cause::output, "The weights file " + weights_path + " has gone away.");
    const std::string text = "network = " + one_line(record.network) + "\nsource = " + one_line(record.source) +
                             "\nsource-sha256 = " + record.source_sha256 +
                             "\nsource-checked = " + (record.source_checked ? "yes" : "no") +
                             "\nsha256 = " + record.sha256 + "\nsize = " + std::to_string(record.size_bytes) +
                             "\nmodified = " + std::to_string(record.modified) + "\n";
    WeightsOutput output(record_path(weights_path));
    output.write(text.data(), text.size());
    output.commit();
}

RecordState check_record(const std::string& weights_path, bool in_full) {
    const auto record = read_record(weights_path);
    if (!record) return RecordState::none;
    std::uint64_t size = 0;
    std::int64_t modified = 0;
    if (!look_at(weights_path, size, modified) || size != record->size_bytes) return RecordState::changed;
    if (!in_full && modified == record->modified) return RecordState::good;
    const std::atomic<bool> never{false};
    if (sha256_of(weights_path, never, {}) != record->sha256) return RecordState::changed;
    if (modified != record->modified && record->modified != 0) {
        try {
            write_record(weights_path, *record);  // so that the next load need not compute the hash again
        } catch (const Error&) {                  // a folder that may not be written: then it is computed each time
        }
    }
    return RecordState::good;
}

}  // namespace neural_style
