#include "padding.hpp"

#include <algorithm>
#include <cstdlib>

namespace neural_style {

Padding padding_from(const std::string& text) {
    if (text == "zero") return Padding::zero;
    if (text == "replicate") return Padding::replicate;
    if (text == "circular") return Padding::circular;
    return Padding::reflect;
}

Padding padding_for(Padding padding, int margin, int height, int width) {
    const int smallest = std::min(height, width);
    const bool too_small =
        (padding == Padding::reflect && smallest <= margin) || (padding == Padding::circular && smallest < margin);
    return too_small ? Padding::replicate : padding;
}

std::vector<int> padded_places(Padding padding, int margin, int length) {
    std::vector<int> places;
    for (int i = -margin; i < length + margin; ++i) {
        const bool inside = i >= 0 && i < length;
        if (inside)
            places.push_back(i);
        else if (padding == Padding::zero)
            places.push_back(-1);
        else if (padding == Padding::reflect)
            places.push_back(i < 0 ? -i : 2 * (length - 1) - i);
        else if (padding == Padding::circular)
            places.push_back((i + length) % length);
        else
            places.push_back(std::clamp(i, 0, length - 1));
    }
    return places;
}

}  // namespace neural_style
