#include "filter_bank_encoder.hpp"

#include <ATen/ATen.h>

namespace neural_style {
namespace {

std::size_t index_of(const BankTap& tap, const std::vector<BankTap>& taps) {
    std::size_t i = 0;
    while (i < taps.size() && !(taps[i].level == tap.level && taps[i].kind == tap.kind)) ++i;
    return i;
}

std::vector<BankTap> unique_taps(const std::vector<BankTap>& taps) {
    std::vector<BankTap> unique;
    for (const BankTap& tap : taps)
        if (index_of(tap, unique) == unique.size()) unique.push_back(tap);
    return unique;
}

// The bank's own memory.
at::Tensor tensor_of(const BankMap& map) {
    return at::from_blob(const_cast<float*>(map.data), {map.channels, map.height, map.width}, at::kFloat);
}

}  // namespace

FilterBankEncoder::FilterBankEncoder(const std::vector<BankTap>& taps, Padding padding, int threads)
    : taps_(taps), bank_(unique_taps(taps), padding, threads) {
    const std::vector<BankTap> unique = unique_taps(taps);
    for (const BankTap& tap : taps) place_.push_back(index_of(tap, unique));
}

std::vector<at::Tensor> FilterBankEncoder::features(const at::Tensor& picture, bool /*keep: it always does*/) {
    const at::Tensor pixels = picture.contiguous();
    height_ = pixels.size(2);
    width_ = pixels.size(3);
    bank_.forward(pixels.data_ptr<float>(), int(height_), int(width_));
    std::vector<at::Tensor> maps;
    for (std::size_t index : place_) maps.push_back(tensor_of(bank_.map(index)));
    return maps;
}

std::vector<MapShape> FilterBankEncoder::shapes() const {
    std::vector<MapShape> shapes;
    for (const BankTap& tap : taps_) shapes.push_back({bank_channels(tap.kind), bank_stride(tap)});
    return shapes;
}

std::size_t FilterBankEncoder::work_bytes(int height, int width) const {
    return bank_.work_bytes_for(height, width) + std::size_t(height) * std::size_t(width) * 3 * sizeof(float);
}

at::Tensor FilterBankEncoder::gradient(const std::vector<Slope>& of_features) {
    std::vector<at::Tensor> slopes;  // by the bank's taps
    for (std::size_t i = 0; i < of_features.size(); ++i) {
        const std::size_t index = place_[i];
        if (slopes.size() <= index) slopes.resize(index + 1);
        const at::Tensor slope = as_map(of_features[i], tensor_of(bank_.map(index)));
        if (!slope.defined()) continue;
        slopes[index] = slopes[index].defined() ? slopes[index] + slope : slope;
    }
    std::vector<const float*> places;
    for (at::Tensor& slope : slopes) {
        if (slope.defined()) slope = slope.contiguous();
        places.push_back(slope.defined() ? slope.data_ptr<float>() : nullptr);
    }
    at::Tensor result = at::empty({1, bank::colours, height_, width_}, at::kFloat);
    bank_.backward(places, result.data_ptr<float>());
    return result;
}

}  // namespace neural_style
