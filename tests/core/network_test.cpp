#include "networks/network.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "networks/weights_file.hpp"
#include "weights_files.hpp"

namespace neural_style {
namespace {

using testing::sentence_of;
namespace fs = std::filesystem;

const std::string tiny = R"([network]
name = tiny
title = Tiny
loss = gatys
[layers]
sequence = conv1_1:4 conv1_2:4 pool1 conv2_1:8
weight-key = f.{position}.weight
bias-key = f.{position}.bias
[input]
range = 255
order = bgr
mean = 1 2 3
deviation = 4 5 6
[loss gatys]
content-layers = relu2_1
style-layers = relu1_1, relu2_1:0.5
)";

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    const auto at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), with);
}

/// A folder of its own as the person's data folder; whatever is set around the test is put back afterwards.
class NetworkFolders : public ::testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "networks-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        root_ = pattern;
        own_ = root_ / "data" / "neural-style" / "networks";
        fs::create_directories(own_);
        ::setenv("XDG_DATA_HOME", (root_ / "data").c_str(), 1);
        ::setenv("TORCH_HOME", (root_ / "torch").c_str(), 1);
        ::unsetenv("NEURAL_STYLE_NETWORKS");
    }
    void TearDown() override { fs::remove_all(root_); }

    static void write(const fs::path& path, const std::string& text) {
        fs::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << text;
    }

    fs::path root_, own_;
};

TEST(NetworkDescription, GivesEveryValue) {
    const Network network = read_network(tiny, "/x/tiny.ini");
    EXPECT_EQ(network.name, "tiny");
    ASSERT_EQ(network.layers.size(), 4u);
    EXPECT_EQ(network.layers[1].weight_key, "f.2.weight");
    EXPECT_EQ(network.layers[3].weight_key, "f.5.weight");  // convolution, ReLU, convolution, ReLU, pool
    EXPECT_EQ(network.layers[3].bias_key, "f.5.bias");
    EXPECT_EQ(network.layers[3].in_channels, 4);
    EXPECT_EQ(network.layers[3].out_channels, 8);
    EXPECT_EQ(network.layers[0].in_channels, 3);
    EXPECT_EQ(network.range, 255);
    EXPECT_TRUE(network.bgr);
    EXPECT_EQ(network.mean[2], 3);
    EXPECT_EQ(network.deviation[0], 4);
    EXPECT_EQ(network.convolutions(), 3);
    EXPECT_EQ(network.layers_for("gatys").style_layers, "relu1_1,relu2_1:0.5");
    EXPECT_EQ(network.layers_for("sliced").style_layers, "");
    EXPECT_EQ(network.layers_for("gatys").content_factor, 0);
    const std::string weighed = replaced(tiny, "style-layers", "content-factor = 2.5\nstyle-layers");
    EXPECT_EQ(read_network(weighed, "/x/tiny.ini").layers_for("gatys").content_factor, 2.5);
}

TEST(NetworkDescription, RefusesMistakesAndNamesTheLine) {
    const struct {
        const char *what, *with, *said;
    } mistakes[] = {
        {"name = tiny", "name = other", "line 2"},
        {"title = Tiny", "title =", "key title"},
        {"title = Tiny", "titel = Tiny", "key title"},
        {"loss = gatys", "loss = gatys\ncolour = red", "key colour has no meaning"},
        {"loss = gatys", "loss = gatys\nloss = gatys", "twice"},
        {"loss = gatys", "loss = sliced", "needs a section [loss sliced]"},
        {"conv1_2:4", "conv1_1:4", "twice"},
        {"conv1_2:4", "conv1_2", "not a layer"},
        {"conv1_2:4", "conv1_2:0", "channels"},
        {"conv1_2:4", "conv_2:4", "counting"},
        {"pool1", "pool1:3", "not a layer"},
        {"pool1", "linear1", "not a layer"},
        {"f.{position}.weight", "f.weight", "two tensors"},
        {"f.{position}.weight", "f.{position}.bias", "two tensors"},
        {"range = 255", "range = 0", "line 10"},
        {"order = bgr", "order = gbr", "rgb or bgr"},
        {"mean = 1 2 3", "mean = 1 2", "three numbers"},
        {"mean = 1 2 3", "mean = 1 2 nan", "three numbers"},
        {"deviation = 4 5 6", "deviation = 4 0 6", "above 0"},
        {"deviation = 4 5 6", "deviation = 4 5 6\nmagnitude = 0", "above 0"},
        {"deviation = 4 5 6", "deviation = 4 5 6\nmagnitude = nan", "above 0"},
        {"content-layers = relu2_1", "content-layers = relu3_1", "no layer relu3_1"},
        {"content-layers = relu2_1", "content-layers = relu2_1\ncontent-factor = 0", "above 0"},
        {"content-layers = relu2_1", "content-layers = relu2_1\ncontent-factor = inf", "above 0"},
        {"relu2_1:0.5", "relu2_1:-1", "weight"},
        {"[input]", "[inputs]", "no section [input]"},
        {"[input]", "[toast]\n[input]", "no meaning"},
        {"[input]", "[fingerprint]\nweights = 1 x\n[input]", "first numbers"},
        {"[input]", "[source a]\nurl = ftp://x\nformat = pytorch\n[input]", "https"},
        {"[input]", "[source a]\nurl = https://x\nformat = tar\n[input]", "safetensors, pytorch or onnx"},
        {"[input]", "[source a]\nurl = https://x\nformat = pytorch\nsha256 = 12G\n[input]", "sha256"},
        {"[input]", "[source a]\nurl = https://x\nformat = pytorch\nsize = 0\n[input]", "size"},
        {"[input]", "[input", "section is written"},
        {"[input]", "mean = 1\nnonsense\n[input]", "expected"},
    };
    for (const auto& mistake : mistakes) {
        const std::string text = replaced(tiny, mistake.what, mistake.with);
        const std::string said = sentence_of([&] { read_network(text, "/x/tiny.ini"); });
        EXPECT_NE(said.find(mistake.said), std::string::npos) << mistake.with << " → " << said;
        EXPECT_NE(said.find("/x/tiny.ini"), std::string::npos) << said;
    }
}

TEST(NetworkLayers, AreFoundByEveryNameAUserMayWrite) {
    const Network network = read_network(tiny, "/x/tiny.ini");
    const auto expect = [&](const char* name, std::size_t layer, bool rectified, int channels) {
        const LayerPlace place = find_layer(network, name);
        EXPECT_EQ(place.layer, layer) << name;
        EXPECT_EQ(place.rectified, rectified) << name;
        EXPECT_EQ(place.channels, channels) << name;
    };
    expect("conv1_1", 0, false, 4);
    expect("relu1_1", 0, true, 4);
    expect("conv_1", 0, false, 4);
    expect("conv_3", 3, false, 8);
    expect("relu_3", 3, true, 8);
    expect("relu2_1", 3, true, 8);
    expect("pool1", 2, false, 4);
    expect("pool_1", 2, false, 4);
    for (const char* wrong : {"conv_4", "conv_0", "conv_", "conv_-1", "conv_1x", "conv", "relu9_1", "pool2", "", "fc6",
                              "Conv1_1", "conv1_1 ", "conv_99999999999999999999"})
        EXPECT_NE(sentence_of([&] { find_layer(network, wrong); }).find("conv1_1, conv1_2, pool1"), std::string::npos)
            << wrong;
}

TEST(ShippedNetworks, HaveTheLayersOfTheirPapers) {
    const Network vgg19 = find_network("vgg19"), caffe = find_network("vgg19-caffe"), vgg16 = find_network("vgg16");
    EXPECT_EQ(vgg19.convolutions(), 16);
    EXPECT_EQ(caffe.convolutions(), 16);
    EXPECT_EQ(vgg16.convolutions(), 13);
    // Where torchvision's own sequence has them.
    EXPECT_EQ(vgg19.layers[find_layer(vgg19, "conv5_1").layer].weight_key, "features.28.weight");
    EXPECT_EQ(vgg19.layers[find_layer(vgg19, "conv4_2").layer].weight_key, "features.21.weight");
    EXPECT_EQ(vgg16.layers[find_layer(vgg16, "conv5_3").layer].weight_key, "features.28.weight");
    EXPECT_EQ(find_layer(vgg19, "conv_5").layer, find_layer(vgg19, "conv3_1").layer);
    EXPECT_EQ(find_network("vgg16-caffe").convolutions(), 13);
    EXPECT_TRUE(caffe.bgr);
    EXPECT_FALSE(vgg19.bgr);
    for (const Network& network : {vgg19, caffe, vgg16}) {
        EXPECT_EQ(network.loss, "covariance");
        for (const char* loss : {"tutorial", "gatys", "covariance", "sliced"})
            EXPECT_FALSE(network.layers_for(loss).style_layers.empty()) << network.name << loss;
        EXPECT_FALSE(network.sources.empty());
    }
    const Network builtin = find_network("builtin");
    EXPECT_TRUE(builtin.built_in);
    EXPECT_EQ(builtin.loss, "covariance");
    for (const char* loss : {"tutorial", "gatys", "covariance", "sliced"})
        EXPECT_FALSE(builtin.layers_for(loss).style_layers.empty()) << loss;
}

TEST_F(NetworkFolders, OwnDescriptionsAddAndReplace) {
    std::vector<std::string> mistakes;
    const std::size_t shipped = all_networks(&mistakes).size();
    EXPECT_GE(shipped, 5u);
    EXPECT_TRUE(mistakes.empty());
    write(own_ / "tiny.ini", tiny);
    write(own_ / "vgg16.ini", replaced(replaced(tiny, "name = tiny", "name = vgg16"), "Tiny", "Mine"));
    write(own_ / "broken.ini", "nonsense");
    EXPECT_EQ(all_networks(&mistakes).size(), shipped + 1);
    ASSERT_EQ(mistakes.size(), 1u);
    EXPECT_NE(mistakes[0].find("broken.ini"), std::string::npos);
    EXPECT_EQ(find_network("vgg16").title, "Mine");
    EXPECT_EQ(find_network((own_ / "tiny.ini").string()).title, "Tiny");
    EXPECT_NE(sentence_of([] { find_network("vgg20"); }).find("vgg19"), std::string::npos);
    EXPECT_NE(sentence_of([] { find_network("../tiny"); }).find("no network"), std::string::npos);
    EXPECT_NE(sentence_of([] { find_network("/nowhere/tiny.ini"); }).find("cannot be read"), std::string::npos);
}

TEST_F(NetworkFolders, FurtherFoldersComeFromTheVariable) {
    write(root_ / "a" / "one.ini", replaced(tiny, "name = tiny", "name = one"));
    write(root_ / "b" / "two.ini", replaced(tiny, "name = tiny", "name = two"));
    ::setenv("NEURAL_STYLE_NETWORKS", (root_ / "a").string().append(":").append(root_ / "b").c_str(), 1);
    EXPECT_EQ(find_network("one").name, "one");
    EXPECT_EQ(find_network("two").name, "two");
    ::unsetenv("NEURAL_STYLE_NETWORKS");
}

TEST_F(NetworkFolders, AFlatpakSeesWhatWasFetchedOutsideOfIt) {
    const char* const before = std::getenv("HOME");
    const std::string home = before ? before : "";
    ::setenv("HOME", root_.c_str(), 1);
    const std::string outside = (root_ / ".local/share/neural-style/networks").string();
    const auto searched = [&] {
        const auto folders = network_folders();
        return std::find(folders.begin(), folders.end(), outside) - folders.begin();
    };
    EXPECT_EQ(std::size_t(searched()), network_folders().size());  // another data folder is meant to be another
    ::setenv("XDG_DATA_HOME", (root_ / ".var/app/org.gimp.GIMP/data").c_str(), 1);
    EXPECT_EQ(searched(), 1);  // behind the Flatpak's own, which new ones go into
    ::setenv("HOME", home.c_str(), 1);
}

TEST_F(NetworkFolders, WeightsAreFoundWhereTheyMayLie) {
    const Network vgg19 = find_network("vgg19");
    EXPECT_EQ(installed_weights(vgg19), "");
    EXPECT_EQ(auto_network(), "builtin");
    const fs::path cached = root_ / "torch" / "hub" / "checkpoints" / "vgg19-dcbb9e9d.pth";
    for (const fs::path& path : {cached, own_ / "vgg19-dcbb9e9d.pth", own_ / "vgg19.pth", own_ / "vgg19.safetensors"}) {
        write(path, "x");  // each wins over the ones before
        EXPECT_EQ(installed_weights(vgg19), path.string());
    }
    EXPECT_EQ(auto_network(), "vgg19");
    EXPECT_EQ(installed_weights(find_network("vgg19-caffe")), "");
}

TEST_F(NetworkFolders, TheBuiltInNetworkComesWithItsWeights) {
    const Network shipped = find_network("builtin");
    const fs::path description = shipped.description_path, weights = installed_weights(shipped);
    EXPECT_EQ(weights.parent_path() / weights.stem(), description.parent_path() / description.stem());
    EXPECT_LE(fs::file_size(weights), 2u << 20);
    EXPECT_EQ(load_convolutions(shipped, weights.string(), std::size_t(shipped.convolutions())).size(), 11u);

    if (weights.extension() == ".pth") return;  // converted for a program that does not read the other
    // Of a person's own description the weights are beside it too, and nowhere else.
    const fs::path own = own_ / "builtin.ini", beside = own_ / "builtin.safetensors";
    fs::copy(description, own);
    const Network replaced = find_network("builtin");
    EXPECT_EQ(replaced.description_path, own.string());
    EXPECT_EQ(installed_weights(replaced), "");
    fs::copy(weights, beside);
    fs::copy(weights.string() + ".record", beside.string() + ".record");
    EXPECT_EQ(installed_weights(replaced), beside.string());
    const auto load = [&] { load_convolutions(replaced, beside.string(), 1); };
    load();
    std::fstream(beside, std::ios::in | std::ios::out | std::ios::binary).seekp(-1, std::ios::end).put('x');
    EXPECT_NE(sentence_of(load).find("install the program again"), std::string::npos);
}

}  // namespace
}  // namespace neural_style
