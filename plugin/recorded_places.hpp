// Where the files lie that a layer's record names. The record is saved with the image and goes with it to others, so it
// holds no folder of this computer: names beside the image's file, and tokens. What the tokens stand for is kept in the
// person's own settings. Used by the session, on the main thread.
#pragma once

#include <string>

#include "run_record.hpp"

namespace neural_style {

/// Places of files on this computer, each under a token that says nothing of it. A file of at most some hundred of
/// them, the latest; one that cannot be read or written costs no more than that.
class PlaceBook {
public:
    explicit PlaceBook(std::string file) : file_(std::move(file)) {}

    /// The same for the same place.
    std::string token(const std::string& place) const;
    std::string place(const std::string& token) const;  ///< "" if it is not known here

private:
    std::string file_;
};

/// $XDG_CONFIG_HOME/neural-style/places.ini
std::string standard_places_path();

/// Leaves of each place in `record` what others may see: a name, with folders only below that of `image_file` ("": it
/// was never saved), and a token.
void hide_folders(RunRecord& record, const std::string& image_file, const PlaceBook& book);

/// The places again: where the files were, or else where they lie beside `image_file` now. What is found nowhere keeps
/// its name alone.
void find_folders(RunRecord& record, const std::string& image_file, const PlaceBook& book);

}  // namespace neural_style
