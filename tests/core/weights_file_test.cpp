#include "networks/weights_file.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>

#include "weights_files.hpp"

namespace neural_style {
namespace {

using testing::bytes_of;
using testing::expect_said;
using testing::float_bytes;
using testing::safetensors_with;
using testing::sentence_of;

std::string refusal(const std::vector<std::uint8_t>& bytes) {
    return sentence_of([&] { WeightsFile(weights_bytes_in_memory(bytes), "some.file"); });
}

std::string entry(const std::string& type, const std::string& shape, const std::string& offsets) {
    return R"({"a":{"dtype":")" + type + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
}

TEST(WeightsFile, ReadsEveryNumberFormatExactly) {
    // 1, -2, 0.5, the smallest and the largest finite number of each form.
    std::vector<std::uint8_t> file =
        safetensors_with(R"({"__metadata__":{"format":"pt"},"h":{"dtype":"F16","shape":[5],"data_offsets":[0,10]},)"
                         R"("b":{"dtype":"BF16","shape":[5],"data_offsets":[10,20]},)"
                         R"("f":{"dtype":"F32","shape":[1,5],"data_offsets":[20,40]}})",
                         0);
    const std::uint16_t half[] = {0x3c00, 0xc000, 0x3800, 0x0001, 0x7bff};
    const std::uint16_t brain[] = {0x3f80, 0xc000, 0x3f00, 0x0001, 0x7f7f};
    for (const auto& list : {half, brain})
        for (int i = 0; i < 5; ++i) {
            file.push_back(std::uint8_t(list[i] & 255));
            file.push_back(std::uint8_t(list[i] >> 8));
        }
    const std::vector<float> floats = {1, -2, 0.5f, std::numeric_limits<float>::denorm_min(),
                                       std::numeric_limits<float>::max()};
    for (const char byte : float_bytes(floats)) file.push_back(std::uint8_t(byte));

    const WeightsFile weights(weights_bytes_in_memory(file), "x");
    EXPECT_EQ(weights.form(), "safetensors");
    EXPECT_EQ(weights.tensors().size(), 3u);
    const auto read = [&](const char* name) { return weights.read_floats(name, weights.tensors().at(name)); };
    EXPECT_EQ(read("f"), floats);
    EXPECT_EQ(read("h"), (std::vector<float>{1, -2, 0.5f, std::ldexp(1.0f, -24), 65504}));
    EXPECT_EQ(read("b"), (std::vector<float>{1, -2, 0.5f, std::ldexp(1.0f, -133), std::ldexp(255.0f, 120)}));
}

TEST(WeightsFile, RefusesWhatIsNoWeightsFile) {
    expect_said(refusal({}), "it is empty");
    expect_said(refusal(bytes_of("hello")), "neither safetensors nor PyTorch nor ONNX");
    expect_said(refusal(bytes_of("<!DOCTYPE html><html>404</html>")), "web page");
    expect_said(refusal(bytes_of("\x89HDF\r\n\x1a\n")), "Keras");
    expect_said(refusal(bytes_of("version https://git-lfs.github.com/spec/v1\noid sha256:1")), "pointer");
    expect_said(sentence_of([] { WeightsFile("/nowhere/x.safetensors"); }), "/nowhere/x.safetensors does not exist");
    expect_said(sentence_of([] { WeightsFile("/tmp"); }), "is not a file");
}

TEST(WeightsFile, RefusesDamagedTables) {
    const struct {
        std::string table;
        const char* said;
    } damages[] = {
        {"{]", "not JSON"},
        {R"({"a":1})", "wrong kind"},
        {R"({"a":[[[[[[[[1]]]]]]]]})", "wrong kind"},
        {R"({"a":{"b":{"c":{}}}})", "unknown key"},
        {R"({"a":{"dtype":"F32"}})", "not complete"},
        {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
         R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
         "twice"},
        {R"({"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "twice"},
        {entry("F32", "[1]", "[0,4,8]"), "too many"},
        {entry("F32", "[1]", "[0]"), "not complete"},
        {entry("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]"), "too many"},
        {entry("F32", "[-1]", "[0,4]"), "negative"},
        {entry("F32", "[1.5]", "[0,4]"), "broken number"},
        {entry("F32", "[2]", "[0,4]"), "not as many"},
        {entry("F32", "[4294967296,4294967296]", "[0,0]"), "too large"},
        {entry("F32", "[4611686018427387904]", "[0,0]"), "not as many"},
        {entry("F32", "[4]", "[4,20]"), "outside the file"},
        {entry("F32", "[4]", "[8,4]"), "outside the file"},
        {entry("F32", "[4]", "[0,18446744073709551615]"), "outside the file"},
    };
    for (const auto& damage : damages) expect_said(refusal(safetensors_with(damage.table, 16)), damage.said);

    auto file = safetensors_with(entry("F32", "[4]", "[0,16]"), 16);
    EXPECT_EQ(refusal(file), "");
    file[7] = 1;  // a table longer than any file: not taken for safetensors
    expect_said(refusal(file), "neither");
    file[7] = 0, file[2] = 1;  // a table longer than this file
    expect_said(refusal(file), "ends too early");
}

TEST(WeightsFile, RefusesEveryTruncation) {
    const auto whole = safetensors_with(entry("F32", "[4]", "[0,16]"), 16);
    for (std::size_t length = 0; length < whole.size(); ++length)
        EXPECT_NE(refusal({whole.begin(), whole.begin() + std::ptrdiff_t(length)}), "") << length;
}

TEST(WeightsFile, RefusesUnsuitableTensors) {
    auto file = safetensors_with(R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},)"
                                 R"("i":{"dtype":"I64","shape":[2],"data_offsets":[0,16]},)"
                                 R"("new":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}})",
                                 16);
    const auto said = [&](const char* name) {
        const WeightsFile weights(weights_bytes_in_memory(file), "x");
        return sentence_of([&] { weights.read_floats(name, weights.tensors().at(name)); });
    };
    EXPECT_EQ(said("a"), "");
    expect_said(said("i"), "I64");
    expect_said(said("new"), "F4");
    file.end()[-1] = 0x7f;  // the last number becomes an infinity, then a NaN
    file.end()[-2] = 0x80;
    expect_said(said("a"), "number 3 of its tensor a is not finite");
    file.end()[-4] = 1;
    expect_said(said("a"), "not finite");
}

Network two_convolutions() {
    return read_network(
        "[network]\nname=two\ntitle=Two\nloss=l\n[layers]\nsequence=conv1_1:2 conv1_2:1\nweight-key=w{count}\n"
        "bias-key=b{count}\n[input]\nrange=1\norder=rgb\nmean=0 0 0\ndeviation=1 1 1\n"
        "[loss l]\ncontent-layers=conv_1\nstyle-layers=conv_1\n[foreign-keys]\nalien=other\n",
        "two.ini");
}

/// Writes the two convolutions, or the first, or none, and returns the path.
std::string write_two(int count, const std::string& also = "") {
    std::vector<std::pair<std::string, StoredTensor>> tensors;
    std::string data;
    const auto add = [&](const std::string& name, std::vector<std::uint64_t> shape) {
        StoredTensor tensor;
        tensor.type = NumberType::float32;
        tensor.shape = shape;
        tensor.elements = 1;
        for (const auto extent : shape) tensor.elements *= extent;
        std::vector<float> values(tensor.elements);
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = float(i) + float(tensors.size()) / 8;
        tensors.emplace_back(name, tensor);
        data += float_bytes(values);
    };
    if (count > 0) add("w0", {2, 3, 3, 3}), add("b0", {2});
    if (count > 1) add("w1", {1, 2, 3, 3}), add("b1", {1});
    if (!also.empty()) add(also, {1});
    const std::string path = ::testing::TempDir() + "two.safetensors";
    std::ofstream(path, std::ios::binary) << safetensors_head(tensors) << data;
    return path;
}

TEST(LoadConvolutions, ReadsThoseAskedForInOrder) {
    const auto both = load_convolutions(two_convolutions(), write_two(2), 99);
    ASSERT_EQ(both.size(), 2u);
    EXPECT_EQ(both[0].weights.size(), 54u);
    EXPECT_EQ(both[0].weights[53], 53);
    EXPECT_EQ(both[0].bias, (std::vector<float>{0.125f, 1.125f}));
    EXPECT_EQ(both[1].in_channels, 2);
    EXPECT_EQ(both[1].weights[17], 17.25f);
    // A file cut after the layers that are needed will do.
    EXPECT_EQ(load_convolutions(two_convolutions(), write_two(1), 1).size(), 1u);
    expect_said(sentence_of([] { load_convolutions(two_convolutions(), write_two(1), 2); }), "no tensor w1");
}

TEST(LoadConvolutions, SaysOneSentenceWhateverTheNamesAre) {
    const std::string sentence = sentence_of(
        [] { load_convolutions(two_convolutions(), write_two(0, "a\nb\x01" + std::string(5000, 'c')), 1); });
    expect_said(sentence, "a?b?cc");
    EXPECT_LT(sentence.size(), 1000u);
    EXPECT_EQ(sentence.find('\n'), std::string::npos);
}

TEST(LoadConvolutions, KnowsFilesOfOtherNetworks) {
    expect_said(sentence_of([] { load_convolutions(two_convolutions(), write_two(2, "alien"), 1); }),
                "choose network=other");
}

TEST(ForeignNetwork, IsKnownByItsFirstNumbers) {
    const Network vgg19 = find_network("vgg19"), caffe = find_network("vgg19-caffe");
    const std::vector<float> torchvision = {-0.0534735f, -0.049257f, -0.067942f, 0.015314f, 9},
                             bfloat16 = {-0.053467f, -0.04931f, -0.06787f, 0.0153f, 9}, others = {1, 2, 3, 4, 5};
    const std::vector<float> oxford = {0.7301776f, 0.06493629f, 0.03428847f, 0.8260386f, 0.2578029f};
    EXPECT_EQ(foreign_network(vgg19, others, oxford), "vgg19-caffe");
    EXPECT_EQ(foreign_network(caffe, torchvision, others), "vgg19");
    EXPECT_EQ(foreign_network(caffe, bfloat16, others), "vgg19");
    EXPECT_EQ(foreign_network(vgg19, torchvision, others), "");
    EXPECT_EQ(foreign_network(caffe, others, oxford), "");
    EXPECT_EQ(foreign_network(vgg19, others, others), "");  // random or trained on: nobody knows
    EXPECT_EQ(foreign_network(two_convolutions(), torchvision, oxford), "");
}

}  // namespace
}  // namespace neural_style
