#include "bank_encoder.hpp"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>

#include "autograd_gradient.hpp"
#include "padded_map.hpp"

namespace neural_style {

using bank::derivatives, bank::filter_count, bank::filter_edge;

namespace {

// Means of 2×2; a map of one row or column is not halved in that direction.
at::Tensor halved(const at::Tensor& map) {
    return at::avg_pool2d(map, {std::min<std::int64_t>(2, map.size(2)), std::min<std::int64_t>(2, map.size(3))});
}

}  // namespace

BankEncoder::BankEncoder(std::vector<BankTap> taps, Padding padding, const at::Device& device)
    : taps_(std::move(taps)), padding_(padding) {
    const auto constant = [&](const std::vector<float>& values, const std::vector<std::int64_t>& shape) {
        return at::tensor(at::ArrayRef<float>(values), at::kFloat).view(shape).to(device);
    };
    filters_ = constant(bank::filters(), {filter_count, 1, filter_edge, filter_edge});
    scales_ = constant(bank::response_scales(), {bank::colours, filter_count, 1, 1});
    stroke_scales_ = constant(bank::stroke_scales(), {derivatives, derivatives, 1, 1});
    std::vector<float> opponent;
    for (const auto& row : bank::opponent) opponent.insert(opponent.end(), row, row + bank::colours);
    opponent_ = constant(opponent, {3, 3, 1, 1});
    blur_ = constant({1, 2, 1, 2, 4, 2, 1, 2, 1}, {1, 1, 3, 3}).div(16).expand({3, 1, 3, 3}).contiguous();
    mean_ = constant({bank::mean, bank::mean + bank::colours}, {1, 3, 1, 1});
    deviation_ = constant({bank::deviation, bank::deviation + bank::colours}, {1, 3, 1, 1});
}

SignedHalves BankEncoder::responses(const at::Tensor& colours) const {
    const at::Tensor planes = at::conv2d(colours, opponent_).transpose(0, 1);  // 3×1×h×w: the colours as a batch
    const at::Tensor signed_ = at::conv2d(padded(planes, filter_edge / 2, padding_), filters_) * scales_;
    return signed_halves(signed_.flatten(0, 1).unsqueeze(0), derivatives);  // light comes first, its derivatives first
}

at::Tensor BankEncoder::strokes(const SignedHalves& responses) const {
    const at::Tensor planes = halved(responses.absolute).transpose(0, 1);  // 12×1×h×w
    const at::Tensor seeing = filters_.narrow(0, 0, derivatives);
    const at::Tensor signed_ = at::conv2d(padded(planes, filter_edge / 2, padding_), seeing) * stroke_scales_;
    return at::cat({halved(responses.halves), signed_halves(signed_.flatten(0, 1).unsqueeze(0), 0).halves}, 1);
}

std::vector<at::Tensor> BankEncoder::features(const at::Tensor& picture, bool keep) {
    c10::AutoGradMode record(keep);
    maps_.clear();
    features_.clear();
    picture_ = keep ? picture.detach().requires_grad_() : picture.detach();
    int deepest = 0;
    for (const BankTap& tap : taps_) deepest = std::max(deepest, tap.level);
    std::vector<at::Tensor> maps(taps_.size());
    at::Tensor colours = (picture_ - mean_) / deviation_;
    for (int level = 0; level <= deepest; ++level) {
        if (level > 0)
            colours = halved(at::conv2d(padded(colours, 1, padding_), blur_, at::Tensor(), {1, 1},
                                        at::IntArrayRef({0, 0}), {1, 1}, 3));
        SignedHalves first;
        for (std::size_t i = 0; i < taps_.size(); ++i) {
            if (taps_[i].level != level) continue;
            if (taps_[i].kind != BankTap::Kind::colours && !first.halves.defined()) first = responses(colours);
            maps[i] = taps_[i].kind == BankTap::Kind::colours     ? colours
                      : taps_[i].kind == BankTap::Kind::responses ? first.halves
                                                                  : strokes(first);
        }
    }
    std::vector<at::Tensor> result;
    for (const at::Tensor& map : maps) result.push_back(map.detach().squeeze(0));
    if (keep) {
        maps_ = std::move(maps);
        features_ = result;
    }
    return result;
}

void BankEncoder::release() {
    maps_.clear();
    features_.clear();
    picture_.reset();
}

std::vector<MapShape> BankEncoder::shapes() const {
    std::vector<MapShape> shapes;
    for (const BankTap& tap : taps_) shapes.push_back({bank_channels(tap.kind), bank_stride(tap)});
    return shapes;
}

// Autograd keeps the responses with their signs, scaled, in halves and joined: about four times what comes out.
std::size_t BankEncoder::work_bytes(int height, int width) const {
    double floats = 0;
    for (const MapShape& shape : shapes())
        floats += 4.0 * shape.channels * height * width / (double(shape.stride) * shape.stride);
    return std::size_t(floats * sizeof(float));
}

at::Tensor BankEncoder::gradient(const std::vector<Slope>& of_features) {
    at::Tensor result = autograd_gradient(maps_, as_maps(of_features, features_), picture_);
    maps_.clear();
    features_.clear();
    return result;
}

}  // namespace neural_style
