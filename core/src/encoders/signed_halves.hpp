// The parts of a map, for the built-in network through LibTorch. Used by BankEncoder.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace neural_style {

struct SignedHalves {
    at::Tensor halves;    ///< 1×2C×h×w: the positive parts of the channels, then the negative ones
    at::Tensor absolute;  ///< 1×`count`×h×w: the absolute values of the first channels; undefined for none
};

/// Of 1×C×h×w. Autograd keeps the halves alone, and reads and writes each number once where relu, neg, cat and narrow
/// would fill and add up whole maps.
SignedHalves signed_halves(const at::Tensor& map, std::int64_t count);

}  // namespace neural_style
