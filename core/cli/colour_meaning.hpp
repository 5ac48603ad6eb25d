// What the numbers of a picture file mean, and the way from there to the colours of a screen (sRGB), through LittleCMS.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace neural_style {

/// Without a profile and a gamma the numbers are sRGB's own.
struct ColourMeaning {
    int colours = 3;      ///< numbers of a pixel: 1 grey, 3 red, green, blue, 4 inks (0: none of it)
    std::string profile;  ///< an ICC profile; one that is damaged or is not of such pixels counts for nothing
    double gamma = 0;     ///< numbers are light to the power of this; 0: as sRGB's
    /// x and y of white, red, green and blue; those of sRGB where nothing else is said.
    std::array<double, 8> primaries = {0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06};
};

/// What cameras mean that are set to Adobe RGB and write no profile.
ColourMeaning adobe_rgb();

class WayToScreen {
public:
    /// `fine`: in floats, which keeps numbers outside of 0..1 and takes longer; not for inks. Else in levels of 16 bits.
    /// `inks` is the profile of inks that have none of their own.
    WayToScreen(const ColourMeaning& meaning, bool fine, const std::string& inks);
    ~WayToScreen();

    /// From `count` pixels of `samples` numbers each, colours first, to four numbers each, of which three are set.
    void convert(const float* from, int samples, float* to, int count);

private:
    int colours_;
    bool fine_;
    void* transform_ = nullptr;  // none: sRGB already, grey or not
    std::vector<float> floats_in_, floats_out_;
    std::vector<unsigned short> levels_in_, levels_out_;
};

}  // namespace neural_style
