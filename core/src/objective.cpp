#include "objective.hpp"

#include <ATen/ATen.h>

#include <utility>

namespace neural_style {
namespace {

at::Tensor as_matrix(const at::Tensor& map) { return map.flatten(1); }

void add_to(at::Tensor& sum, const at::Tensor& part) {
    if (sum.defined())
        sum.add_(part);
    else
        sum = part;
}

// mean of the squared differences along one dimension, its gradient added to `gradient`
at::Tensor variation(const at::Tensor& picture, int dimension, double weight, at::Tensor& gradient) {
    const auto length = picture.size(dimension) - 1;
    if (length < 1) return at::zeros({}, picture.options());
    const at::Tensor steps = picture.narrow(dimension, 1, length) - picture.narrow(dimension, 0, length);
    const at::Tensor slope = steps * (2 * weight / double(steps.numel()));
    gradient.narrow(dimension, 1, length).add_(slope);
    gradient.narrow(dimension, 0, length).sub_(slope);
    return steps.pow(2).mean() * weight;
}

}  // namespace

Objective::Objective(Encoder& encoder, std::vector<ContentTerm> content, std::vector<StyleTerm> style, double tv_weight)
    : encoder_(encoder), content_(std::move(content)), style_(std::move(style)), tv_weight_(tv_weight) {}

void Objective::set_targets(const at::Tensor& content, const std::vector<StyleTarget>& styles) {
    for (const StyleTarget& style : styles) {
        const auto maps = encoder_.features(style.picture, false);
        for (StyleTerm& term : style_) term.loss->add_target(as_matrix(maps[term.feature]), style.share);
    }
    const auto maps = encoder_.features(content, false);
    for (StyleTerm& term : style_) term.loss->set_start(as_matrix(maps[term.feature]));
    content_targets_.clear();
    for (const ContentTerm& term : content_) {
        const at::Tensor features = as_matrix(maps[term.feature]).clone();
        const double count = double(features.numel());
        at::Tensor factor = at::full({}, term.factor / count, features.options());
        if (term.relative) {
            const at::Tensor spread = (features - features.mean(1, true)).pow(2).sum();
            // A content without contrast (a flat colour) must not weigh infinitely.
            const at::Tensor floor = features.pow(2).sum() * 0.01 + 1e-4 * count;
            factor = term.factor / (2 * at::maximum(spread, floor));
        }
        content_targets_.push_back({features, factor});
    }
}

ObjectiveValue Objective::evaluate(const at::Tensor& picture) {
    const auto maps = encoder_.features(picture, true);
    std::vector<at::Tensor> slopes(maps.size());
    const at::Tensor zero = at::zeros({}, picture.options());
    at::Tensor content = zero, style = zero, tv = zero;
    for (std::size_t i = 0; i < content_.size(); ++i) {
        const ContentTarget& target = content_targets_[i];
        const at::Tensor& map = maps[content_[i].feature];
        at::Tensor difference = as_matrix(map) - target.features;
        content = content + difference.pow(2).sum() * target.factor;
        add_to(slopes[content_[i].feature], difference.mul_(2 * target.factor).view_as(map));
    }
    for (StyleTerm& term : style_) {
        const at::Tensor& map = maps[term.feature];
        const LossValue value = term.loss->evaluate(as_matrix(map));
        style = style + value.loss;
        add_to(slopes[term.feature], value.gradient.view_as(map));
    }
    ObjectiveValue result;
    result.gradient = encoder_.gradient(slopes);
    if (tv_weight_ > 0)
        tv = variation(picture, 3, tv_weight_, result.gradient) + variation(picture, 2, tv_weight_, result.gradient);
    const at::Tensor losses = at::stack({content, style, tv}).to(at::kCPU, at::kDouble);  // the one wait for the device
    result.content = losses[0].item<double>();
    result.style = losses[1].item<double>();
    result.tv = losses[2].item<double>();
    return result;
}

}  // namespace neural_style
