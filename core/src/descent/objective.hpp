// The loss of a picture at one scale: content, style and total variation, and its gradient.
#pragma once

#include <ATen/core/Tensor.h>

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "encoders/encoder.hpp"
#include "losses/style_loss.hpp"
#include "region.hpp"
#include "tiles.hpp"

namespace neural_style {

/// How one content layer enters: factor · mean((F − P)²), or factor · Σ(F − P)² / (2·Σ(P − mean P)²) if `relative`,
/// which makes the term free of the layer's own contrast. Positions count by the content's mask.
struct ContentTerm {
    std::size_t feature;  ///< index into the encoder's feature maps
    double factor;
    bool relative;
};

struct StyleTerm {
    std::size_t feature;
    std::unique_ptr<StyleLoss> loss;
    std::size_t region = 0;
};

/// The losses as numbers. They are fetched from the device, so to have them is to wait for it.
struct Losses {
    double content = 0, style = 0, tv = 0;
    double total() const { return content + style + tv; }

    Losses() = default;
    /// From Evaluated::losses, fetched.
    explicit Losses(const std::vector<double>& numbers) : content(numbers[0]), style(numbers[1]), tv(numbers[2]) {}
};

/// What comes of an evaluation, on the device, which may still be about it.
struct Evaluated {
    at::Tensor losses;    ///< 3: content, style, total variation
    at::Tensor gradient;  ///< 1×3×h×w, of their sum; both undefined if it was stopped

    /// Waits for the device.
    Losses fetched_losses() const;
};

/// How pictures are encoded: whole, or in tiles of about `tile_edge` pixels if that is not 0. Tiles take memory that
/// does not grow with the picture but for the content's targets, and one more forward pass of what is in tiles.
struct Encoding {
    int tile_edge = 0;
    bool hybrid = false;    ///< tiles for the front of a SplitEncoder only; its back sees the whole
    bool circular = false;  ///< the encoder's padding is
    enum class Targets {
        kept,        ///< the content's features as they are
        halved,      ///< in half precision
        recomputed,  ///< with every evaluation, tile by tile; not if hybrid
    } targets = Targets::kept;
    const std::atomic<bool>* stop = nullptr;  ///< looked at between tiles
};

class Objective {
public:
    /// tv_weight multiplies mean((x differences)²) + mean((y differences)²) of the picture.
    Objective(Encoder& encoder, std::vector<ContentTerm> content, std::vector<StyleTerm> style, double tv_weight,
              const Encoding& encoding = {});

    /// The style terms with their targets, for another objective; this one has none any more.
    std::vector<StyleTerm> take_style_terms();

    /// Computes the targets from the content picture (1×3×h×w; `mask` 1×1×h×w says what of it counts, undefined: all)
    /// and each region's styles.
    /// If `styles_known` the style terms came with theirs.
    void set_targets(const at::Tensor& content, const at::Tensor& mask, const std::vector<Region>& regions,
                     bool styles_known = false);

    /// Picture: 1×3×h×w, 0..1, of the content's size.
    Evaluated evaluate(const at::Tensor& picture);

    /// Whether each evaluation of such a picture is the same operations on the device.
    bool recordable(const at::Tensor& picture) const;

private:
    struct ContentTarget {
        std::vector<at::Tensor> features;  // C×h×w of each tile, as they are given; empty if recomputed
        at::Tensor factor;                 // scalar: of Σ weight · (F − P)², both as the encoder gives them
        at::Tensor slope_factor;           // twice that
    };
    using Maps = std::vector<at::Tensor>;

    /// Called with a tile, its number among those of its maps, and its maps; those of another pass are undefined.
    using Visit = std::function<void(const Maps&, const Tile&, std::size_t)>;

    std::vector<Tile> tiles_of(const at::Tensor& picture) const;
    /// Encodes a picture part by part. Returns the maps of what was encoded whole, kept for gradient() if `keep`; else
    /// the last tile's. Stops early if asked to.
    Maps encode(const at::Tensor& picture, bool keep, const Visit& visit);
    at::Tensor handover_slope(const Maps& maps, const at::Tensor& picture, at::Tensor& content_loss);
    bool stopped() const { return encoding_.stop && *encoding_.stop; }
    /// The inner part of a map of the tile of `picture`, with the mask's weights.
    MapPart part(const Maps& maps, std::size_t feature, const Tile& tile, const at::Tensor& picture,
                 MaskPyramid& mask) const;
    /// Hands a style term its part of a subject.
    void take(StyleTerm& term, StyleLoss::Subject subject, const Maps& maps, const Tile& tile,
              const at::Tensor& picture, MaskPyramid& mask);
    void set_style_targets(const Region& region, std::size_t index);
    void set_content_targets(const at::Tensor& content);
    /// The content's features on one tile, of each content term.
    std::vector<at::Tensor> content_features(const Tile& tile, std::size_t index);
    /// The slopes of all terms on one tile, and its part of the content loss.
    std::vector<Slope> slopes(const Maps& maps, const Tile& tile, const std::vector<at::Tensor>& content,
                              const at::Tensor& picture, at::Tensor& content_loss);

    Encoder& encoder_;
    SplitEncoder* split_ = nullptr;  // if hybrid
    std::vector<MapShape> shapes_;
    std::vector<ContentTerm> content_;
    std::vector<StyleTerm> style_;
    double tv_weight_;
    Encoding encoding_;
    MaskPyramid content_mask_;
    std::vector<MaskPyramid> region_masks_;
    std::vector<ContentTarget> content_targets_;
    at::Tensor content_picture_;  // if they are recomputed
};

}  // namespace neural_style
