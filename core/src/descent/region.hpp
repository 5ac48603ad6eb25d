// Which pixels of the pictures count, and which of the styles count where. Used by the job and the objective.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <vector>

namespace neural_style {

/// A style picture for one region.
struct StyleTarget {
    at::Tensor picture;  ///< 1×3×h×w
    at::Tensor mask;     ///< 1×1×h×w in 0..1, how much each pixel counts; undefined: all of it
    double share;        ///< all of a region add up to 1
};

/// A part of the content with the styles that it takes on. Each has style terms of its own (the guides of Gatys et al.,
/// CVPR 2017), with a share of the weight that is its share of the area.
struct Region {
    at::Tensor mask;  ///< 1×1×h×w in 0..1, of the content's size; undefined: all of it
    std::vector<StyleTarget> styles;
    double share = 1;
};

/// A mask as it falls on feature maps: a position counts as the mean of its cell of pixels does.
class MaskPyramid {
public:
    MaskPyramid() = default;
    explicit MaskPyramid(at::Tensor mask) : mask_(std::move(mask)) {}

    bool defined() const { return mask_.defined(); }
    /// height×width weights for a map of that size with that stride; undefined if the mask is.
    const at::Tensor& at(int stride, std::int64_t height, std::int64_t width);
    const at::Tensor& mask() const { return mask_; }

private:
    at::Tensor mask_;  // 1×1×h×w
    std::map<int, at::Tensor> reduced_;
};

}  // namespace neural_style
