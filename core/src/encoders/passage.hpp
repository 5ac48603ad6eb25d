// What a picture becomes for a network, what a map goes through between two convolutions, and a slope on its way back:
// the arguments of passage_kernels.cu. Compiled for the processor and, as a part of the kernels' text, for cards; hence
// without includes.
#ifndef NEURAL_STYLE_PASSAGE_HPP
#define NEURAL_STYLE_PASSAGE_HPP

namespace neural_style {

constexpr int passage_channels = 8;  // what a thread takes of a pixel; numbers of channels are multiples of it

/// A map's own size, and what is done with it: rectified, halved where `pool` is 2 (an odd last row or column is
/// dropped), and grown by `margin` (0 or 1) as `padding` (of padding.hpp, not zero) says. Maps lie pixel by pixel, in
/// the numbers that the network is computed in: float32, float16 or bfloat16.
struct PassageShape {
    int height, width, channels;
    int pool;     // 1 or 2
    int average;  // whether halving takes means
    int margin;
    int padding;
};

struct Passage {
    PassageShape shape;
    const void* raw;        // what a convolution gives, without its bias
    const float* bias;      // null: none
    void* next;             // halved and grown; null: not wanted. May be `raw` where shape keeps the size.
    void* before;           // the map before the ReLU; null: not wanted, as where the map is halved
    void* after;            // the map behind the ReLU and halved, but not grown; null: not wanted
    unsigned char* passes;  // a bit for each number of `raw`, set where a slope goes through; null: not wanted
};

/// The way back. Slopes may be null, which is zero. Those of `before` and `after` are to be multiplied by a factor over
/// a unit, numbers in the card's memory; where these are null, they are 1.
struct PassageBack {
    PassageShape shape;
    const void* of_next;
    const void* of_before;
    const void* of_after;
    const float* before_factor;
    const float* after_factor;
    const float* unit;
    const unsigned char* passes;
    void* of_raw;  // may be a slope that is as large
};

/// How a network sees colours: its channel i is scale[i] · (the picture's i-th, or i-th from the end if `turned`) −
/// shift[i].
struct PictureColours {
    float scale[3], shift[3];
    int turned;
};

/// A picture, 3×height×width and plane by plane, to a map of passage_channels channels, those behind the third zero,
/// which is grown; and the map's slope to the picture's, which is multiplied by a unit.
struct PictureIn {
    PassageShape shape;  // of the map; nothing is halved
    PictureColours colours;
    const float* picture;
    void* map;
};

struct PictureBack {
    PassageShape shape;
    PictureColours colours;
    const void* of_map;
    const float* unit;  // null: 1
    float* of_picture;
};

}  // namespace neural_style

#endif
