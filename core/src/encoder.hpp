// What turns a picture into feature maps, forward and backward: the VGG networks, the built-in bank, the tests' tiny one.
// One at a time a job, on the job's thread.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace neural_style {

class Encoder {
public:
    virtual ~Encoder() = default;

    /// The feature maps of the layers that were asked for when the encoder was made, in that order, each C×h×w with any
    /// strides. `picture` is 1×3×height×width, 0..1. What gradient() needs is kept until the next call if `keep`.
    /// The tensors may be overwritten by the next call.
    virtual std::vector<at::Tensor> features(const at::Tensor& picture, bool keep) = 0;

    /// d loss / d picture (1×3×height×width) from d loss / d feature for each map of the last features(…, true); an
    /// undefined tensor stands for zero.
    virtual at::Tensor gradient(const std::vector<at::Tensor>& of_features) = 0;
};

}  // namespace neural_style
