// Style as the distribution of the features: the sliced Wasserstein distance (Heitz et al., CVPR 2021).
#pragma once

#include <cstdint>
#include <vector>

#include "quantile_transport.hpp"
#include "style_loss.hpp"

namespace neural_style {

/// factor · mean over directions and positions of (sorted projection − the style's)² / variance: the squared distance
/// along seeded unit directions, drawn anew for each picture if `fresh`. `variance` is that of the style's features, the
/// mean over their channels, so that a layer counts alike whatever the size of its numbers. The style's quantiles are
/// resampled to the picture's count; several styles blend by their quantiles. Positions count by their weights.
///
/// A picture's map of up to `most_sorted` positions that all count alike is sorted, so its loss is exact. A larger one,
/// or one with weights, is carried to the style by the map between the distributions of seeded samples, one position of
/// each cell of a grid; styles give samples only. That takes neither memory nor sorting in proportion to the picture.
class SlicedLoss : public StyleLoss {
public:
    SlicedLoss(double factor, int directions, bool fresh, std::uint64_t seed)
        : factor_(factor), directions_(directions), fresh_(fresh), seed_(seed) {}

    static constexpr std::int64_t most_sorted = std::int64_t(1) << 18;
    static constexpr std::int64_t sample_size = std::int64_t(1) << 15;  ///< at the most, roughly
    /// Numbers that are sorted at once where LibTorch's operations do it, on other devices than the CPU, unless one
    /// direction has more.
    static constexpr std::int64_t numbers_at_once = std::int64_t(1) << 20;

    void begin(Subject subject, int height, int width) override;
    void take(const MapPart& part) override;
    void end(double share) override;
    void renew() override;
    bool recordable() const override { return false; }  // directions and samples are drawn by the host
    Slope slope(const MapPart& part) override;
    at::Tensor loss() const override { return loss_; }

private:
    struct Target {
        at::Tensor features;  // C×n, a sample
        at::Tensor weights;   // n, or undefined
        double share;
        at::Tensor projected;  // directions×n: memory kept likewise
    };

    void draw(const at::Tensor& features);
    /// C×n of the part's positions that are in the sample, and their weights if it has any.
    void add_sample(const MapPart& part);
    at::Tensor quantiles(std::int64_t count);  // directions×count
    void fit_transport();
    Slope sorted_slope(const MapPart& part);

    double factor_;
    int directions_;
    bool fresh_;
    std::uint64_t seed_;
    std::uint64_t draws_ = 0;

    std::vector<Target> targets_;
    double variance_ = 0;    // of the targets' features, by their shares
    at::Tensor projection_;  // directions×C

    // the subject
    Subject subject_ = Subject::picture;
    std::int64_t positions_ = 0;                       // of its whole map
    int cell_ = 1;                                     // edge of the sample's cells
    bool empty_ = false;                               // nothing to compare
    bool sorted_ = false;                              // the picture is sorted as a whole
    std::int64_t taken_ = 0;                           // positions taken, or given slopes, so far
    std::vector<at::Tensor> sample_, sample_weights_;  // of the parts so far
    double weight_ = 0;                                // of all positions
    at::Tensor loss_;

    at::Tensor quantiles_;  // kept while the directions stay
    bool current_quantiles_ = false;
    at::Tensor projected_;                       // directions×N; of a sorted picture, then its slopes
    at::Tensor part_projected_, gradient_;       // memory kept from one call to the next
    std::vector<QuantileTransport> transports_;  // on the CPU, by direction
    at::Tensor sorted_sample_, carried_;         // on other devices: directions×n, and where each is carried to
};

}  // namespace neural_style
