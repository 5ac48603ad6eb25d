// ONNX files made field by field: what is read from them, in whose order, and what is refused.
#include "networks/weights_onnx.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "weights_files.hpp"

namespace neural_style {
namespace {

using testing::bytes_of;
using testing::expect_said;
using testing::float_bytes;
using testing::sentence_of;

std::string number(std::uint64_t value) {
    std::string bytes;
    for (; value > 127; value >>= 7) bytes += char((value & 127) | 128);
    return bytes + char(value);
}
std::string field(int index, std::uint64_t value) { return number(std::uint64_t(index) << 3) + number(value); }
std::string field(int index, const std::string& bytes) {
    return number(std::uint64_t(index) << 3 | 2) + number(bytes.size()) + bytes;
}

std::string tensor(const std::string& name, int type, const std::vector<std::uint64_t>& shape,
                   const std::string& numbers) {
    std::string bytes;
    for (const std::uint64_t extent : shape) bytes += field(1, extent);
    return bytes + field(2, std::uint64_t(type)) + field(8, name) + numbers;
}
std::string raw(const std::string& name, const std::vector<std::uint64_t>& shape, const std::vector<float>& values) {
    return tensor(name, 1, shape, field(9, float_bytes(values)));
}
/// So many numbers: start, start + 1 …
std::vector<float> counted(float start, std::size_t count) {
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = start + float(i);
    return values;
}

std::string node(const std::string& operation, const std::vector<std::string>& inputs, const std::string& output,
                 const std::string& attributes = "") {
    std::string bytes;
    for (const std::string& input : inputs) bytes += field(1, input);
    return field(1, bytes + field(2, output) + field(4, operation) + attributes);
}

std::vector<std::uint8_t> model(const std::string& graph) { return bytes_of(field(1, 7) + field(7, graph)); }
std::vector<std::uint8_t> with(const std::string& one_tensor) { return model(field(5, one_tensor)); }

std::string refusal(const std::vector<std::uint8_t>& bytes) {
    return sentence_of([&] { WeightsFile(weights_bytes_in_memory(bytes), "some.file"); });
}

/// Two convolutions: 3 → 2 → 2 channels.
Network two_convolutions() {
    return read_network(
        "[network]\nname=two\ntitle=Two\nloss=l\n[layers]\nsequence=conv1_1:2 conv1_2:2\nweight-key=w{count}\n"
        "bias-key=b{count}\n[input]\nrange=1\norder=rgb\nmean=0 0 0\ndeviation=1 1 1\n"
        "[loss l]\ncontent-layers=conv_1\nstyle-layers=conv_1\n",
        "two.ini");
}

const std::string first_conv = node("Conv", {"input", "one", "one b"}, "c1");
const std::string second_conv = node("Conv", {"c1", "two", "two b"}, "c2");

std::string numbers_of_both() {
    return field(5, raw("two b", {2}, {8, 9})) + field(5, raw("two", {2, 2, 3, 3}, counted(100, 36))) +
           field(5, raw("one b", {2}, {5, 6})) + field(5, raw("one", {2, 3, 3, 3}, counted(0, 54)));
}

std::string saved(const std::vector<std::uint8_t>& bytes) {
    const std::string path = ::testing::TempDir() + "two.onnx";
    std::ofstream(path, std::ios::binary) << std::string(bytes.begin(), bytes.end());
    return path;
}

TEST(Onnx, ReadsEveryNumberFormatInItsPlaces) {
    const std::vector<float> values = {1, -2, 0.5f};
    const std::string halves("\x00\x3c\x00\xc0\x00\x38", 6), doubles = [] {
        std::string bytes;
        for (const double value : {1.0, -2.0, 0.5}) {
            std::uint64_t bits;
            std::memcpy(&bits, &value, sizeof bits);
            for (int i = 0; i < 8; ++i) bytes += char(bits >> (8 * i));
        }
        return bytes;
    }();
    const std::string list_of_halves = number(0x3c00) + number(0xc000) + number(0x3800);
    for (const std::string& one :
         {tensor("t", 1, {3}, field(9, float_bytes(values))), tensor("t", 1, {3}, field(4, float_bytes(values))),
          tensor("t", 10, {3}, field(9, halves)), tensor("t", 10, {3}, field(5, list_of_halves)),
          tensor("t", 11, {3}, field(9, doubles)), tensor("t", 11, {3}, field(10, doubles))}) {
        const WeightsFile file(weights_bytes_in_memory(with(one)), "x");
        EXPECT_EQ(file.form(), "ONNX");
        EXPECT_EQ(file.read_floats("t", file.tensors().at("t")), values);
    }
}

TEST(Onnx, ConvolutionsGoByTheGraphNotByNames) {
    const auto both =
        load_convolutions(two_convolutions(), saved(model(first_conv + second_conv + numbers_of_both())), 9);
    ASSERT_EQ(both.size(), 2u);
    EXPECT_EQ(both[0].weights, counted(0, 54));
    EXPECT_EQ(both[0].bias, (std::vector<float>{5, 6}));
    EXPECT_EQ(both[1].weights, counted(100, 36));
    EXPECT_EQ(both[1].bias, (std::vector<float>{8, 9}));
    // The graph may stand behind a long description.
    const auto behind = bytes_of(field(1, 7) + field(6, std::string(9000, ' ')) +
                                 field(7, first_conv + second_conv + numbers_of_both()));
    EXPECT_EQ(load_convolutions(two_convolutions(), saved(behind), 9).size(), 2u);
    // Only as many as are asked for need be there.
    EXPECT_EQ(load_convolutions(two_convolutions(), saved(model(first_conv + numbers_of_both())), 1).size(), 1u);
}

TEST(Onnx, NumbersMayBeConstantsAndCopies) {
    const std::string constant =
        node("Constant", {}, "k", field(5, field(1, "value") + field(5, raw("", {2}, {8, 9}))));
    const std::string graph = constant + node("Identity", {"k"}, "two b") + first_conv + node("Relu", {"c1"}, "r") +
                              second_conv + field(5, raw("two", {2, 2, 3, 3}, counted(100, 36))) +
                              field(5, raw("one b", {2}, {5, 6})) + field(5, raw("one", {2, 3, 3, 3}, counted(0, 54)));
    EXPECT_EQ(load_convolutions(two_convolutions(), saved(model(graph)), 9)[1].bias, (std::vector<float>{8, 9}));
}

TEST(Onnx, OnlyAPlainRowOfConvolutionsIsTaken) {
    const auto said = [](const std::string& nodes) {
        return sentence_of([&] { load_convolutions(two_convolutions(), saved(model(nodes + numbers_of_both())), 9); });
    };
    EXPECT_EQ(said(node("Transpose", {"input"}, "t") + first_conv + node("MaxPool", {"c1"}, "p") + second_conv), "");
    const std::string steps = field(5, field(1, "strides") + field(8, 2) + field(8, 2));
    for (const std::string& nodes :
         {first_conv + node("BatchNormalization", {"c1", "one b"}, "n") + second_conv, second_conv + first_conv,
          first_conv + node("Add", {"c1", "c1"}, "a") + second_conv,
          node("Conv", {"input", "one", "one b"}, "c1", steps) + second_conv,
          node("Conv", {"input", "one"}, "c1") + second_conv, std::string()})
        expect_said(said(nodes), "no single row of convolutions");
    const std::string again =
        node("Conv", {"c2", "three", "one b"}, "c3") + node("Conv", {"c3", "four", "two b"}, "c4") +
        field(5, raw("three", {2, 3, 3, 3}, counted(0, 54))) + field(5, raw("four", {2, 2, 3, 3}, counted(0, 36)));
    expect_said(said(first_conv + second_conv + again), "from one on and from three on");
}

TEST(Onnx, RefusesWhatIsDamagedOrElsewhere) {
    EXPECT_EQ(refusal(with(raw("t", {1}, {1}))), "");
    const struct {
        std::vector<std::uint8_t> bytes;
        const char* said;
    } damages[] = {
        {with(raw("t", {2}, {1})), "not as many"},
        {with(raw("t", {0xffffffffffffffff, 4}, {1})), "too large"},
        {with(raw("t", {1, 1, 1, 1, 1, 1, 1, 1, 1}, {1})), "too many dimensions"},
        {with(raw("t", {1}, {1}) + field(9, float_bytes({1}))), "in pieces"},
        {with(tensor("t", 10, {5}, field(5, number(0x3c00)))), "not as many"},
        {with(tensor("t", 1, {2}, field(13, field(1, "location") + field(2, "t.bin")) + field(14, 1))),
         "onnx.save(onnx.load("},
        {model(field(5, raw("t", {1}, {1})) + field(5, raw("t", {1}, {1}))), "twice"},
        {bytes_of(field(1, 7) + field(7, "") + field(7, "")), "two graphs"},
        {model(field(5, field(8, std::string(2000, 'a')))), "longer than any tensor's"},
        {model(field(5, number(200))), "protobuf messages are damaged"},    // a length without its bytes
        {model(std::string("\x0b")), "protobuf messages are damaged"},      // a group
        {model(std::string(11, '\xff')), "protobuf messages are damaged"},  // a number without an end
        {bytes_of(field(1, 7) + number(7 << 3 | 2) + number(0xfffffffffffffff0)), "ends too early"},
        {bytes_of(field(1, 7) + field(2, "someone")), "neither safetensors nor PyTorch nor ONNX"},
    };
    for (const auto& damage : damages) expect_said(refusal(damage.bytes), damage.said);
}

TEST(Onnx, RefusesEveryTruncation) {
    const auto whole = model(first_conv + second_conv + numbers_of_both());
    for (std::size_t length = 0; length < whole.size(); ++length)
        EXPECT_NE(refusal({whole.begin(), whole.begin() + std::ptrdiff_t(length)}), "") << length;
}

TEST(Onnx, BitsOfAListAreReadWithinIt) {
    // As many bytes as numbers, but the last number never ends.
    const WeightsFile file(weights_bytes_in_memory(with(tensor("t", 10, {2}, field(5, std::string("\x01\x80"))))), "x");
    expect_said(sentence_of([&] { file.read_floats("t", file.tensors().at("t")); }), "ends too early");
}

}  // namespace
}  // namespace neural_style
