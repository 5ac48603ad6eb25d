// The loss of a picture at one scale: content, style and total variation, and its gradient.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "encoder.hpp"
#include "style_loss.hpp"

namespace neural_style {

/// How one content layer enters: factor · mean((F − P)²), or factor · Σ(F − P)² / (2·Σ(P − mean P)²) if `relative`,
/// which makes the term free of the layer's own contrast.
struct ContentTerm {
    std::size_t feature;  ///< index into the encoder's feature maps
    double factor;
    bool relative;
};

struct StyleTerm {
    std::size_t feature;
    std::unique_ptr<StyleLoss> loss;
};

struct StyleTarget {
    at::Tensor picture;  ///< 1×3×h×w
    double share;        ///< all add up to 1
};

struct ObjectiveValue {
    double content = 0, style = 0, tv = 0;
    double total() const { return content + style + tv; }
    at::Tensor gradient;  ///< 1×3×h×w
};

class Objective {
public:
    /// tv_weight multiplies mean((x differences)²) + mean((y differences)²) of the picture.
    Objective(Encoder& encoder, std::vector<ContentTerm> content, std::vector<StyleTerm> style, double tv_weight);

    /// Computes the targets from the content picture (1×3×h×w) and the styles.
    void set_targets(const at::Tensor& content, const std::vector<StyleTarget>& styles);

    /// Picture: 1×3×h×w, 0..1, of the content's size.
    ObjectiveValue evaluate(const at::Tensor& picture);

private:
    struct ContentTarget {
        at::Tensor features;  // C×N
        at::Tensor factor;    // scalar: of Σ(F − P)²
    };
    Encoder& encoder_;
    std::vector<ContentTerm> content_;
    std::vector<StyleTerm> style_;
    double tv_weight_;
    std::vector<ContentTarget> content_targets_;
};

}  // namespace neural_style
