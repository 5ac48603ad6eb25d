#include "conv_chain.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

#include "map_products.hpp"
#include "picture_conv.hpp"

namespace neural_style {

using winograd::Buffer;
using winograd::padded_channels;

namespace {

std::size_t area(int height, int width) { return static_cast<std::size_t>(height) * width; }

// copies a map from one number of floats a pixel to another
void repack(const float* from, int from_channels, float* to, int to_channels, std::size_t pixels, int threads) {
    const int common = std::min(from_channels, to_channels);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (std::size_t i = 0; i < pixels; ++i) {
        std::copy_n(from + i * from_channels, common, to + i * to_channels);
        std::fill(to + i * to_channels + common, to + (i + 1) * to_channels, 0.0f);
    }
}

}  // namespace

std::vector<ConvChain::Step> ConvChain::make_steps(const std::vector<ChainLayer>& layers,
                                                   const std::vector<Tap>& taps) {
    const auto refuse = [](int layer, const char* why) {
        throw std::invalid_argument("layer " + std::to_string(layer) + " of the chain " + why);
    };
    int last = -1;
    for (const Tap& tap : taps) {
        if (tap.layer < 0 || tap.layer >= static_cast<int>(layers.size())) refuse(tap.layer, "is tapped but is none");
        last = std::max(last, tap.layer);
    }
    if (last < 0) throw std::invalid_argument("a chain needs at least one tap");
    std::vector<Step> steps;
    std::vector<int> step_of(last + 1);
    for (int i = 0; i <= last; ++i) {
        const ChainLayer& layer = layers[i];
        if (layer.kind == ChainLayer::Kind::pool) {
            if (i == 0 || layers[i - 1].kind != ChainLayer::Kind::convolution)
                refuse(i, "is a pooling that does not follow a convolution");
            steps.back().pools = true;
        } else {
            if (layer.in_channels < 1 || layer.out_channels < 1 || layer.in_channels > winograd::most_channels ||
                layer.out_channels > winograd::most_channels)
                refuse(i, "has too few or too many channels");
            if (!steps.empty() && steps.back().out_channels != layer.in_channels)
                refuse(i, "takes another number of channels than the layer before it gives");
            Step step;
            step.layer = i;
            step.in_channels = layer.in_channels;
            step.out_channels = layer.out_channels;
            steps.push_back(std::move(step));
        }
        step_of[i] = static_cast<int>(steps.size()) - 1;
    }
    for (std::size_t i = 0; i < taps.size(); ++i) {
        Step& step = steps[step_of[taps[i].layer]];
        int& slot = layers[taps[i].layer].kind == ChainLayer::Kind::pool ? step.tap_pooled
                    : taps[i].after_relu                                 ? step.tap_after
                                                                         : step.tap_before;
        if (slot >= 0) refuse(taps[i].layer, "is tapped twice");
        slot = static_cast<int>(i);
    }
    return steps;
}

ConvChain::ConvChain(const std::vector<ChainLayer>& layers, const std::vector<Tap>& taps, winograd::Padding padding,
                     Pooling pooling, int threads)
    : padding_(padding),
      pooling_(pooling),
      threads_(std::max(1, threads)),
      taps_(taps.size()),
      steps_(make_steps(layers, taps)),
      matrices_(taps.size()) {
    for (Step& step : steps_) {
        const ChainLayer& layer = layers[step.layer];
        if (layer.weight.size() != area(step.in_channels, step.out_channels) * 9 ||
            layer.bias.size() != static_cast<std::size_t>(step.out_channels))
            throw std::invalid_argument("layer " + std::to_string(step.layer) +
                                        " of the chain has weights of another size than its channels ask for");
        if (is_direct(step)) {
            picture_weights_ = winograd::arrange_picture_weights(layer.weight.data(), step.out_channels);
        } else {
            step.forward =
                winograd::pack_weights(layer.weight.data(), step.out_channels, step.in_channels, false, threads_);
            step.backward =
                winograd::pack_weights(layer.weight.data(), step.out_channels, step.in_channels, true, threads_);
        }
        const int padded = padded_channels(step.out_channels);
        step.bias = Buffer(padded * sizeof(float));
        std::copy(layer.bias.begin(), layer.bias.end(), step.bias.floats());
        std::fill(step.bias.floats() + step.out_channels, step.bias.floats() + padded, 0.0f);
    }
}

ConvChain::Sizes ConvChain::sizes(const std::vector<Step>& steps, std::size_t taps, Pooling pooling, int threads,
                                  int height, int width) {
    Sizes result;
    result.dense_taps.assign(taps, 0);
    // a join of gradients into the other shared map turns round where all the steps before it have theirs
    const bool turns = std::any_of(steps.begin(), steps.end(), [](const Step& step) {
        return step.pools && (step.tap_before >= 0 || step.tap_after >= 0 || is_direct(step));
    });
    const auto share = [&](std::size_t index, int rows, int columns, int channels) {
        const std::size_t floats = area(rows, columns) * padded_channels(channels);
        for (std::size_t i = 0; i < 2; ++i)
            if (turns || i == index % 2) result.shared_map[i] = std::max(result.shared_map[i], floats);
    };
    if (is_direct(steps.front()))
        result.picture = winograd::padded_picture_floats(height, width);
    else
        share(1, height, width, steps.front().in_channels);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const Step& step = steps[i];
        const bool last = i + 1 == steps.size();
        const std::size_t pixels = area(height, width), pooled_pixels = area(height / 2, width / 2);
        const int channels = padded_channels(step.out_channels);
        StepSizes kept;
        if (step.tap_before >= 0) kept.before_relu = pixels * channels;
        kept.own_after_relu = step.tap_after >= 0;
        // a step whose features before ReLU are kept is read from there
        if (kept.own_after_relu || (!last && !step.pools && step.tap_before < 0)) kept.after_relu = pixels * channels;
        kept.own_pooled = step.tap_pooled >= 0;
        if (step.pools) kept.pooled = pooled_pixels * channels;
        const std::size_t mask = winograd::kernels(channels).mask_bytes(height, width, channels);
        if (kept.own_after_relu || (step.pools ? pooling == Pooling::average : !last)) kept.relu_mask = mask;
        if (step.pools && pooling == Pooling::max) kept.pool_mask = mask;
        result.steps.push_back(kept);

        if (channels != step.out_channels) {
            for (const int tap : {step.tap_before, step.tap_after})
                if (tap >= 0) result.dense_taps[tap] = pixels * step.out_channels;
            if (step.tap_pooled >= 0) result.dense_taps[step.tap_pooled] = pooled_pixels * step.out_channels;
        }
        for (const int tap : {step.tap_before, step.tap_after})
            if (tap >= 0) result.matrices += area(channels, channels);
        // a pooling's gradient is spread out over the whole map only where taps join it
        if (!step.pools || turns || step.tap_pooled >= 0)
            share(i, height, width, step.out_channels);
        else
            share(i, height / 2, width / 2, step.out_channels);
        for (const bool backward : {false, true}) {
            if (is_direct(step)) break;
            result.scratch =
                std::max(result.scratch, winograd::scratch_floats(backward ? step.out_channels : step.in_channels,
                                                                  backward ? step.in_channels : step.out_channels,
                                                                  height, width, threads));
        }
        if (step.pools) {
            height /= 2;
            width /= 2;
        }
    }
    return result;
}

std::size_t ConvChain::Sizes::bytes() const {
    std::size_t floats = shared_map[0] + shared_map[1] + scratch + matrices + picture, masks = 0;
    for (const StepSizes& step : steps) {
        floats += step.before_relu + (step.own_after_relu ? step.after_relu : 0) + (step.own_pooled ? step.pooled : 0);
        masks += step.relu_mask + step.pool_mask;
    }
    // a copy of the features without the padded channels, and one of the gradient with them
    for (const std::size_t dense : dense_taps) floats += dense ? 3 * dense : 0;
    return floats * sizeof(float) + masks;
}

void ConvChain::release() {
    height_ = width_ = 0;
    computed_ = false;
    for (Buffer& map : shared_) map = Buffer();
    scratch_ = Buffer();
    picture_ = Buffer();
    dense_taps_.clear();
    gradient_memory_.clear();
    for (Step& step : steps_) {
        for (Buffer& memory : step.tap_memory) memory = Buffer();
        for (Buffer& memory : step.mask_memory) memory = Buffer();
    }
}

void ConvChain::plan(int height, int width) {
    if (height == height_ && width == width_) return;
    int rows = height, columns = width;
    for (const Step& step : steps_) {
        if (rows < 1 || columns < 1)
            throw std::invalid_argument("a picture of " + std::to_string(width) + " x " + std::to_string(height) +
                                        " pixels is too small for this network");
        if (step.pools) {
            rows /= 2;
            columns /= 2;
        }
    }
    if (rows < 1 || columns < 1)
        throw std::invalid_argument("a picture of " + std::to_string(width) + " x " + std::to_string(height) +
                                    " pixels is too small for this network");
    release();  // so that two sizes are never in memory at once

    sizes_ = sizes(steps_, taps_, pooling_, threads_, height, width);
    for (std::size_t i = 0; i < 2; ++i) shared_[i] = Buffer(sizes_.shared_map[i] * sizeof(float));
    picture_ = Buffer(sizes_.picture * sizeof(float));
    scratch_ = Buffer(sizes_.scratch * sizeof(float));
    const auto own = [](Buffer& memory, std::size_t floats) {
        memory = Buffer(floats * sizeof(float));
        return memory.floats();
    };
    const auto mask = [](Buffer& memory, std::size_t bytes) -> std::uint8_t* {
        if (bytes == 0) return nullptr;
        memory = Buffer(bytes);
        return memory.bytes();
    };
    rows = height;
    columns = width;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
        Step& step = steps_[i];
        const StepSizes& kept = sizes_.steps[i];
        float* shared = shared_[i % 2].floats();
        step.height = rows;
        step.width = columns;
        step.before_relu = kept.before_relu ? own(step.tap_memory[0], kept.before_relu) : nullptr;
        step.after_relu = kept.own_after_relu ? own(step.tap_memory[1], kept.after_relu)
                          : kept.after_relu   ? shared
                                              : nullptr;
        step.pooled = kept.own_pooled ? own(step.tap_memory[2], kept.pooled) : kept.pooled ? shared : nullptr;
        step.relu_mask = mask(step.mask_memory[0], kept.relu_mask);
        step.pool_mask = mask(step.mask_memory[1], kept.pool_mask);
        if (step.pools) {
            rows /= 2;
            columns /= 2;
        }
    }
    dense_taps_.resize(taps_);
    gradient_memory_.resize(taps_);
    height_ = height;
    width_ = width;
    for (std::size_t i = 0; i < taps_; ++i) {
        if (!sizes_.dense_taps[i]) continue;
        const FeatureMap map = padded_tap(i);
        dense_taps_[i] = Buffer(sizes_.dense_taps[i] * sizeof(float));
        gradient_memory_[i] = Buffer(area(map.height, map.width) * padded_channels(map.channels) * sizeof(float));
    }
}

FeatureMap ConvChain::padded_tap(std::size_t index) const {
    const int wanted = static_cast<int>(index);
    for (const Step& step : steps_) {
        if (step.tap_before == wanted) return {step.before_relu, step.height, step.width, step.out_channels};
        if (step.tap_after == wanted) return {step.after_relu, step.height, step.width, step.out_channels};
        if (step.tap_pooled == wanted) return {step.pooled, step.height / 2, step.width / 2, step.out_channels};
    }
    throw std::out_of_range("the chain has no tap " + std::to_string(index));
}

FeatureMap ConvChain::tap(std::size_t index) const {
    if (!computed_) throw std::logic_error("the chain's features are read before its forward");
    FeatureMap map = padded_tap(index);
    if (sizes_.dense_taps[index]) map.data = dense_taps_[index].floats();
    return map;
}

void ConvChain::forward(const float* input, int height, int width) {
    plan(height, width);
    const int in_channels = steps_.front().in_channels;
    winograd::Source source;
    source.padding = padding_;
    source.height = height;
    source.width = width;
    source.channels = padded_channels(in_channels);
    if (!is_direct(steps_.front())) {
        repack(input, in_channels, shared_[1].floats(), source.channels, area(height, width), threads_);
        source.data = shared_[1].floats();
    }
    for (const Step& step : steps_) {
        winograd::ForwardStore store;
        store.height = step.height;
        store.width = step.width;
        store.channels = padded_channels(step.out_channels);
        store.bias = step.bias.floats();
        store.before_relu = step.before_relu;
        store.after_relu = step.after_relu;
        store.relu_mask = step.relu_mask;
        if (step.pools)
            store.pool =
                pooling_ == Pooling::max ? winograd::ForwardStore::Pool::max : winograd::ForwardStore::Pool::average;
        store.pooled = step.pooled;
        store.pool_mask = step.pool_mask;
        if (is_direct(step))
            winograd::convolve_picture(picture_weights_.floats(), input, padding_, store, picture_.floats(), threads_);
        else
            winograd::convolve(step.forward, source, store, scratch_.floats(), threads_);

        source.height = step.pools ? step.height / 2 : step.height;
        source.width = step.pools ? step.width / 2 : step.width;
        source.channels = store.channels;
        source.relu = !step.pools && !step.after_relu;
        source.data = step.pools ? step.pooled : step.after_relu ? step.after_relu : step.before_relu;
    }
    for (std::size_t i = 0; i < taps_; ++i) {
        if (!sizes_.dense_taps[i]) continue;
        const FeatureMap map = padded_tap(i);
        repack(map.data, padded_channels(map.channels), dense_taps_[i].floats(), map.channels,
               area(map.height, map.width), threads_);
    }
    computed_ = true;
}

ConvChain::PaddedGradient ConvChain::padded_gradient(std::size_t tap, const TapGradient& given, bool may_be_linear) {
    PaddedGradient result;
    if (!given.map && !given.matrix) return result;
    const FeatureMap features = this->tap(tap);
    const std::size_t pixels = area(features.height, features.width);
    const int channels = features.channels, padded = padded_channels(channels);
    const int panel = winograd::kernels(channels).panel_channels;
    if (given.matrix && may_be_linear && channels == padded && channels % panel == 0) {
        Buffer& memory = matrices_[tap];
        if (!memory.size()) memory = Buffer(area(channels, channels) * sizeof(float));
        pack_matrix(given.matrix, channels, channels, memory.floats());
        result.linear = {features.data, channels, channels / panel, memory.floats(), given.shift, given.map};
        return result;
    }
    // elsewhere it has to become a map, with padded channels
    result.map = given.map;
    if (!given.matrix && padded == channels) return result;
    Buffer& memory = gradient_memory_[tap];
    if (!memory.size()) memory = Buffer(pixels * padded * sizeof(float));
    Buffer dense;
    if (given.matrix) {
        dense = Buffer(pixels * channels * sizeof(float));
        MapProducts(channels, threads_).multiply(features.data, pixels, given.matrix, given.shift, dense.floats());
        if (given.map)
            for (std::size_t i = 0; i < pixels * channels; ++i) dense.floats()[i] += given.map[i];
        result.map = dense.floats();
    }
    repack(result.map, channels, memory.floats(), padded, pixels, threads_);
    result.map = memory.floats();
    return result;
}

std::vector<ConvChain::PaddedGradient> ConvChain::padded_gradients(const std::vector<TapGradient>& given) {
    std::vector<PaddedGradient> result(taps_);
    for (const Step& step : steps_) {
        const bool after_is_linear = step.tap_after >= 0 && given[step.tap_after].matrix;
        if (step.tap_after >= 0) result[step.tap_after] = padded_gradient(step.tap_after, given[step.tap_after], true);
        // one of a step's two can be made in its map
        if (step.tap_before >= 0)
            result[step.tap_before] = padded_gradient(step.tap_before, given[step.tap_before], !after_is_linear);
        if (step.tap_pooled >= 0)
            result[step.tap_pooled] = padded_gradient(step.tap_pooled, given[step.tap_pooled], false);
    }
    return result;
}

// The gradient to the output, before ReLU, of step `index`: that of the step after it lies in shared_[shared] (unless
// `deepest`: then there is none) and has its taps joined in already, but for those in front of a pooling.
winograd::Source ConvChain::backward_source(std::size_t index, bool deepest,
                                            const std::vector<PaddedGradient>& gradients, int& shared) {
    const Step& step = steps_[index];
    const auto of_tap = [&](int tap) { return tap < 0 ? PaddedGradient() : gradients[tap]; };
    const PaddedGradient before = of_tap(step.tap_before), after = of_tap(step.tap_after);
    const std::uint8_t* unpool_mask = pooling_ == Pooling::max ? step.pool_mask : step.relu_mask;
    winograd::Source source;
    source.height = step.height;
    source.width = step.width;
    source.channels = padded_channels(step.out_channels);
    source.data = shared_[shared].floats();
    if (!deepest && !step.pools) return source;
    if (!deepest && !before && !after && !is_direct(step)) {
        source.unpool_mask = unpool_mask;
        return source;
    }
    const float* pooled = !step.pools ? nullptr : deepest ? of_tap(step.tap_pooled).map : source.data;
    const float scale = deepest && pooling_ == Pooling::average ? 0.25f : 1.0f;
    if (!deepest) shared = 1 - shared;
    float* joined = shared_[shared].floats();
    const float* before_map = before.is_linear() ? joined : before.map;
    const float* after_map = after.is_linear() ? joined : after.map;
    const int pooled_height = step.height / 2, pooled_width = step.width / 2, channels = source.channels;
    const winograd::Kernels& kernels = winograd::kernels(channels);
#pragma omp parallel for num_threads(threads_) schedule(static)
    for (int y = 0; y < step.height; ++y) {
        for (const PaddedGradient* gradient : {&before, &after})
            if (gradient->is_linear())
                winograd::write_gradient(gradient->linear, channels, area(y, step.width), step.width, joined);
        for (int x = 0; x < step.width; ++x) {
            const std::size_t at = (area(y, step.width) + x) * channels;
            const std::size_t mask_at = kernels.mask_offset(y, x, step.width, channels);
            const bool in_window = pooled && y / 2 < pooled_height && x / 2 < pooled_width;
            kernels.join_gradients(in_window ? pooled + (area(y / 2, pooled_width) + x / 2) * channels : nullptr,
                                   in_window ? unpool_mask + mask_at : nullptr, scale,
                                   after_map ? after_map + at : nullptr, after_map ? step.relu_mask + mask_at : nullptr,
                                   before_map ? before_map + at : nullptr, channels, joined + at);
        }
    }
    source.data = joined;
    return source;
}

void ConvChain::backward(const std::vector<const float*>& tap_maps, float* input_gradient) {
    std::vector<TapGradient> gradients;
    for (const float* map : tap_maps) gradients.push_back({map, nullptr, nullptr});
    backward(gradients, input_gradient);
}

void ConvChain::backward(const std::vector<TapGradient>& tap_gradients, float* input_gradient) {
    if (!computed_) throw std::logic_error("the chain's backward is called before its forward");
    if (tap_gradients.size() != taps_) throw std::invalid_argument("the chain needs one gradient for every tap");
    const int in_channels = steps_.front().in_channels;
    const std::vector<PaddedGradient> gradients = padded_gradients(tap_gradients);
    const auto has = [&](int tap) { return tap >= 0 && gradients[tap]; };
    int deepest = static_cast<int>(steps_.size()) - 1;
    while (deepest >= 0 && !has(steps_[deepest].tap_before) && !has(steps_[deepest].tap_after) &&
           !has(steps_[deepest].tap_pooled))
        --deepest;
    if (deepest < 0) {
        std::fill_n(input_gradient, area(height_, width_) * in_channels, 0.0f);
        return;
    }
    int shared = deepest % 2;
    for (int i = deepest; i >= 0; --i) {
        const Step& step = steps_[i];
        const winograd::Source source = backward_source(i, i == deepest, gradients, shared);
        if (is_direct(step)) {
            winograd::convolve_picture_backward(picture_weights_.floats(), source.data, source.height, source.width,
                                                source.channels, padding_, picture_.floats(), input_gradient, threads_);
            return;
        }
        winograd::BackwardStore store;
        store.height = step.height;
        store.width = step.width;
        store.channels = padded_channels(step.in_channels);
        shared = 1 - shared;
        store.out = shared_[shared].floats();
        const winograd::LinearGradient* linear = nullptr;
        // the map that this tap adds: its own, or one that is written into the output before
        const auto added = [&](int tap) -> const float* {
            if (!has(tap)) return nullptr;
            if (!gradients[tap].is_linear()) return gradients[tap].map;
            linear = &gradients[tap].linear;
            return store.out;
        };
        if (i > 0) {
            const Step& previous = steps_[i - 1];
            if (previous.pools) {
                store.before_mask = added(previous.tap_pooled);
                // each element of a window takes its quarter
                if (pooling_ == Pooling::average) store.scale = 0.25f;
            } else {
                store.before_mask = added(previous.tap_after);
                store.relu_mask = previous.relu_mask;
                store.after_mask = added(previous.tap_before);
            }
        }
        winograd::convolve(step.backward, source, store, linear, scratch_.floats(), threads_);
        if (padding_ != winograd::Padding::zero)
            winograd::add_frame_gradient(step.backward, source, store, padding_, scratch_.floats(), threads_);
    }
    repack(shared_[shared].floats(), padded_channels(in_channels), input_gradient, in_channels, area(height_, width_),
           threads_);
}

std::size_t ConvChain::weight_bytes() const {
    std::size_t bytes = 0;
    for (const Step& step : steps_) bytes += step.forward.packed.size() + step.backward.packed.size();
    return bytes + picture_weights_.size();
}

std::size_t ConvChain::work_bytes() const { return height_ ? sizes_.bytes() : 0; }

std::size_t ConvChain::work_bytes_for(int height, int width) const {
    return sizes(steps_, taps_, pooling_, threads_, height, width).bytes();
}

std::size_t ConvChain::predicted_bytes(const std::vector<ChainLayer>& layers, const std::vector<Tap>& taps,
                                       winograd::Padding, Pooling pooling, int threads, int height, int width) {
    const std::vector<Step> steps = make_steps(layers, taps);
    std::size_t bytes = sizes(steps, taps.size(), pooling, std::max(1, threads), height, width).bytes();
    for (const Step& step : steps)
        bytes += is_direct(step) ? sizeof(float) * 27 * padded_channels(step.out_channels)
                                 : winograd::packed_bytes(step.in_channels, step.out_channels) +
                                       winograd::packed_bytes(step.out_channels, step.in_channels);
    return bytes;
}

}  // namespace neural_style
