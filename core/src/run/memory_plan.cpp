#include "memory_plan.hpp"

#include <algorithm>
#include <cmath>

#include "descent/tiles.hpp"
#include "encoders/split_encoder.hpp"
#include "losses/sliced_loss.hpp"

namespace neural_style {
namespace {

constexpr double mib = 1024.0 * 1024.0, number = sizeof(float), picture = 3 * number;
constexpr int directions = 32;

double area(double width, double height) { return width * height; }

// The largest tile with its halo, within the picture.
std::pair<int, int> tile_size(const Encoder& encoder, const Scale& scale, int edge) {
    if (edge == 0) return {scale.width, scale.height};
    const int stride = largest_stride(encoder);
    const int whole = edge + 2 * ((encoder.halo() + stride - 1) / stride * stride);
    return {std::min(whole, scale.width), std::min(whole, scale.height)};
}

double map_bytes(const MapShape& shape, double pixels) {
    return number * shape.channels * pixels / (double(shape.stride) * shape.stride);
}

// A map of the encoder as a way computes it: how many pixels of the picture are encoded at once for it.
struct MapUse {
    MapShape shape;
    double pixels;
    bool tiled;
};

std::vector<MapUse> map_uses(const Workload& load, const Scale& scale, const Way& way) {
    const double pixels = area(scale.width, scale.height);
    SplitEncoder* const split = way.hybrid ? load.encoder->split() : nullptr;
    const auto [width, height] = tile_size(split ? split->front() : *load.encoder, scale, way.tile_edge);
    const double tile = area(width, height);
    const std::vector<MapShape> shapes = load.encoder->shapes();
    std::vector<MapUse> uses;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        const bool whole = split && !split->places()[i].in_front;
        uses.push_back({shapes[i], whole ? pixels : tile, !whole && tile < pixels});
    }
    return uses;
}

// What LibTorch's operations take to sort one number and to find its place, on a card.
constexpr double sorting_bytes = 56;

// Of all style terms of one region: slopes, projections, samples.
double style_bytes(const Workload& load, const Scale& scale, const std::vector<MapUse>& uses) {
    double sum = 0, longest = 0;  // numbers that are sorted together
    for (std::size_t i = load.content_maps; i < uses.size(); ++i) {
        const MapUse& use = uses[i];
        const double cell = double(use.shape.stride) * use.shape.stride;
        const double positions = area(scale.width, scale.height) / cell, part = use.pixels / cell;
        const double slope = map_bytes(use.shape, use.pixels);
        if (!load.sliced) {
            sum += load.masked || use.tiled ? 2 * slope : 0;
            continue;
        }
        sum += slope * (use.tiled ? 2 : 1);
        const bool sorted = !load.masked && positions <= double(SlicedLoss::most_sorted);
        const double sample = std::min(positions, double(SlicedLoss::sample_size));
        sum += number * directions * (sorted ? 2 * positions : (load.on_card ? 3 : 1) * sample + part);
        longest = std::max(longest, sorted ? positions : part);
        for (const auto& [width, height] : load.styles) {
            const double grown = std::max(scale.width, scale.height) * load.stroke / std::max(width, height);
            const double own = area(width, height) * grown * grown / cell;
            sum += number * (use.shape.channels + directions) * std::min(own, double(SlicedLoss::sample_size)) /
                   double(load.regions);
            longest = std::max(longest, std::min(own, double(SlicedLoss::sample_size)));
        }
    }
    if (load.on_card)
        sum += sorting_bytes * std::max(longest, std::min(longest * directions, double(SlicedLoss::numbers_at_once)));
    return sum;
}

// What the encoder works in, if a picture of the scale's size is encoded that way.
double encoder_bytes(const Workload& load, const Scale& scale, const Way& way) {
    SplitEncoder* const split = way.hybrid ? load.encoder->split() : nullptr;
    if (!split) {
        const auto [width, height] = tile_size(*load.encoder, scale, way.tile_edge);
        return double(load.encoder->work_bytes(height, width));
    }
    const auto [width, height] = tile_size(split->front(), scale, way.tile_edge);
    const MapShape handover = split->handover();
    return double(split->front().work_bytes(height, width)) +
           double(split->back().work_bytes(scale.height / handover.stride, scale.width / handover.stride)) +
           map_bytes(handover, area(scale.width, scale.height));
}

// A long history saves evaluations, but going through it takes time that grows with the picture: at these sizes it is
// about a tenth of an evaluation's. On a card, which computes faster than it reads, it would be a third.
// So it would be with a network that is a fraction of VGG's size.
std::vector<int> histories_for(const Workload& load, const Scale& scale) {
    constexpr double quick = 60e3;  // VGG-16 has 300 thousand, the built-in network 18
    if (load.on_card || load.multiplications < quick) return {20, 10, 5};
    const double pixels = area(scale.width, scale.height);
    if (pixels <= area(256, 256)) return {100, 40, 20, 10, 5};
    if (pixels <= area(512, 512)) return {50, 20, 10, 5};
    if (pixels <= area(1024, 1024)) return {30, 20, 10, 5};
    return {20, 10, 5};
}

}  // namespace

double needed_mib(const Workload& load, const Scale& scale, const Way& way) {
    const double full = area(load.full_width, load.full_height), pixels = area(scale.width, scale.height);
    const std::vector<MapUse> uses = map_uses(load, scale, way);

    // The pictures as they came: colours and alpha of the content, the styles; the content at this scale.
    double bytes = 0;
    if (!load.on_card) {
        bytes = full * (picture + number) + (load.masked ? full * (picture + number) : 0);
        for (const auto& [width, height] : load.styles) bytes += area(width, height) * picture;
    }
    if (load.on_card || scale.width != load.full_width) bytes += pixels * picture;
    if (load.masked) bytes += pixels * number * 2.5 * load.regions;
    for (std::size_t i = 0; i < load.content_maps; ++i)
        bytes += map_bytes(uses[i].shape, way.targets == Encoding::Targets::recomputed ? uses[i].pixels : pixels) *
                 (way.targets == Encoding::Targets::halved ? 0.5 : 1);

    // While targets are made: the styles at this scale. One larger than the content is encoded larger, but for tiles.
    double styles = 0, largest_style = 0;
    for (const auto& [width, height] : load.styles) {
        const double grown = std::max(scale.width, scale.height) * load.stroke / std::max(width, height);
        styles += area(width, height) * grown * grown * picture;
        largest_style = std::max(largest_style, area(width, height) * grown * grown);
    }
    const double factor = std::sqrt(std::max(1.0, largest_style / pixels));
    const Scale largest = {scale.edge, int(scale.width * factor), int(scale.height * factor), 0};
    // A card's libraries work in memory of their own besides, and its blocks are of round sizes.
    const double encoder = encoder_bytes(load, largest, way) * (load.on_card ? 1.15 : 1);  // kept until the end

    // While the picture descends: the optimiser's pictures with the gradient that it is told, and slopes.
    double descent = pixels * picture * (load.lbfgs ? 2.0 * way.history + 6 : 5);
    if (load.on_card) descent += pixels * picture * 3;  // a recording's
    descent += load.lbfgs ? pixels * picture : 0;       // which pixels are free
    descent += load.variation ? pixels * picture * 3 : 0;
    for (std::size_t i = 0; i < load.content_maps; ++i)
        descent += map_bytes(uses[i].shape, uses[i].pixels) * (uses[i].tiled || load.masked ? 2 : 1);
    descent += load.regions * style_bytes(load, scale, uses);
    return load.resident_mib + (bytes + encoder + std::max(styles, descent)) / mib;
}

std::vector<Way> ways(const Workload& load, const Scale& scale) {
    using Targets = Encoding::Targets;
    const std::vector<int> histories = load.lbfgs ? histories_for(load, scale) : std::vector<int>{20};
    std::vector<Way> result;
    const auto add = [&](int edge, Targets targets, bool hybrid = false) {
        if (edge >= std::max(scale.width, scale.height)) return;
        const Encoder& encoder = hybrid ? load.encoder->split()->front() : *load.encoder;
        if (edge > 0 && !can_be_tiled(scale.height, scale.width, encoder, load.circular)) return;
        for (int history : histories) result.push_back({edge, hybrid, history, targets});
    };
    add(0, Targets::kept);
    if (load.encoder->split()) {
        add(512, Targets::kept, true);
        add(256, Targets::halved, true);
    }
    add(1024, Targets::kept);
    add(512, Targets::kept);
    add(512, Targets::halved);
    add(256, Targets::halved);
    add(256, Targets::recomputed);
    add(128, Targets::recomputed);
    if (load.lbfgs) result.push_back({result.back().tile_edge, false, 3, result.back().targets});
    return result;
}

std::size_t first_that_fits(const Workload& load, const Scale& scale, double budget_mib) {
    const std::vector<Way> all = ways(load, scale);
    std::size_t least = 0;
    double least_mib = -1;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const double needed = needed_mib(load, scale, all[i]);
        if (needed <= budget_mib) return i;
        if (least_mib < 0 || needed < least_mib) {
            least = i;
            least_mib = needed;
        }
    }
    return least;
}

}  // namespace neural_style
