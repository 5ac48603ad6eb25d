// What a map goes through between two convolutions, and a slope on its way back: the arguments of passage_kernels.cu.
// Compiled for the processor and, as a part of the kernels' text, for cards; hence without includes.
#ifndef NEURAL_STYLE_PASSAGE_HPP
#define NEURAL_STYLE_PASSAGE_HPP

namespace neural_style {

constexpr int passage_channels = 8;  // what a thread takes of a pixel; numbers of channels are multiples of it

/// A map's own size, and what is done with it: rectified, halved where `pool` is 2 (an odd last row or column is
/// dropped), and grown by `margin` (0 or 1) as `padding` (of padding.hpp, not zero) says. Maps lie pixel by pixel.
struct PassageShape {
    int height, width, channels;
    int pool;     // 1 or 2
    int average;  // whether halving takes means
    int margin;
    int padding;
};

/// The numbers that a network is computed in are float32, float16 or bfloat16; features are float32.
struct Passage {
    PassageShape shape;
    const void* raw;        // what a convolution gives, without its bias
    const float* bias;      // null: none
    void* next;             // halved and grown; null: not wanted. May be `raw` where shape keeps the size.
    float* before;          // the feature before the ReLU; null: not wanted, as where the map is halved
    float* after;           // the feature behind the ReLU and halved; null: not wanted
    unsigned char* passes;  // a bit for each number of `raw`, set where a slope goes through; null: not wanted
    float size;             // a feature is this times what is computed
};

/// The way back. Slopes may be null, which is zero; those of features are float32, and are multiplied by a number each.
struct PassageBack {
    PassageShape shape;
    const void* of_next;  // in the network's numbers
    const float* of_before;
    const float* of_after;
    const float* before_unit;  // one number; null: 1
    const float* after_unit;
    const unsigned char* passes;
    void* of_raw;  // may be `of_next` or, in float32, a feature's, where shape keeps the size
};

}  // namespace neural_style

#endif
