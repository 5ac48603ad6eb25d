#include "fused_encoder.hpp"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <utility>

#include "half_slopes.hpp"
#include "lean_convolution.hpp"
#include "padded_map.hpp"

namespace neural_style {
namespace {

constexpr auto by_pixels = at::MemoryFormat::ChannelsLast;

template <class Number = void>
Number* data(const at::Tensor& tensor) {
    return tensor.defined() ? static_cast<Number*>(tensor.data_ptr()) : nullptr;
}

// 1×C×h×w, whose numbers nobody has written yet.
at::Tensor room(std::int64_t channels, std::int64_t height, std::int64_t width, const at::TensorOptions& options) {
    return at::empty({1, channels, height, width}, options.memory_format(by_pixels));
}

// Of all taps of one map the slope, 1×C×h×w; undefined if none has any. Takes the slopes' memory.
at::Tensor sum_of(const std::vector<std::size_t>& taps, std::vector<at::Tensor>& slopes) {
    at::Tensor sum;
    for (const std::size_t tap : taps) {
        const at::Tensor own = std::exchange(slopes[tap], {});
        if (own.defined()) sum = sum.defined() ? sum + own : own;
    }
    return sum.defined() ? sum.unsqueeze(0).contiguous(by_pixels) : sum;
}

}  // namespace

bool can_be_fused(const std::vector<ConvolutionLayer>& layers) {
    return !layers.empty() && !layers[0].is_pool() &&
           std::all_of(layers.begin(), layers.end(), [](const ConvolutionLayer& layer) {
               return layer.is_pool() || layer.weight.size(0) % passage_channels == 0;
           });
}

FusedEncoder::FusedEncoder(std::vector<ConvolutionLayer> layers, std::vector<LayerTap> taps,
                           const InputConvention& input, Padding padding, bool average_pooling,
                           std::unique_ptr<Passages> passages)
    : layers_(std::move(layers)),
      taps_(std::move(taps)),
      input_(input, layers_.at(0).weight.options().dtype(at::kFloat)),
      padding_(padding),
      average_pooling_(average_pooling),
      passages_(std::move(passages)),
      number_(layers_[0].weight.scalar_type()) {
    drop_unseen(layers_, taps_);
    sizes_ = feature_sizes(layers_, taps_);
    const auto is_wanted = [&](std::size_t layer) {
        return std::any_of(taps_.begin(), taps_.end(), [&](const LayerTap& tap) { return tap.layer == layer; });
    };
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const ConvolutionLayer& layer = layers_[i];
        const bool follows = i > 0 && !layers_[i - 1].is_pool() && !is_wanted(i - 1);
        if (!layer.is_pool() || !follows) steps_.emplace_back();
        Step& step = steps_.back();
        if (layer.is_pool()) {
            step.pool = 2;
            if (!follows) step.channels = steps_[steps_.size() - 2].channels;
        } else {
            step.weight = layer.weight.contiguous(by_pixels);
            step.turned = turned(step.weight);
            step.bias = layer.bias.to(at::kFloat);
            step.channels = int(layer.weight.size(0));
        }
        step.size = 1 / layer.scale;
        for (std::size_t tap = 0; tap < taps_.size(); ++tap)
            if (taps_[tap].layer == i)
                (taps_[tap].after_relu || layer.is_pool() ? step.after : step.before).push_back(tap);
    }
}

// From what goes into a step to what goes into the next one.
FusedEncoder::Done FusedEncoder::take(const Step& step, const Step* next_step, at::Tensor& map, bool keep,
                                      std::vector<at::Tensor>& features) {
    const bool zeros = padding_ == Padding::zero;  // which convolutions see by themselves
    if (step.weight.defined()) map = at::conv2d(map, step.weight, {}, 1, zeros ? 1 : 0).contiguous(by_pixels);
    const std::int64_t height = map.size(2) / step.pool, width = map.size(3) / step.pool;
    TORCH_CHECK(height > 0 && width > 0, "The picture is too small for the network's pools");
    const int margin = next_step && next_step->weight.defined() && !zeros ? 1 : 0;
    const PassageShape shape = {int(map.size(2)),
                                int(map.size(3)),
                                step.channels,
                                step.pool,
                                average_pooling_,
                                margin,
                                int(padding_for(padding_, margin, int(height), int(width)))};
    const bool in_place = step.pool == 1 && margin == 0;
    // What is computed is the feature itself, where it has its size and stays as it is.
    const bool is_feature = in_place && number_ == at::kFloat && step.size == 1;
    const at::TensorOptions of_features = map.options().dtype(at::kFloat);
    at::Tensor next, before, after, passes;
    if (in_place && (next_step || is_feature))
        next = map;
    else if (next_step)
        next = room(step.channels, height + 2 * margin, width + 2 * margin, map.options());
    if (!step.before.empty()) before = room(step.channels, height, width, of_features);
    if (!step.after.empty() && !is_feature) after = room(step.channels, height, width, of_features);
    if (keep)
        passes = at::empty({step.channels / passage_channels * height * width * step.pool * step.pool},
                           map.options().dtype(at::kByte));
    passages_->pass_on({shape, data(map), data<float>(step.bias), data(next), data<float>(before), data<float>(after),
                        data<unsigned char>(passes), step.size});
    for (const std::size_t tap : step.before) features[tap] = before.squeeze(0);
    for (const std::size_t tap : step.after) features[tap] = (is_feature ? next : after).squeeze(0);
    map = next;
    return {shape, passes};
}

std::vector<at::Tensor> FusedEncoder::features(const at::Tensor& picture, bool keep) {
    const c10::AutoGradMode without_graph(false);
    release();
    at::Tensor map = input_.of(picture.detach()).to(number_).contiguous(by_pixels);
    if (padding_ != Padding::zero) map = grown(map, 1, padding_);
    std::vector<at::Tensor> result(taps_.size());
    for (std::size_t i = 0; i < steps_.size(); ++i) {
        const Step* const next = i + 1 < steps_.size() ? &steps_[i + 1] : nullptr;
        Done done = take(steps_[i], next, map, keep, result);
        if (keep) done_.push_back(std::move(done));
    }
    if (keep) {
        picture_ = picture.detach();
        features_ = result;
    }
    return result;
}

at::Tensor FusedEncoder::gradient(const std::vector<Slope>& of_features) {
    const c10::AutoGradMode without_graph(false);
    std::vector<at::Tensor> slopes(taps_.size());
    const auto take_slope = [&](std::size_t tap) {
        slopes[tap] = as_map(of_features[tap], features_[tap]);
        features_[tap].reset();
    };
    const bool half = number_ == at::kHalf, zeros = padding_ == Padding::zero;
    at::Tensor unit;
    if (half) {  // all at once, for a unit that suits them all
        for (std::size_t tap = 0; tap < taps_.size(); ++tap) take_slope(tap);
        unit = unit_of(slopes, sizes_);
    }
    const auto slope_of = [&](const std::vector<std::size_t>& taps) {
        if (!half) std::for_each(taps.begin(), taps.end(), take_slope);
        return sum_of(taps, slopes);
    };
    const auto unit_for = [&](const std::vector<std::size_t>& taps) {
        return unit.defined() && !taps.empty() ? sizes_[taps[0]] / unit : at::Tensor();
    };
    at::Tensor slope;  // of what goes into the step behind
    for (std::size_t i = steps_.size(); i-- > 0;) {
        const Step& step = steps_[i];
        const Done done = std::move(done_[i]);
        const PassageShape& shape = done.shape;
        const at::Tensor of_before = slope_of(step.before), of_after = slope_of(step.after);
        if (!slope.defined() && !of_before.defined() && !of_after.defined()) continue;
        at::Tensor of_raw;  // where the slopes lie, if that can be
        if (shape.pool == 1 && shape.margin == 0) of_raw = slope;
        if (!of_raw.defined() && shape.pool == 1 && number_ == at::kFloat) of_raw = of_after;
        if (!of_raw.defined())
            of_raw = room(shape.channels, shape.height, shape.width, picture_.options().dtype(number_));
        const at::Tensor before_unit = unit_for(step.before), after_unit = unit_for(step.after);
        passages_->pass_back({shape, data(slope), data<float>(of_before), data<float>(of_after),
                              data<float>(before_unit), data<float>(after_unit), data<unsigned char>(done.passes),
                              data(of_raw)});
        slope = of_raw;
        if (step.weight.defined()) slope = at::conv2d(slope, step.turned, {}, 1, zeros ? 1 : 2).contiguous(by_pixels);
    }
    at::Tensor result;
    if (slope.defined()) {
        if (!zeros) slope = folded(slope, 1, padding_);
        result = input_.slope_back(slope.to(at::kFloat));
        if (unit.defined()) result = result * unit;
    } else {
        result = at::zeros_like(picture_);
    }
    // A picture's lies plane by plane; that of a map goes on to the encoder before, which reads it as it is.
    if (picture_.size(1) == 3) result = result.contiguous();
    release();
    return result;
}

void FusedEncoder::release() {
    picture_.reset();
    done_.clear();
    features_.clear();
}

std::vector<MapShape> FusedEncoder::shapes() const { return convolution_shapes(layers_, taps_); }

int FusedEncoder::halo() const { return convolution_halo(layers_, taps_); }

// Forward, what goes into a convolution, what comes out, and what that becomes; on the way back the slopes of these.
// All the while what is kept so far: a bit for each number, and the features.
std::size_t FusedEncoder::work_bytes(int height, int width) const {
    const std::size_t number = c10::elementSize(number_);
    std::size_t kept = 0, most = 0, area = std::size_t(height) * std::size_t(width), into = 3 * number * area;
    for (const Step& step : steps_) {
        const std::size_t raw = number * std::size_t(step.channels) * area;
        kept += std::size_t(step.channels) * area / 8;
        most = std::max(most, kept + into + raw);
        area /= std::size_t(step.pool * step.pool);
        into = number * std::size_t(step.channels) * area;
        if (!step.before.empty()) kept += sizeof(float) * std::size_t(step.channels) * area;
        if (!step.after.empty()) kept += sizeof(float) * std::size_t(step.channels) * area;
        most = std::max(most, kept + raw + into);
    }
    return most;
}

}  // namespace neural_style
