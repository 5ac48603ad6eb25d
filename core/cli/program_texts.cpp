#include "program_texts.hpp"

#include <algorithm>

#include "neural-style/gallery.hpp"
#include "neural-style/settings.hpp"

namespace neural_style {

std::string help_text() {
    std::string text =
        "neural-style CONTENT --style FILE[:WEIGHT] [--style ...] --output FILE [--KEY VALUE ...]\n"
        "neural-style --batch CONTENT ... --style FILE[:WEIGHT] [--style ...] --output FOLDER [--KEY VALUE ...]\n"
        "neural-style --variations CONTENT --style FILE[:WEIGHT] [--style ...] --output FILE [--KEY VALUE ...]\n"
        "\n"
        "Paints CONTENT in the style of other pictures and writes the result, of the same size, to the output file.\n"
        "\n"
        "  --style FILE[:WEIGHT]    a style picture; several are blended by their weights; gallery:NAME is\n"
        "                           one that comes with the program\n"
        "  --mask FILE              paints CONTENT only where this picture is white; the rest has no influence\n"
        "  --guide CONTENT_MASK:STYLE_MASK[:NUMBER]\n"
        "                           what is white in the first picture takes on what is white in the second of the\n"
        "                           NUMBERth style (1; an empty name: all of it); the rest takes on all styles\n"
        "  --output FILE            the result: PNG or TIFF (16 bits a channel where CONTENT has them), PPM or PFM\n"
        "  --explain                says what the call would take: device, network, scales, memory, time; the "
        "pictures\n"
        "                           may be sizes, --content-size WIDTHxHEIGHT and --style-size WIDTHxHEIGHT, and "
        "masks\n"
        "                           are counted, not read\n"
        "  --batch                  paints every CONTENT, or those in a folder, into the folder --output\n"
        "  --skip-existing          with --batch: leaves out what has its result already\n"
        "  --overwrite              a result may replace a file that the call reads, or one that is locked\n"
        "  --variations             paints a sheet of small pictures that differ in style-weight and style-scale\n"
        "  --grid COLUMNSxROWS      with --variations: how many weights and how many scales (3x3)\n"
        "  --log FILE.csv           one row for each evaluation of the losses\n"
        "  --progress KIND          auto, bar, plain or none, on standard error\n"
        "  --list-settings          every setting with its default and range\n"
        "  --list-devices           the devices that can compute here\n"
        "  --list-networks          the networks, and which have their weights installed\n"
        "  --list-styles            the pictures that come with the program: name, title, author, licence, file\n"
        "  --get-network NAME [--from URL|FILE]\n"
        "                           installs a network's weights from where they are published, or from your own file\n"
        "  --check-network NAME     compares installed weights with their recorded SHA-256\n"
        "  --worker                 serve requests on standard input and output (for the GIMP plug-in)\n"
        "  --read-picture FILE      the picture, at most --size pixels long, to standard output (for the plug-in)\n"
        "  --version, --help\n"
        "\n"
        "Ctrl-C stops and writes the best picture so far; a batch leaves the picture out that it was at.\n"
        "Exit status: 0 done, 1 failed, 2 wrong usage, 130 stopped.\n"
        "\n"
        "Settings, as --KEY VALUE:\n";
    for (const Setting& setting : settings_table()) {
        std::string left = "  --" + std::string(setting.key);
        left.resize(std::max<std::size_t>(left.size() + 1, 27), ' ');
        text += left + setting.help + "\n";
    }
    return text;
}

std::string styles_text() {
    std::string text;
    for (const GalleryPicture& picture : gallery())
        text += picture.name + "\t" + picture.title + "\t" + picture.author + "\t" + picture.licence + "\t" +
                picture.file + "\n";
    return text;
}

std::string settings_text() {
    std::string text;
    for (const Setting& setting : settings_table())
        text +=
            std::string(setting.key) + "\t" + setting.standard + "\t" + setting.allowed() + "\t" + setting.help + "\n";
    return text;
}

}  // namespace neural_style
