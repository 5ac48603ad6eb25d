// What turns a picture into feature maps, forward and backward: chains of convolutions, and the tests' tiny one. One
// at a time a job, on the job's thread.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "numerics/padding.hpp"

namespace neural_style {

/// d loss / d F of a feature map F (C×h×w) as features() gives it: factor · (map + matrix·F + shift), at every position
/// alike. What is undefined is zero; a factor, 1. A loss on a Gram matrix or a covariance has such a slope; an encoder
/// may never need it as a map.
struct Slope {
    at::Tensor map = {};     ///< C×h×w
    at::Tensor matrix = {};  ///< C×C, symmetric
    at::Tensor shift = {};   ///< C; only beside a matrix
    at::Tensor factor = {};  ///< scalar, on the map's device
    bool defined() const { return map.defined() || matrix.defined(); }
};

/// Multiplies the parts by the factor, which is gone afterwards; short numbers become float32.
void take_in_factor(Slope& slope);

/// The sum of two slopes of the same map; either may be undefined. May change `a`'s memory.
Slope sum(Slope a, const Slope& b);

/// The whole slope as a map, in float32 where the features are in fewer bits, laid out in memory as they are; undefined
/// if the slope is. May be the slope's own memory.
at::Tensor as_map(const Slope& slope, const at::Tensor& features);
std::vector<at::Tensor> as_maps(const std::vector<Slope>& slopes, const std::vector<at::Tensor>& features);

class SplitEncoder;

struct MapShape {
    int channels;
    int stride;       ///< how many pixels of the picture a step in the map is: a power of two
    double unit = 1;  ///< a feature is this times what features() gives: a power of two
};

class Encoder {
public:
    virtual ~Encoder() = default;

    /// The feature maps of the layers that were asked for when the encoder was made, in that order, each C×h×w with any
    /// strides, in float32 or, by encoders for cards, the number type that they compute in. `picture` is
    /// 1×3×height×width, 0..1. What gradient() needs is kept until the next call if `keep`. The tensors may be
    /// overwritten by the next call.
    virtual std::vector<at::Tensor> features(const at::Tensor& picture, bool keep) = 0;

    /// d loss / d picture (1×3×height×width, float32) from the slope of each map of the last features(…, true). The
    /// slopes' maps may be overwritten.
    virtual at::Tensor gradient(const std::vector<Slope>& of_features) = 0;

    /// What is seen beyond a picture's edges, from the next features() on.
    virtual void set_padding(Padding padding) = 0;

    /// Gives back what features() and gradient() work in, until the next call.
    virtual void release() = 0;

    /// Of each map, in the same order. Halving drops an odd last row or column.
    virtual std::vector<MapShape> shapes() const = 0;

    /// How far from its own cell of pixels a feature sees at the most, in pixels.
    virtual int halo() const = 0;

    /// The encoder itself, if it is made of two that may be computed apart.
    virtual SplitEncoder* split() { return nullptr; }

    /// What computes it, in a few words for a person who asks how a run would go.
    virtual std::string engine() const { return "LibTorch"; }

    /// Bytes that features(…, true) and gradient() work in for a picture of that size, weights not counted.
    virtual std::size_t work_bytes(int height, int width) const = 0;
};

}  // namespace neural_style
