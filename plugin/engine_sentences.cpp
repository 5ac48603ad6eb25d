#include "engine_sentences.hpp"

#include <cstring>
#include <string_view>
#include <vector>

#include "text.hpp"

namespace neural_style {
namespace {

constexpr std::size_t most_gaps = 4;
constexpr int deepest = 3;  // a sentence, its reason, and what that quotes

// What a person can meet in the window, the more special before the more general. tests/tools/engine_sentences.py holds
// them to the engine's own words.
const char* const known[] = {
    // of a run
    N_("There is not enough memory for this size; choose a smaller size or close other programs."),
    N_("Nothing of the content picture shows; choose one that is not transparent."),
    N_("Nothing shows of a style picture or of its guide; choose ones that meet."),
    N_("A guide covers nothing that shows of the content; paint it where it should."),
    N_("There is no setting called %s; neural-style --list-settings names them all."),
    N_("The setting init cannot be \"%s\" here; allowed: content, noise, style-noise, style, or the path of a picture "
       "file."),
    N_("The setting scales cannot be \"%s\"; allowed: auto, 1, or growing edges from 16 to 65536 such as 256,512,1024, "
       "each with its evaluations after a colon if wanted, such as 256:300,512:50."),
    N_("The setting %s cannot be %s; allowed: %s."),
    N_("The setting %s cannot hold \"%s\"; write names such as relu4_2 or relu4_2:0.5, separated by commas."),
    N_("The network %s has no layer \"%s\"; it has %s, conv1_1 also as relu1_1 (after its ReLU) or counted as conv_1."),
    N_("There is no network called \"%s\"; there are %s."),
    N_("The network description %s has a mistake in line %s: %s."),
    N_("The device \"%s\" cannot be used here; this machine and its LibTorch have: %s."),
    N_("The precision tf32 needs an NVIDIA GPU and the run is on %s; choose float32 or bfloat16."),
    N_("The precision float16 needs a GPU and the run is on cpu; choose float32 or bfloat16."),
    N_("The loss is not a number in %s; choose precision=float32 and try again."),
    N_("The loss is not a number at the first evaluation; use another weights file, or a smaller content-weight and "
       "style-weight."),
    N_("The GPU failed (%s); try again, or compute on the processor with device=cpu."),
    N_("LibTorch failed (%s); please report this."),
    N_("The engine failed (%s); please report this."),
    N_("The engine cannot be loaded (%s); install Neural Style again."),
    N_("The picture %s cannot be read (%s); choose a PNG, JPEG, TIFF or WebP file."),
    N_("The picture %s cannot be read: it is %s; %s."),
    N_("a camera's raw file"),
    N_("develop it first, with darktable or RawTherapee for example, and take the TIFF, PNG or JPEG from there"),
    N_("open it in GIMP and export it as PNG or TIFF"),
    N_("The picture %s cannot be read (%s); choose another file."),
    N_("it ends too early"),
    N_("the file is empty"),
    N_("unknown format"),
    N_("There is not enough memory for the picture %s of %s×%s pixels; choose a smaller one or close other programs."),
    N_("There is no picture %s; check the name."),
    // of weights
    N_("The weights of %s are not installed; run neural-style --get-network %s, give a file with the setting weights, "
       "or use network=builtin."),
    N_("The weights of the built-in network, %s.safetensors, are not where its description is (%s); install the program "
       "again."),
    N_("The weights of %s could not be fetched (%s); check the connection, or install a file that you have with "
       "--get-network %s --from FILE."),
    N_("The weights file %s is not as it was installed, so the disk or a program damaged it; install it again with "
       "--get-network %s."),
    N_("The weights file %s is not as it was installed, so the disk or a program damaged it; install the program again."),
    N_("The weights file %s is, by its numbers, one of the network %s, not of %s; choose network=%s for it."),
    N_("The weights file %s cannot be used: %s."),
    N_("The weights file %s cannot be read: %s."),
    N_("The weights file %s cannot be read (%s)."),
    N_("The weights file %s does not exist."),
    N_("The weights file %s is not a file."),
    N_("Another program is installing the same network just now; wait for it."),
    N_("There is no room for %s; make some and try again."),
    N_("%s cannot be written."),
    // why weights cannot be used
    N_("the file ends too early; it was not downloaded or copied completely"),
    N_("the disk does not give all of its bytes; copy or download it again"),
    N_("it has no tensor %s, so it belongs to another network"),
    N_("it has no tensor %s and no single row of convolutions of the network's shapes, so it belongs to another "
       "network; its tensors: %s"),
    N_("two rows of convolutions in it have the network's shapes, from %s on and from %s on; save the one that is "
       "meant in a file of its own"),
    N_("it has batch normalisation between its convolutions (%s), which no network of this program has"),
    N_("the numbers of the tensor %s do not lie one after another; save .contiguous() tensors"),
    N_("its tensor %s is %s where the network needs %s, so it belongs to another network"),
    N_("its tensor %s has numbers of the type %s, and only float32, float16, bfloat16 and float64 can be read"),
    N_("it belongs to the network %s, not to %s; choose network=%s for it"),
    N_("it is empty"),
    N_("it is a Keras file (HDF5), which this program does not read; save it as ONNX, in Python: %s"),
    N_("it is a NumPy array"),
    N_("it is a Python pickle, but not one of PyTorch's; if you trust it, save it again, in Python: %s"),
    N_("it is pickled with protocol %s, and only 2 can be read; if you trust it, save it again, in Python: %s"),
    N_("its archive is compressed, which torch.save never does; if you trust it, save it again, in Python: %s"),
    N_("it is an archive of NumPy arrays; save it again, in Python: %s"),
    N_("it is a web page; the download gave a message instead of the file"),
    N_("it is only a pointer to the file; fetch the file itself with git lfs"),
    N_("it is neither safetensors nor PyTorch nor ONNX"),
    N_("it is not one of PyTorch's files"),
    N_("it is a zip archive, but not one of PyTorch's"),
    N_("it is a TorchScript program; save its table of tensors, in Python: %s"),
    N_("it holds no table of tensors; save the network's own, in Python: %s"),
    N_("it holds no table of tensors but an object of Python's %s; if you trust it, save its table where that is "
       "known, in Python: %s"),
    N_("its pickle is damaged"),
    N_("its zip archive is damaged: %s"),
    N_("its protobuf messages are damaged"),
    N_("its numbers lie in a file beside it; put both into one file, in Python: %s"),
    N_("its table is damaged: %s"),
    // of networks, in their list
    N_("Built-in network"),
    N_("Part of the program."),
    N_("Part of the program, but its weights are missing: install the program again."),
    N_("Part of the program, but its weights are damaged: install the program again."),
    N_("%s, trained to see as the VGG-16 of Karen Simonyan and Andrew Zisserman does"),
    N_("By %s."),
    N_("Licence: %s."),
    N_("%s (the network); %s (the weights)"),
    N_("the torchvision maintainers"),
    N_("%s; converted to PyTorch by %s"),
    N_("%s; trained on ImageNet"),
};

// The pieces between the gaps, of which there are one more than gaps.
std::vector<std::string_view> pieces_of(std::string_view pattern) {
    std::vector<std::string_view> pieces;
    for (std::size_t at; (at = pattern.find("%s")) != std::string_view::npos; pattern.remove_prefix(at + 2))
        pieces.push_back(pattern.substr(0, at));
    pieces.push_back(pattern);
    return pieces;
}

// What fills the gaps; false if the sentence is another one.
bool match(std::string_view sentence, const char* pattern, std::vector<std::string>& gaps) {
    const auto pieces = pieces_of(pattern);
    if (sentence.substr(0, pieces.front().size()) != pieces.front()) return false;
    if (pieces.size() == 1) return sentence.size() == pieces.front().size();
    sentence.remove_prefix(pieces.front().size());
    const std::string_view end = pieces.back();
    if (sentence.size() < end.size() || sentence.substr(sentence.size() - end.size()) != end) return false;
    sentence.remove_suffix(end.size());
    for (std::size_t i = 1; i + 1 < pieces.size(); ++i) {
        const auto at = sentence.find(pieces[i]);
        if (at == std::string_view::npos) return false;
        gaps.emplace_back(sentence.substr(0, at));
        sentence.remove_prefix(at + pieces[i].size());
    }
    gaps.emplace_back(sentence);
    return true;
}

std::string translated(const std::string& sentence, int depth) {
    if (depth == 0) return sentence;
    for (const char* pattern : known) {
        std::vector<std::string> gaps;
        if (!match(sentence, pattern, gaps)) continue;
        for (std::string& gap : gaps) gap = translated(gap, depth - 1);
        gaps.resize(most_gaps);  // printf leaves alone what the text has no place for
        return filled(_(pattern), gaps[0].c_str(), gaps[1].c_str(), gaps[2].c_str(), gaps[3].c_str());
    }
    return sentence;
}

}  // namespace

std::string translated(const std::string& sentence) { return translated(sentence, deepest); }

}  // namespace neural_style
