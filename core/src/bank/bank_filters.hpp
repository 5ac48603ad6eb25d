// The filters and constants of the built-in network (bank_encoder.hpp says what it computes). Used by both of its
// encoders and their tests; torch-free.
#pragma once

#include <vector>

namespace neural_style {

constexpr int bank_levels = 5;

/// A feature map that is wanted.
struct BankTap {
    enum class Kind {
        colours,    ///< the level's 3 normalised colours
        responses,  ///< 78 rectified responses of the first layer
        strokes,    ///< 366 of both layers, at half the level's size
    };
    int level;  ///< from 0
    Kind kind;
};

int bank_channels(BankTap::Kind kind);
int bank_stride(const BankTap& tap);  ///< how many pixels a step in its map is

/// How far from its own cell of pixels the widest tap sees.
int bank_halo(const std::vector<BankTap>& taps);

}  // namespace neural_style

namespace neural_style::bank {

constexpr int filter_edge = 7, filter_area = filter_edge * filter_edge, margin = filter_edge / 2;
constexpr int derivatives = 12, filter_count = derivatives + 1;
constexpr int colours = 3;

/// How the picture is normalised: (value - mean) / deviation, by red, green and blue.
constexpr float mean[colours] = {.485F, .456F, .406F}, deviation[colours] = {.229F, .224F, .225F};

/// Normalised colours to light, red against green, blue against yellow.
constexpr float opponent[colours][colours] = {{.577F, .577F, .577F}, {.707F, -.707F, 0}, {.408F, .408F, -.816F}};

/// Thirteen 7×7 filters before scaling, 13×49: by orientation the first derivative (odd: f(-x, -y) = -f(x, y)) and the
/// second one (even), then the Gaussian (even).
std::vector<float> filters();

/// 1 / deviation of each response on photographs: 3×13, by opponent colour and filter.
std::vector<float> response_scales();

/// The same for the second layer: 12×12, by the derivative filter that made a strength and the one that sees it.
std::vector<float> stroke_scales();

}  // namespace neural_style::bank
