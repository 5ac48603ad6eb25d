#include "weights_safetensors.hpp"

#include <nlohmann/json.hpp>

namespace neural_style {
namespace {

[[noreturn]] void damaged(const std::string& what) {
    throw Error(Cause::weights, readable("its table is damaged: " + what));
}

int bits_of(const std::string& type) {
    static const std::map<std::string, int> known = {
        {"F64", 64}, {"F32", 32}, {"F16", 16}, {"BF16", 16}, {"I64", 64}, {"I32", 32}, {"I16", 16},    {"I8", 8},
        {"U64", 64}, {"U32", 32}, {"U16", 16}, {"U8", 8},    {"BOOL", 8}, {"C64", 64}, {"F8_E4M3", 8}, {"F8_E5M2", 8}};
    const auto found = known.find(type);
    return found == known.end() ? 0 : found->second;
}

NumberType number_type(const std::string& type) {
    if (type == "F32") return NumberType::float32;
    if (type == "F16") return NumberType::float16;
    if (type == "BF16") return NumberType::bfloat16;
    if (type == "F64") return NumberType::float64;
    return NumberType::other;
}

/// Takes the table value by value and accepts only what the format allows, so that no tree is built of what a hostile
/// file may nest: { NAME: { dtype: text, shape: [n…], data_offsets: [n, n] }…, __metadata__: { text: text… } }.
class Table : public nlohmann::json_sax<nlohmann::json> {
public:
    explicit Table(std::uint64_t table_end, std::uint64_t file_size) : start_(table_end), end_(file_size) {}

    StoredTensors tensors;

    bool null() override { return wrong(); }
    bool boolean(bool) override { return wrong(); }
    bool number_integer(number_integer_t) override { damaged("a negative number"); }
    bool number_float(number_float_t, const string_t&) override { damaged("a broken number"); }
    bool binary(binary_t&) override { return wrong(); }

    bool number_unsigned(number_unsigned_t number) override {
        if (depth_ != 3) return wrong();
        auto& list = key_ == "shape" ? tensor_.shape : offsets_;
        if (list.size() >= (key_ == "shape" ? 8 : 2)) damaged("too many numbers for " + name_);
        list.push_back(number);
        return true;
    }

    bool string(string_t& text) override {
        if (depth_ != 2) return wrong();
        if (metadata_) return true;
        if (key_ != "dtype") return wrong();
        tensor_.type_name = text;
        return true;
    }

    bool start_object(std::size_t) override {
        if (depth_ > 1) return wrong();
        ++depth_;
        return true;
    }

    bool key(string_t& text) override {
        if (depth_ == 1) {
            name_ = text;
            metadata_ = text == "__metadata__";
            tensor_ = StoredTensor();
            offsets_.clear();
            seen_.clear();
            if (tensors.count(name_)) damaged("the tensor " + name_ + " is there twice");
        } else {
            key_ = text;
            if (!metadata_) {
                if (key_ != "dtype" && key_ != "shape" && key_ != "data_offsets") damaged("unknown key " + key_);
                for (const std::string& other : seen_)
                    if (other == key_) damaged("the key " + key_ + " is there twice");
                seen_.push_back(key_);
            }
        }
        return true;
    }

    bool end_object() override {
        if (--depth_ == 1 && !metadata_) take();
        return true;
    }

    bool start_array(std::size_t) override {
        if (depth_ != 2 || metadata_ || key_ == "dtype") return wrong();
        ++depth_;
        return true;
    }

    bool end_array() override {
        --depth_;
        return true;
    }

    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
        damaged("it is not JSON");
    }

private:
    [[noreturn]] bool wrong() const { damaged("a value of a wrong kind" + (name_.empty() ? "" : " for " + name_)); }

    void take() {
        if (seen_.size() != 3 || offsets_.size() != 2) damaged("the entry of " + name_ + " is not complete");
        std::uint64_t elements = 1;
        for (const std::uint64_t extent : tensor_.shape)
            if (__builtin_mul_overflow(elements, extent, &elements)) damaged("the shape of " + name_ + " is too large");
        const std::uint64_t begin = offsets_[0], end = offsets_[1];
        if (begin > end || end > end_ - start_)
            damaged("the numbers of " + name_ + " lie outside the file; it was not downloaded or copied completely");
        std::uint64_t bits = 0;
        const int width = bits_of(tensor_.type_name);
        if (width && (__builtin_mul_overflow(elements, std::uint64_t(width), &bits) || bits != (end - begin) * 8))
            damaged("the numbers of " + name_ + " are not as many as its shape says");
        tensor_.type = number_type(tensor_.type_name);
        tensor_.elements = elements;
        tensor_.offset = start_ + begin;
        tensors.emplace(name_, tensor_);
    }

    std::uint64_t start_, end_;
    int depth_ = 0;
    bool metadata_ = false;
    std::string name_, key_;
    std::vector<std::string> seen_;
    std::vector<std::uint64_t> offsets_;
    StoredTensor tensor_;
};

}  // namespace

StoredTensors read_safetensors(const WeightsBytes& bytes) {
    std::uint8_t head[8];
    bytes.read(0, head, sizeof head);
    const std::uint64_t length = little_endian(head, 8);
    if (length > largest_safetensors_header) damaged("it would be longer than the format allows");
    if (length > bytes.size() - 8)
        throw Error(Cause::weights, "the file ends too early; it was not downloaded or copied completely");
    std::string json(std::size_t(length), '\0');
    bytes.read(8, json.data(), json.size());
    return read_safetensors_table(json, bytes.size());
}

StoredTensors read_safetensors_table(const std::string& json, std::uint64_t file_size) {
    if (file_size < 8 || json.size() > file_size - 8) damaged("it is longer than the file");
    Table table(8 + json.size(), file_size);
    nlohmann::json::sax_parse(json, &table);
    return std::move(table.tensors);
}

std::string safetensors_head(const std::vector<std::pair<std::string, StoredTensor>>& tensors) {
    nlohmann::ordered_json table = nlohmann::ordered_json::object();
    std::uint64_t at = 0;
    for (const auto& [name, tensor] : tensors) {
        const std::uint64_t end = at + tensor.elements * std::uint64_t(size_of(tensor.type));
        const char* type = tensor.type == NumberType::float16    ? "F16"
                           : tensor.type == NumberType::bfloat16 ? "BF16"
                           : tensor.type == NumberType::float64  ? "F64"
                                                                 : "F32";
        table[name] = {{"dtype", type}, {"shape", tensor.shape}, {"data_offsets", {at, end}}};
        at = end;
    }
    std::string text = table.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');
    std::string head(8, '\0');
    for (int i = 0; i < 8; ++i) head[std::size_t(i)] = char(std::uint64_t(text.size()) >> (8 * i));
    return head + text;
}

}  // namespace neural_style
