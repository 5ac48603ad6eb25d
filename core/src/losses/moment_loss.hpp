// Style as second moments of the features: Gram matrices and covariances.
#pragma once

#include <memory>

#include "style_loss.hpp"
#include "winograd/map_products.hpp"

namespace neural_style {

/// The sums over a subject's positions that both losses are made of; positions count by their weights.
class Moments {
public:
    /// Without means and covariance, if they are not wanted: they would be one more pass over the maps.
    explicit Moments(bool with_means) : with_means_(with_means) {}

    void clear();
    void add(const MapPart& part);

    at::Tensor gram() const;        ///< C×C: the mean of F·Fᵀ
    at::Tensor mean() const;        ///< C
    at::Tensor covariance() const;  ///< C×C
    /// C×C: what is left of the sum of H·Hᵀ, H being F / unit(), without `count` (a scalar) times `gram`.
    at::Tensor products_beyond(const at::Tensor& gram, const at::Tensor& count) const;
    const at::Tensor& weight() const { return weight_; }  ///< scalar; the host's, where all positions count alike
    double unit() const { return unit_; }                 ///< of the features
    at::ScalarType type() const { return type_; }         ///< of slopes; the sums may be of a finer one

private:
    bool with_means_;
    at::Tensor products_, sums_;  // of H
    at::Tensor weight_;
    double unit_ = 1;
    at::ScalarType type_ = at::ScalarType::Float;
    std::unique_ptr<MapProducts> map_products_;  // for maps that lie channels-last on the CPU
};

/// The part that Gram matrix and covariance have in common.
class MomentLoss : public StyleLoss {
public:
    void begin(Subject subject, int height, int width) override;
    void take(const MapPart& part) override { moments_.add(part); }
    bool takes_short() const override { return true; }
    void end(double share) override;
    Slope slope(const MapPart& part) override;
    at::Tensor loss() const override { return loss_; }

protected:
    explicit MomentLoss(bool with_means) : moments_(with_means) {}

    /// Blends a style in.
    virtual void add_target(const Moments& moments, double share) = 0;
    virtual void set_start(const Moments& /*moments*/) {}
    /// Gives the loss and its slope: d loss / d H of a position of weight 1 is matrix·H + shift.
    virtual at::Tensor compare(const Moments& moments, Slope& slope) = 0;

private:
    Subject subject_ = Subject::picture;
    Moments moments_;
    Slope slope_;
    at::Tensor loss_;
};

/// factor · mean((G − A)²) with the Gram matrix G = F·Fᵀ / (H·W), or / (C·H·W) if `by_channels` (the PyTorch
/// tutorial's). With factor 1 and not by channels this is E_l of Gatys, Ecker and Bethge (CVPR 2016, equations 3 and 4)
/// but for its constant of a quarter. With weights it is the guided Gram matrix of Gatys et al. (CVPR 2017).
class GramLoss : public MomentLoss {
public:
    GramLoss(double factor, bool by_channels) : MomentLoss(false), factor_(factor), by_channels_(by_channels) {}

protected:
    void add_target(const Moments& moments, double share) override;
    at::Tensor compare(const Moments& moments, Slope& slope) override;

private:
    double factor_;
    bool by_channels_;
    at::Tensor target_;  // C×C
};

/// factor · (‖Σ − Σ_A‖² + C·‖μ − μ_A‖²) / start, Σ the features' covariance, μ their mean, `start` the value of the
/// numerator for the content itself, floored where content and style agree.
class CovarianceLoss : public MomentLoss {
public:
    explicit CovarianceLoss(double factor) : MomentLoss(true), factor_(factor) {}

protected:
    void add_target(const Moments& moments, double share) override;
    void set_start(const Moments& moments) override;
    at::Tensor compare(const Moments& moments, Slope& slope) override;

private:
    double factor_;
    at::Tensor covariance_, mean_;  // C×C, C: the styles', blended
    at::Tensor start_;              // scalar
};

}  // namespace neural_style
