#include "fused_encoder.hpp"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <utility>

#include "half_slopes.hpp"
#include "lean_convolution.hpp"
#include "padded_map.hpp"
#include "short_numbers.hpp"

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

// The three channels of the first layer's filters become as many as a picture's map has.
at::Tensor widened(const at::Tensor& filters) {
    return at::constant_pad_nd(filters, {0, 0, 0, 0, 0, passage_channels - 3}, 0);
}

PictureColours colours_of(const InputConvention& input) {
    PictureColours colours = {};
    colours.turned = input.bgr;
    for (int channel = 0; channel < 3; ++channel) {
        colours.scale[channel] = input.range / input.deviation[channel];
        colours.shift[channel] = input.mean[channel] / input.deviation[channel];
    }
    return colours;
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
      colours_(colours_of(input)),
      padding_(padding),
      average_pooling_(average_pooling),
      passages_(std::move(passages)),
      number_(layers_.at(0).weight.scalar_type()) {
    drop_unseen(layers_, taps_);
    prepare_for_cards(layers_);
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
            const bool widens = layer.weight.size(1) == 3;
            step.weight = widens ? widened(layer.weight).contiguous(by_pixels) : layer.weight;
            step.turned = widens ? turned(step.weight) : layer.turned;
            step.bias = layer.bias.to(at::kFloat);
            step.channels = int(layer.weight.size(0));
        }
        for (std::size_t tap = 0; tap < taps_.size(); ++tap)
            if (taps_[tap].layer == i)
                (taps_[tap].after_relu || layer.is_pool() ? step.after : step.before).push_back(tap);
    }
}

// Of what a picture becomes.
PassageShape FusedEncoder::shape_of_map(const at::Tensor& picture) const {
    const int height = int(picture.size(2)), width = int(picture.size(3)), margin = padding_ == Padding::zero ? 0 : 1;
    return {height, width, passage_channels, 1, 0, margin, int(padding_for(padding_, margin, height, width))};
}

// What the first convolution reads.
at::Tensor FusedEncoder::entering(const at::Tensor& picture) {
    if (picture.size(1) != 3) {
        const at::Tensor map = picture.to(number_).contiguous(by_pixels);
        return padding_ == Padding::zero ? map : grown(map, 1, padding_);
    }
    const PassageShape shape = shape_of_map(picture);
    const at::Tensor planes = picture.to(at::kFloat).contiguous(),
                     map = room(passage_channels, shape.height + 2 * shape.margin, shape.width + 2 * shape.margin,
                                picture.options().dtype(number_));
    passages_->picture_in({shape, colours_, data<float>(planes), data(map)});
    return map;
}

// d loss / d picture from the slope of what the first convolution reads.
at::Tensor FusedEncoder::leaving(const at::Tensor& slope, const at::Tensor& unit) {
    if (picture_.size(1) != 3) {
        const at::Tensor result = (padding_ == Padding::zero ? slope : folded(slope, 1, padding_)).to(at::kFloat);
        return unit.defined() ? result * unit : result;
    }
    const at::Tensor result = at::empty(picture_.sizes(), picture_.options().dtype(at::kFloat));
    passages_->picture_back({shape_of_map(picture_), colours_, data(slope), data<float>(unit), data<float>(result)});
    return result;
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
    const bool wanted = !step.after.empty();
    at::Tensor next, before, after, passes;
    if (step.pool == 1 && margin == 0 && (next_step || wanted))
        next = map;
    else if (next_step)
        next = room(step.channels, height + 2 * margin, width + 2 * margin, map.options());
    if (!step.before.empty()) before = room(step.channels, height, width, map.options());
    if (wanted && margin == 0 && next.defined())
        after = next;
    else if (wanted)
        after = room(step.channels, height, width, map.options());
    if (keep)
        passes = at::empty({step.channels / passage_channels * height * width * step.pool * step.pool},
                           map.options().dtype(at::kByte));
    passages_->pass_on({shape, data(map), data<float>(step.bias), data(next), data(before),
                        after.is_same(next) ? nullptr : data(after), data<unsigned char>(passes)});
    for (const std::size_t tap : step.before) features[tap] = before.squeeze(0);
    for (const std::size_t tap : step.after) features[tap] = after.squeeze(0);
    map = next;
    return {shape, passes};
}

std::vector<at::Tensor> FusedEncoder::features(const at::Tensor& picture, bool keep) {
    const c10::AutoGradMode without_graph(false);
    release();
    at::Tensor map = entering(picture.detach());
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
    std::vector<Slope> slopes(taps_.size());  // each map's is that of its first tap
    const auto gather = [&](const std::vector<std::size_t>& taps) {
        for (const std::size_t tap : taps) slopes[taps[0]] = sum(std::move(slopes[taps[0]]), of_features[tap]);
    };
    for (const Step& step : steps_) {
        gather(step.before);
        gather(step.after);
    }
    const bool in_units = is_short(number_);
    at::Tensor unit;
    if (in_units) unit = bring_to_short(slopes, features_);
    // A slope's map, which is to be multiplied by its factor.
    const auto taken = [&](const std::vector<std::size_t>& taps) {
        Slope slope;
        if (taps.empty() || !slopes[taps[0]].defined()) return slope;
        std::swap(slope, slopes[taps[0]]);
        const at::Tensor features = std::exchange(features_[taps[0]], {});
        if (in_units)
            slope = {short_map(slope, features), {}, {}, slope.factor};
        else if (slope.matrix.defined())
            slope = {as_map(slope, features)};
        slope.map = slope.map.unsqueeze(0).contiguous(by_pixels);
        return slope;
    };
    at::Tensor slope;  // of what goes into the step behind
    for (std::size_t i = steps_.size(); i-- > 0;) {
        const Step& step = steps_[i];
        const Done done = std::move(done_[i]);
        const PassageShape& shape = done.shape;
        const Slope of_before = taken(step.before), of_after = taken(step.after);
        if (!slope.defined() && !of_before.defined() && !of_after.defined()) continue;
        at::Tensor of_raw;  // where the slopes lie, if that can be
        if (shape.pool == 1 && shape.margin == 0) of_raw = slope;
        if (!of_raw.defined() && shape.pool == 1) of_raw = of_after.map;
        if (!of_raw.defined())
            of_raw = room(shape.channels, shape.height, shape.width, picture_.options().dtype(number_));
        passages_->pass_back({shape, data(slope), data(of_before.map), data(of_after.map),
                              data<float>(of_before.factor), data<float>(of_after.factor), data<float>(unit),
                              data<unsigned char>(done.passes), data(of_raw)});
        slope = of_raw;
        if (step.weight.defined())
            slope = at::conv2d(slope, step.turned, {}, 1, padding_ == Padding::zero ? 1 : 2).contiguous(by_pixels);
    }
    const at::Tensor result =
        slope.defined() ? leaving(slope, unit) : at::zeros(picture_.sizes(), picture_.options().dtype(at::kFloat));
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
    std::size_t kept = 0, most = 0, area = std::size_t(height) * std::size_t(width),
                into = passage_channels * number * area;
    for (const Step& step : steps_) {
        const std::size_t raw = number * std::size_t(step.channels) * area;
        kept += std::size_t(step.channels) * area / 8;
        most = std::max(most, kept + into + raw);
        area /= std::size_t(step.pool * step.pool);
        into = number * std::size_t(step.channels) * area;
        if (!step.before.empty()) kept += into;
        if (!step.after.empty()) kept += into;
        most = std::max(most, kept + raw + into);
    }
    return most;
}

}  // namespace neural_style
