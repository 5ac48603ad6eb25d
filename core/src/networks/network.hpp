// A network as its description tells: layers, input convention, key names, default layers, where its weights come from.
// Used by the encoders, the command line and the installer of weights. Values only; any thread.
//
// Descriptions are files `NAME.ini` (data/networks/vgg19.ini is the model to follow). They are looked for in
// $XDG_DATA_HOME/neural-style/networks, in the folders of NEURAL_STYLE_NETWORKS, and in the program's own data folder,
// in this order: a person's own description of a name wins over a shipped one.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "neural-style/error.hpp"

namespace neural_style {

/// One step of the sequence. A convolution is 3x3, stride 1, padded by one, and a ReLU follows it; a pool is 2x2,
/// stride 2, an odd last row or column left out.
struct NetworkLayer {
    enum class Kind { convolution, pool };

    Kind kind = Kind::convolution;
    std::string name;        ///< "conv1_1", "pool1"
    int in_channels = 0;     ///< of a pool too
    int out_channels = 0;    ///< equal to in_channels for a pool
    std::string weight_key;  ///< tensor names in a weights file; "" for a pool
    std::string bias_key;
};

/// A place in the internet where the weights can be had.
struct WeightsSource {
    enum class Format { safetensors, pytorch, onnx };

    std::string name;  ///< of its section: "torchvision"
    std::string url;
    Format format = Format::pytorch;
    std::uint64_t size_bytes = 0;  ///< 0: not known
    std::string sha256;            ///< 64 lower-case hexadecimal digits, or only the first 8 or more, or "": not known
};

/// What a loss takes of a network; layers as the setting `content-layers` would be written: "relu1_1,relu2_1:0.5".
struct LayerDefaults {
    std::string content_layers;
    std::string style_layers;
    double content_factor = 0;  ///< by what content terms are multiplied; 0: as suits a VGG network
};

/// What the network sees of a pixel with red, green and blue in 0..1 is, for each channel c in the network's own order
/// (red, green, blue; blue, green, red if `bgr`): (range * pixel[c] - mean[c]) / deviation[c].
struct Network {
    std::string name;   ///< "vgg19": the description's file name without ".ini"
    std::string title;  ///< for people: "VGG-19 (torchvision)"
    std::string licence, attribution;
    std::string description_path;  ///< the file that said all this

    bool built_in = false;  ///< its weights are part of the program and lie beside the description

    std::vector<NetworkLayer> layers;  ///< in the order of computation

    float range = 1;
    bool bgr = false;
    std::array<float, 3> mean{0, 0, 0};
    std::array<float, 3> deviation{1, 1, 1};

    /// About how many times larger its features are than those of a network whose input has a deviation of 1. Losses
    /// that compare features as they are divide by it, so that one pair of weights looks alike with every network. With
    /// `rescale` it is 1.
    float magnitude = 1;

    bool rescale = false;  ///< every channel's mean activation is brought to 1 first (Gatys et al. 2016, section 2)

    std::string loss;                                     ///< the loss that `auto` stands for
    std::map<std::string, LayerDefaults> layer_defaults;  ///< by loss

    std::vector<std::string> file_names;              ///< under which its weights are known: "vgg19-dcbb9e9d.pth"
    std::vector<WeightsSource> sources;               ///< best first
    std::map<std::string, std::string> foreign_keys;  ///< tensor name that tells a file of another network → its name
    std::vector<float> first_weights, first_bias;     ///< how the first convolution's numbers begin; empty: not known

    /// The layers for a loss; both texts empty if the description says nothing about it.
    LayerDefaults layers_for(std::string_view loss_name) const;

    int convolutions() const;  ///< how many of `layers` are convolutions
};

/// A place in a network's sequence where features are taken.
struct LayerPlace {
    std::size_t layer = 0;   ///< index into Network::layers; everything behind it is not needed
    bool rectified = false;  ///< after the convolution's ReLU; of a pool: its output, always false
    int channels = 0;        ///< of the features there
};

/// Reads "conv1_1", "relu1_1", "conv_4" and "relu_4" (convolutions counted from 1), "pool1" and "pool_1".
/// Throws Error(Cause::settings) that names what there is.
LayerPlace find_layer(const Network& network, std::string_view layer_name);

/// Reads a description's text. `path` is for messages, and its file name gives the network's name.
/// Throws Error(Cause::settings) that names the file, the line and what is allowed there.
Network read_network(const std::string& text, const std::string& path);

/// The description called `name` ("vgg19"), or the one in the file `name` if it ends in ".ini".
/// Throws Error(Cause::settings) if there is none or it has mistakes.
Network find_network(const std::string& name);

/// Every description that can be read, each name once, sorted by name. Descriptions with mistakes are left out and
/// their sentences added to `mistakes` where given.
std::vector<Network> all_networks(std::vector<std::string>* mistakes = nullptr);

/// Where descriptions and weights are looked for, in order; the first is the person's own, which may not exist yet.
std::vector<std::string> network_folders();

/// Path of the weights that are installed for a network, "" if there are none. Of a built-in one they lie beside its
/// description. In each folder of network_folders():
/// NAME.safetensors, NAME.pth, then the description's own file names; last, these in PyTorch's download cache.
std::string installed_weights(const Network& network);

/// What the setting `network=auto` stands for here and now: "vgg19" if its weights are installed, else "builtin".
std::string auto_network();

}  // namespace neural_style
