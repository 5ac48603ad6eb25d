// What made a layer, as a text that is kept on the layer itself, so that it can be made again, even by a program that
// opens the image years later. Written by the session, read by again.hpp; main thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "neural-style/recorded_settings.hpp"

namespace neural_style {

/// How a layer is found again: by its number while the program runs, later by what its image's file keeps. Without a
/// name: it was gone before the picture was done.
struct LayerTrace {
    std::string session;  ///< names the program's run that `id` belongs to
    int id = -1;
    int tattoo = 0;       ///< of the layer within its image; 0: there is none, as for a picture from a file
    bool beside = false;  ///< in the same image as the content
    std::string name, image_name;
    std::string file;  ///< of its image, or of the picture; "" if it has none
    int width = 0, height = 0;
    bool channel = false;    ///< no layer but a channel
    std::string place = {};  ///< token of where `file` was; see recorded_places.hpp
};

struct RecordedStyle {
    LayerTrace layer;
    double weight = 1;
};

struct RecordedGuide {
    std::optional<LayerTrace> content;  ///< none: all of it
    std::size_t style = 0;              ///< index into RunRecord::styles
    std::optional<LayerTrace> region;   ///< none: all of it
};

struct RunRecord {
    std::string program;  ///< version that made the layer
    LayerTrace content;
    std::vector<RecordedStyle> styles;
    std::vector<RecordedGuide> guides;
    std::optional<LayerTrace> start;  ///< layer that the picture started from; none: as the settings say
    Settings settings;  ///< what belongs to the picture, with the weights and the network that it really was
    int more = 0;       ///< above 0: so many evaluations were added to an earlier picture
    std::map<std::string, std::string> places = {};  ///< tokens of the files that settings name, by their keys
};

/// Key-file text of version 1.
std::string to_text(const RunRecord& record);

/// None if `text` is no record, or one of a later version. Values that are no longer allowed are left out.
std::optional<RunRecord> run_record(const std::string& text);

}  // namespace neural_style
