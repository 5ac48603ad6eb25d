#include "setting_words.hpp"

#include <algorithm>
#include <cstring>

#include "text.hpp"

namespace neural_style {
namespace {

struct Entry {
    const char* key;
    const char* label;
    const char* tooltip;
    const char* at_zero;
};

const Entry entries[] = {
    {"content-weight", N_("C_ontent weight"),
     N_("How firmly the photo holds on to its own shapes. Raise it when faces and edges get lost."), ""},
    {"style-weight", N_("St_yle weight"),
     N_("How much of the painting comes in. Ten times more is a clear step; only the ratio to the content weight "
        "matters."),
     ""},
    {"tv-weight", N_("S_moothness"),
     N_("Calms single pixels and grain. Too much looks like a watercolour on wet paper."), ""},
    {"style-scale", N_("Stroke si_ze"),
     N_("Size of the brush: the painting is looked at from closer (above 1) or from farther away (below 1)."), ""},
    {"coarseness", N_("Coarse_ness"),
     N_("Which strokes count: below 0 the fine texture of the paint, above 0 large shapes."), ""},
    {"size", N_("Si_ze"),
     N_("Longest edge, in pixels, at which the picture is painted. Smaller is faster and gives larger strokes; the new "
        "layer always has the size of the original."),
     N_("as the layer")},
    {"iterations", N_("_Iterations"),
     N_("How many times the picture is looked at and improved at its coarsest scale. More settles the strokes; after "
        "some hundreds little changes."),
     ""},
    {"scales", N_("Sca_les"),
     N_("Sizes that are painted one after another, from coarse to fine, such as 256,512,1024. The coarse ones give the "
        "large strokes; 1 paints at one size only."),
     ""},
    {"detail", N_("Fine de_tail"),
     N_("What each larger scale begins with. Repainted is softer and looks more like a painting; kept is as sharp as "
        "the photo."),
     ""},
    {"init", N_("Start _from"),
     N_("What the first picture is: the photo (keeps its shapes best), noise (freer), or the painting itself."), ""},
    {"seed", N_("S_eed"),
     N_("Another number gives another picture of the same kind; the same number the same one again. Nothing is left "
        "to chance but a start from noise and the sliced loss."),
     ""},
    {"padding", N_("E_dges"),
     N_("What lies beyond the border of the picture. Circular makes tiles that fit together without a seam."), ""},
    {"stop-below", N_("Stop when settle_d"),
     N_("A scale ends early when the picture has almost stopped to change. 0 never ends early; 0.01 saves time."), ""},
    {"loss", N_("Style _measure"),
     N_("Sliced lets strokes flow and keeps plain areas plain; covariance keeps colours truest; Gatys is the classic "
        "look; tutorial gives the numbers of the well-known PyTorch lesson."),
     ""},
    {"optimiser", N_("O_ptimiser"),
     N_("How the picture is improved from one look to the next. Automatic suits the style "
        "measure."),
     ""},
    {"content-layers", N_("Content la_yers"),
     N_("Layers of the network that keep the photo, such as relu4_2. Deeper layers keep the scene and let go of the "
        "details."),
     ""},
    {"style-layers", N_("Style laye_rs"),
     N_("Layers of the network that carry the painting, such as relu1_1,relu2_1:0.5. First layers carry grain and "
        "colour, "
        "deeper ones the larger forms."),
     ""},
    {"pooling", N_("Poolin_g"),
     N_("How the network steps back from the picture. Average is softer, maximum has more bite."), ""},
    {"colours", N_("Colo_urs"),
     N_("Take the painting's colours, keep the photo's own, or recolour the painting to match the photo first."), ""},
    {"deliver", N_("Deli_ver"),
     N_("A hidden copy below the new layer shows it in the photo's colours: to compare both later without painting "
        "again."),
     ""},
    {"network", N_("_Network"),
     N_("The trained eye that compares pictures. VGG-19 sees best and needs its weights installed; built-in works "
        "everywhere."),
     ""},
    {"weights", N_("_Weights file"), N_("A file with the network's weights, in place of the installed one."), ""},
    {"device", N_("De_vice"), N_("What computes. A graphics card is ten to a hundred times faster than the processor."),
     ""},
    {"precision", N_("Pre_cision"),
     N_("Number format on a graphics card. Shorter formats are faster and need less memory; the picture hardly "
        "differs."),
     ""},
    {"convolutions", N_("Con_volutions"),
     N_("How a VGG network is computed on the processor. Direct is slower; the pictures differ in the last digits "
        "only."),
     ""},
    {"memory", N_("Memory _budget"),
     N_("How much memory may be used, in MiB. Automatic takes what is free, less a reserve."), N_("automatic")},
    {"threads", N_("_Threads"), N_("Processor cores to work with. Fewer leave the computer livelier meanwhile."),
     N_("automatic")},
    {"preview-every", N_("Sho_w every"), N_("How many improvements pass between two pictures in the preview."),
     N_("never")},
};

const Entry* entry_of(const char* key) {
    for (const Entry& entry : entries)
        if (std::strcmp(entry.key, key) == 0) return &entry;
    return nullptr;
}

struct Choice {
    const char* key;
    const char* choice;
    const char* words;
};

const Choice choices[] = {
    {"", "auto", N_("Automatic")},
    {"loss", "tutorial", N_("Tutorial")},
    {"loss", "gatys", N_("Gatys (classic)")},
    {"loss", "covariance", N_("Covariance (clear strokes)")},
    {"loss", "sliced", N_("Sliced (rough strokes)")},
    {"optimiser", "lbfgs", N_("L-BFGS")},
    {"optimiser", "adam", N_("Adam")},
    {"pooling", "max", N_("Maximum")},
    {"pooling", "average", N_("Average")},
    {"detail", "repaint", N_("Repainted")},
    {"detail", "keep", N_("Kept from the photo")},
    {"padding", "zero", N_("Black")},
    {"padding", "reflect", N_("Mirrored")},
    {"padding", "replicate", N_("Last pixel repeated")},
    {"padding", "circular", N_("Circular (seamless tile)")},
    {"colours", "style", N_("From the style")},
    {"colours", "content", N_("Keep the photo's own")},
    {"colours", "match", N_("Style matched to the photo")},
    {"colours", "histogram", N_("Style matched tone by tone")},
    {"deliver", "layer", N_("One layer")},
    {"deliver", "layers", N_("With a copy in the photo's colours")},
    {"convolutions", "direct", N_("Direct")},
    {"precision", "float32", N_("32 bit")},
    {"precision", "tf32", N_("TensorFloat-32")},
    {"precision", "float16", N_("16 bit (half)")},
    {"precision", "bfloat16", N_("16 bit (bfloat16)")},
};

}  // namespace

SettingWords words_of(const Setting& setting) {
    if (const Entry* entry = entry_of(setting.key))
        return {_(entry->label), _(entry->tooltip), *entry->at_zero ? _(entry->at_zero) : ""};
    return {setting.key, setting.help, ""};
}

std::string choice_words(const std::string& key, const std::string& choice) {
    for (const Choice& known : choices)
        if (choice == known.choice && (*known.key == '\0' || key == known.key)) return _(known.words);
    return choice;
}

std::vector<std::string> suggestions(const std::string& key) {
    if (key == "network") return {"auto", "vgg19", "builtin"};
    if (key == "device") return {"auto", "cpu", "cuda"};
    if (key == "init") return {"content", "noise", "style-noise", "style"};
    if (key == "scales") return {"auto", "1", "256,512", "256,512,1024"};
    return {};
}

std::vector<SettingGroup> setting_groups() {
    struct Plan {
        const char* title;
        std::vector<const char*> keys;
    };
    const Plan plans[] = {
        {N_("Weights"), {"content-weight", "style-weight", "tv-weight"}},
        {N_("Picture"),
         {"iterations", "size", "style-scale", "coarseness", "colours", "deliver", "scales", "detail", "init", "seed",
          "padding", "stop-below"}},
        {N_("Network"), {"network", "weights", "loss", "optimiser", "content-layers", "style-layers", "pooling"}},
        {N_("Computer"), {"device", "precision", "convolutions", "memory", "threads", "preview-every"}},
    };
    std::vector<SettingGroup> groups;
    std::vector<const Setting*> left;
    for (const Setting& setting : settings_table()) left.push_back(&setting);
    for (const Plan& plan : plans) {
        SettingGroup group{_(plan.title), {}};
        for (const char* key : plan.keys) {
            const auto found = std::find_if(left.begin(), left.end(),
                                            [key](const Setting* setting) { return !std::strcmp(setting->key, key); });
            if (found == left.end()) continue;
            group.settings.push_back(*found);
            left.erase(found);
        }
        groups.push_back(std::move(group));
    }
    if (!left.empty()) groups.push_back({_("More"), std::move(left)});
    return groups;
}

std::string network_words(const std::string& network) {
    if (network == "vgg19") return "VGG-19";
    if (network == "builtin") return _("built-in");
    return network;
}

std::string device_words(const std::string& device) {
    if (device == "cpu") return _("processor");
    if (device.rfind("cuda", 0) == 0 || device.rfind("xpu", 0) == 0 || device == "mps")
        return filled(_("graphics card (%s)"), device.c_str());
    return device;
}

}  // namespace neural_style
