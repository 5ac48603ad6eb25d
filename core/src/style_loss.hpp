// How one layer's feature map differs in style from the style pictures', and the derivative of that.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace neural_style {

struct LossValue {
    at::Tensor loss;      ///< a scalar, float32, on the features' device
    at::Tensor gradient;  ///< d loss / d features, the features' shape; the caller's until the next evaluate()
};

/// One for each style layer. Features are matrices C×N (channels × positions) with any strides.
class StyleLoss {
public:
    virtual ~StyleLoss() = default;

    /// Takes in one style picture's features; the shares of all add up to 1.
    virtual void add_target(const at::Tensor& features, double share) = 0;

    /// Told the content's features once, before the first evaluation.
    virtual void set_start(const at::Tensor& /*features*/) {}

    virtual LossValue evaluate(const at::Tensor& features) = 0;
};

/// factor · mean((G − A)²) with the Gram matrix G = F·Fᵀ / (H·W), or / (C·H·W) if `by_channels` (the PyTorch
/// tutorial's). With factor 1 and not by channels this is E_l of Gatys, Ecker and Bethge (CVPR 2016, equations 3 and 4)
/// but for its constant of a quarter.
class GramLoss : public StyleLoss {
public:
    GramLoss(double factor, bool by_channels) : factor_(factor), by_channels_(by_channels) {}
    void add_target(const at::Tensor& features, double share) override;
    LossValue evaluate(const at::Tensor& features) override;

private:
    double divisor(const at::Tensor& features) const;
    double factor_;
    bool by_channels_;
    at::Tensor target_;  // C×C
};

/// factor · (‖Σ − Σ_A‖² + C·‖μ − μ_A‖²) / start, Σ the features' covariance, μ their mean, `start` the value of the
/// numerator for the content itself, floored where content and style agree.
class CovarianceLoss : public StyleLoss {
public:
    explicit CovarianceLoss(double factor) : factor_(factor) {}
    void add_target(const at::Tensor& features, double share) override;
    void set_start(const at::Tensor& features) override;
    LossValue evaluate(const at::Tensor& features) override;

private:
    double factor_;
    at::Tensor covariance_, mean_;  // C×C, C×1: the styles', blended
    at::Tensor start_;              // scalar
};

/// factor · mean over directions and positions of (sorted projection − the style's)²: the squared sliced Wasserstein
/// distance (Heitz et al., CVPR 2021), the style's quantiles resampled to the picture's count; several styles blend by
/// their quantiles. The unit directions are drawn from `seed` and, if `fresh`, anew at each evaluation.
class SlicedLoss : public StyleLoss {
public:
    SlicedLoss(double factor, int directions, bool fresh, std::uint64_t seed)
        : factor_(factor), directions_(directions), fresh_(fresh), seed_(seed) {}
    void add_target(const at::Tensor& features, double share) override;
    LossValue evaluate(const at::Tensor& features) override;

private:
    void draw(const at::Tensor& features);
    at::Tensor target_quantiles(std::int64_t count);

    struct Target {
        at::Tensor features;  // C×N
        double share;
        at::Tensor projected;  // directions×N: memory kept likewise
    };
    double factor_;
    int directions_;
    bool fresh_;
    std::uint64_t seed_;
    std::uint64_t draws_ = 0;
    std::vector<Target> targets_;
    at::Tensor projection_;  // directions×C
    at::Tensor quantiles_;   // directions×N, kept while the directions stay
    bool current_quantiles_ = false;
    at::Tensor projected_, gradient_;  // directions×N and C×N: memory kept from one evaluation to the next
};

}  // namespace neural_style
