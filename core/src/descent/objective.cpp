#include "objective.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

#include "encoders/short_numbers.hpp"
#include "encoders/split_encoder.hpp"
#include "fetched.hpp"
#include "losses/precise_sums.hpp"

namespace neural_style {
namespace {

Tile whole_of(const at::Tensor& picture) {
    const int height = int(picture.size(2)), width = int(picture.size(3));
    return {0, 0, height, width, 0, 0, height, width};
}

bool is_whole(const Tile& tile, const at::Tensor& picture) {
    return tile.y == 0 && tile.x == 0 && tile.height == picture.size(2) && tile.width == picture.size(3);
}

at::Tensor pixels_of(const at::Tensor& picture, const Tile& tile) {
    return is_whole(tile, picture) ? picture : cut(picture, tile);
}

// For slopes, which are smaller than what short numbers hold.
at::Tensor zeros_like_in_float32(const at::Tensor& map) {
    return at::zeros_like(map, is_short(map.scalar_type()) ? map.options().dtype(at::kFloat) : map.options());
}

void add_to(at::Tensor& sum, const at::Tensor& more) { sum = sum.defined() ? sum + more : more; }

at::Tensor square_sum(const at::Tensor& map) {
    if (map.is_cpu()) return (map * map).sum();  // in pairs: long sums of floats need that
    return at::linalg_vector_norm(map, 2, {}, false, at::kFloat).square();
}

// A part as the loss takes it.
MapPart as_taken(const StyleLoss& loss, const MapPart& part) { return loss.takes_short() ? part : part.in_full(); }

// Brings the slope of a tile's inner part to the tile's whole map, zero in the halo.
Slope spread(const Slope& slope, const MapPart& part, const at::Tensor& map, const Tile& tile, int stride) {
    if (!slope.defined() || part.features.sizes() == map.sizes()) return slope;
    at::Tensor whole = zeros_like_in_float32(map);
    inner_part(whole, tile, stride).map.copy_(as_map(slope, part.features));
    return {whole};
}

// weight · mean of the squared differences along one dimension, its gradient added to `gradient`; a difference counts
// as its two pixels do together.
at::Tensor variation(const at::Tensor& picture, const at::Tensor& mask, int dimension, double weight,
                     at::Tensor& gradient) {
    const auto length = picture.size(dimension) - 1;
    if (length < 1) return at::zeros({}, picture.options());
    const at::Tensor steps = picture.narrow(dimension, 1, length) - picture.narrow(dimension, 0, length);
    at::Tensor counts, squares = steps.pow(2), slope = steps * (2 * weight);
    at::Tensor sum = at::full({}, double(steps.numel()), picture.options());
    if (mask.defined()) {
        counts = mask.narrow(dimension, 1, length) * mask.narrow(dimension, 0, length);
        sum = (counts.sum() * 3).clamp_min(1e-9);
        squares.mul_(counts);
        slope.mul_(counts);
    }
    slope.div_(sum);
    gradient.narrow(dimension, 1, length).add_(slope);
    gradient.narrow(dimension, 0, length).sub_(slope);
    return squares.sum() / sum * weight;
}

// A picture that is to be seamless goes on beyond its edges. A style does not: where its sides met, the seam would be
// painted as a part of it. While this lives, its edges are mirrored.
class OwnEdges {
public:
    OwnEdges(Encoder& encoder, bool& circular) : encoder_(encoder), circular_(circular), was_circular_(circular) {
        if (was_circular_) encoder_.set_padding(Padding::reflect);
        circular_ = false;
    }
    ~OwnEdges() {
        if (was_circular_) encoder_.set_padding(Padding::circular);
        circular_ = was_circular_;
    }
    OwnEdges(const OwnEdges&) = delete;
    OwnEdges& operator=(const OwnEdges&) = delete;

private:
    Encoder& encoder_;
    bool& circular_;
    const bool was_circular_;
};

}  // namespace

Objective::Objective(Encoder& encoder, std::vector<ContentTerm> content, std::vector<StyleTerm> style, double tv_weight,
                     const Encoding& encoding)
    : encoder_(encoder),
      shapes_(encoder.shapes()),
      content_(std::move(content)),
      style_(std::move(style)),
      tv_weight_(tv_weight),
      encoding_(encoding) {
    if (encoding.hybrid) split_ = encoder.split();
}

std::vector<Tile> Objective::tiles_of(const at::Tensor& picture) const {
    return plan_tiles(int(picture.size(2)), int(picture.size(3)), encoding_.tile_edge,
                      split_ ? split_->front() : encoder_, encoding_.circular);
}

Objective::Maps Objective::encode(const at::Tensor& picture, bool keep, const Visit& visit) {
    const std::vector<Tile> tiles = tiles_of(picture);
    const bool whole = tiles.size() == 1;
    Maps maps;
    if (!split_ || whole) {
        for (std::size_t i = 0; i < tiles.size(); ++i) {
            if (!whole && stopped()) return {};
            maps = encoder_.features(pixels_of(picture, tiles[i]), keep && whole);
            visit(maps, tiles[i], i);
        }
        return maps;
    }
    const MapShape shape = split_->handover();
    const auto height = picture.size(2) / shape.stride, width = picture.size(3) / shape.stride;
    at::Tensor handover = at::empty({1, height, width, shape.channels}, picture.options()).permute({0, 3, 1, 2});
    for (std::size_t i = 0; i < tiles.size(); ++i) {
        if (stopped()) return {};
        const Maps front = split_->front().features(cut(picture, tiles[i]), false);
        visit(split_->spread_out(front, true), tiles[i], i);
        const InnerPart inner = inner_part(front.back(), tiles[i], shape.stride);
        handover[0].narrow(1, inner.y, inner.map.size(1)).narrow(2, inner.x, inner.map.size(2)).copy_(inner.map);
    }
    maps = split_->spread_out(split_->back().features(handover, keep), false);
    visit(maps, whole_of(picture), 0);
    return maps;
}

MapPart Objective::part(const Maps& maps, std::size_t feature, const Tile& tile, const at::Tensor& picture,
                        MaskPyramid& mask) const {
    const int stride = shapes_[feature].stride;
    const at::Tensor& map = maps[feature];
    const InnerPart inner = inner_part(map, tile, stride);
    MapPart result = {inner.map, {}, inner.y, inner.x, shapes_[feature].unit};
    if (!mask.defined()) return result;
    const bool whole = is_whole(tile, picture);
    const at::Tensor& weights =
        mask.at(stride, whole ? map.size(1) : picture.size(2) / stride, whole ? map.size(2) : picture.size(3) / stride);
    result.weights = weights.narrow(0, inner.y, inner.map.size(1)).narrow(1, inner.x, inner.map.size(2));
    return result;
}

void Objective::take(StyleTerm& term, StyleLoss::Subject subject, const Maps& maps, const Tile& tile,
                     const at::Tensor& picture, MaskPyramid& mask) {
    const bool whole = is_whole(tile, picture), first = tile.inner_y == 0 && tile.inner_x == 0;
    const int stride = shapes_[term.feature].stride;
    const at::Tensor& map = maps[term.feature];
    if (!map.defined()) return;
    if (first)
        term.loss->begin(subject, int(whole ? map.size(1) : picture.size(2) / stride),
                         int(whole ? map.size(2) : picture.size(3) / stride));
    term.loss->take(as_taken(*term.loss, part(maps, term.feature, tile, picture, mask)));
}

void Objective::set_style_targets(const Region& region, std::size_t index) {
    const OwnEdges edges(encoder_, encoding_.circular);
    for (const StyleTarget& style : region.styles) {
        MaskPyramid mask(style.mask);
        encode(style.picture, false, [&](const Maps& maps, const Tile& tile, std::size_t) {
            for (StyleTerm& term : style_)
                if (term.region == index) take(term, StyleLoss::Subject::style, maps, tile, style.picture, mask);
        });
        if (stopped()) return;
        for (StyleTerm& term : style_)
            if (term.region == index) term.loss->end(style.share);
    }
}

void Objective::set_content_targets(const at::Tensor& content) {
    struct Sums {
        at::Tensor weight, features, squares;
    };
    std::vector<Sums> sums(content_.size());
    content_targets_.assign(content_.size(), {});
    if (encoding_.targets == Encoding::Targets::recomputed) content_picture_ = content;
    encode(content, false, [&](const Maps& maps, const Tile& tile, std::size_t) {
        for (StyleTerm& term : style_)
            take(term, StyleLoss::Subject::start, maps, tile, content, region_masks_[term.region]);
        for (std::size_t i = 0; i < content_.size(); ++i) {
            if (!maps[content_[i].feature].defined()) continue;
            const MapPart given = part(maps, content_[i].feature, tile, content, content_mask_), own = given.in_full();
            const at::Tensor& weights = own.weights;
            const auto weighted = [&](const at::Tensor& map) { return weights.defined() ? map * weights : map; };
            const auto precise = [](const at::Tensor& sum) { return sum.to(at::kCPU).to(at::kDouble); };
            add_to(sums[i].weight, weights.defined()
                                       ? precise(weights.sum())
                                       : at::full({}, double(own.positions()), at::TensorOptions(at::kDouble)));
            add_to(sums[i].features, precise(weighted(own.features).sum({1, 2})));
            add_to(sums[i].squares, precise(weighted(own.features * own.features).sum({1, 2})));
            if (encoding_.targets == Encoding::Targets::recomputed) continue;
            const bool halved = encoding_.targets == Encoding::Targets::halved;
            content_targets_[i].features.push_back(halved ? given.features.to(at::kHalf)
                                                          : at::empty_like(given.features).copy_(given.features));
        }
    });
    if (stopped()) return;
    for (StyleTerm& term : style_) term.loss->end();
    for (std::size_t i = 0; i < content_.size(); ++i) {
        const double channels = double(sums[i].features.numel());
        const at::Tensor count = (sums[i].weight * channels).clamp_min(1e-9);
        at::Tensor factor = content_[i].factor / count;
        if (content_[i].relative) {
            const at::Tensor energy = sums[i].squares.sum();
            const at::Tensor mean = sums[i].features / sums[i].weight.clamp_min(1e-9);
            const at::Tensor spread = energy - sums[i].weight * mean.pow(2).sum();
            // A content without contrast (a flat colour) must not weigh infinitely.
            factor = content_[i].factor / (2 * at::maximum(spread, energy * 0.01 + 1e-4 * count));
        }
        const double unit = shapes_[content_[i].feature].unit;
        content_targets_[i].factor = (factor * (unit * unit)).to(content.scalar_type()).to(content.device());
        content_targets_[i].slope_factor = content_targets_[i].factor * 2;
    }
}

std::vector<StyleTerm> Objective::take_style_terms() {
    for (StyleTerm& term : style_) term.loss->renew();
    return std::exchange(style_, {});
}

void Objective::set_targets(const at::Tensor& content, const at::Tensor& mask, const std::vector<Region>& regions,
                            bool styles_known) {
    content_mask_ = MaskPyramid(mask);
    region_masks_.clear();
    for (std::size_t i = 0; i < regions.size(); ++i) {
        region_masks_.emplace_back(regions[i].mask);
        if (!styles_known) set_style_targets(regions[i], i);
    }
    set_content_targets(content);
}

std::vector<at::Tensor> Objective::content_features(const Tile& tile, std::size_t index) {
    std::vector<at::Tensor> result;
    Maps maps;
    if (encoding_.targets == Encoding::Targets::recomputed && !content_.empty())
        maps = encoder_.features(pixels_of(content_picture_, tile), false);
    for (std::size_t i = 0; i < content_.size(); ++i) {
        if (maps.empty()) {
            const std::vector<at::Tensor>& kept = content_targets_[i].features;
            result.push_back(index < kept.size() ? kept[index] : at::Tensor());
            continue;
        }
        const at::Tensor inner = inner_part(maps[content_[i].feature], tile, shapes_[content_[i].feature].stride).map;
        result.push_back(at::empty_like(inner).copy_(inner));  // the encoder overwrites its maps
    }
    return result;
}

std::vector<Slope> Objective::slopes(const Maps& maps, const Tile& tile, const std::vector<at::Tensor>& content,
                                     const at::Tensor& picture, at::Tensor& content_loss) {
    std::vector<Slope> result(maps.size());
    const auto add = [&](std::size_t feature, const MapPart& own, const Slope& slope) {
        result[feature] = sum(result[feature], spread(slope, own, maps[feature], tile, shapes_[feature].stride));
    };
    for (std::size_t i = 0; i < content_.size(); ++i) {
        if (!maps[content_[i].feature].defined()) continue;
        const auto& [kept, factor, slope_factor] = content_targets_[i];
        const MapPart own = part(maps, content_[i].feature, tile, picture, content_mask_);
        const at::Tensor difference = own.features - content[i];
        Slope slope = {difference, {}, {}, slope_factor};
        if (own.weights.defined()) {
            slope.map = in_float32(difference) * own.weights;
            add_to(content_loss, (slope.map * difference).sum() * factor);
        } else {
            add_to(content_loss, square_sum(difference) * factor);
        }
        if (picture.is_cpu() && !is_short(slope.map.scalar_type())) {  // where it lies; kernels of our own need not
            slope.map.mul_(slope_factor);
            slope.factor.reset();
        }
        add(content_[i].feature, own, slope);
    }
    for (StyleTerm& term : style_) {
        if (!maps[term.feature].defined()) continue;
        const MapPart own = part(maps, term.feature, tile, picture, region_masks_[term.region]);
        const MapPart taken = as_taken(*term.loss, own);
        Slope slope = term.loss->slope(taken);
        if (slope.defined() && taken.unit != own.unit) slope.factor = at::full({}, own.unit, picture.options());
        add(term.feature, own, slope);
    }
    return result;
}

// d loss / d what the front hands over, 1×C×h×w, and the back's part of the content loss.
at::Tensor Objective::handover_slope(const Maps& maps, const at::Tensor& picture, at::Tensor& content_loss) {
    const Tile whole = whole_of(picture);
    const std::vector<Slope> of_maps = slopes(maps, whole, content_features(whole, 0), picture, content_loss);
    return split_->back().gradient(split_->gathered(of_maps, false));
}

Losses Evaluated::fetched_losses() const { return Losses(fetched({losses})); }

bool Objective::recordable(const at::Tensor& picture) const {
    return tiles_of(picture).size() == 1 &&
           std::all_of(style_.begin(), style_.end(), [](const StyleTerm& term) { return term.loss->recordable(); });
}

Evaluated Objective::evaluate(const at::Tensor& picture) {
    const std::vector<Tile> tiles = tiles_of(picture);
    const bool whole = tiles.size() == 1, hybrid = split_ && !whole;
    Maps maps;
    if (whole || hybrid || !style_.empty())
        maps = encode(picture, true, [&](const Maps& encoded, const Tile& tile, std::size_t) {
            for (StyleTerm& term : style_)
                take(term, StyleLoss::Subject::picture, encoded, tile, picture, region_masks_[term.region]);
        });
    if (!whole && stopped()) return {};
    for (StyleTerm& term : style_) term.loss->end();

    at::Tensor content, tv;  // undefined: none
    Evaluated result;
    if (!whole) result.gradient = at::zeros_like(picture);
    at::Tensor of_handover;
    if (hybrid) of_handover = handover_slope(maps, picture, content)[0];
    for (std::size_t i = 0; i < tiles.size(); ++i) {
        if (!whole && stopped()) return {};
        const std::vector<at::Tensor> targets = content_features(tiles[i], i);
        if (hybrid) {
            const Maps front = split_->front().features(cut(picture, tiles[i]), true);
            const std::vector<Slope> of_all =
                slopes(split_->spread_out(front, true), tiles[i], targets, picture, content);
            std::vector<Slope> of_front = split_->gathered(of_all, true);
            const int stride = split_->handover().stride;
            const InnerPart inner = inner_part(front.back(), tiles[i], stride);
            at::Tensor of_last = zeros_like_in_float32(front.back());
            inner_part(of_last, tiles[i], stride)
                .map.copy_(of_handover.narrow(1, inner.y, inner.map.size(1)).narrow(2, inner.x, inner.map.size(2)));
            of_front.back() = sum(of_front.back(), {of_last});
            add_back(result.gradient, split_->front().gradient(of_front), tiles[i]);
            continue;
        }
        const bool again = !whole || encoding_.targets == Encoding::Targets::recomputed;
        if (again) maps = encoder_.features(pixels_of(picture, tiles[i]), true);
        const std::vector<Slope> of_maps = slopes(maps, tiles[i], targets, picture, content);
        maps.clear();  // the encoder has them as long as it needs them
        const at::Tensor of_tile = encoder_.gradient(of_maps);
        if (whole)
            result.gradient = of_tile;
        else
            add_back(result.gradient, of_tile, tiles[i]);
    }
    std::vector<at::Tensor> styles;
    for (const StyleTerm& term : style_) styles.push_back(term.loss->loss());
    if (tv_weight_ > 0)
        for (int dimension : {3, 2})
            add_to(tv, variation(picture, content_mask_.mask(), dimension, tv_weight_, result.gradient));
    const at::Tensor style = styles.empty() ? at::Tensor() : at::stack(styles).sum();
    result.losses = at::zeros({3}, picture.options().dtype(sum_type(picture)));
    int place = 0;
    for (const at::Tensor& loss : {content, style, tv}) {
        if (loss.defined()) result.losses[place].copy_(loss);
        ++place;
    }
    return result;
}

}  // namespace neural_style
