#include "filter_bank_encoder.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <map>

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

std::size_t FilterBankEncoder::slope_bytes(int height, int width) const {
    std::map<int, std::size_t> of_levels;
    for (const BankTap& tap : unique_taps(taps_)) {
        const std::size_t cell = std::size_t(bank_stride(tap)) * bank_stride(tap);
        of_levels[tap.level] += sizeof(float) * bank_channels(tap.kind) * (std::size_t(height) * width / cell);
    }
    std::size_t most = 0;
    for (const auto& [level, bytes] : of_levels) most = std::max(most, bytes);
    return most;
}

at::Tensor FilterBankEncoder::gradient(const std::vector<Slope>& of_features) {
    std::vector<Slope> slopes(unique_taps(taps_).size());  // by the bank's taps
    for (std::size_t i = 0; i < of_features.size(); ++i) slopes[place_[i]] = sum(slopes[place_[i]], of_features[i]);
    // A level's maps only, for those of the first would fill as much memory as all its features.
    std::vector<at::Tensor> maps;
    int level = -1;
    const auto map_of = [&](std::size_t tap) -> const float* {
        const BankMap map = bank_.map(tap);
        if (const int its = bank_.level(tap); its != level) {
            maps.clear();
            level = its;
        }
        const at::Tensor slope = as_map(slopes[tap], tensor_of(map));
        if (!slope.defined()) return nullptr;
        maps.push_back(slope.contiguous());
        return maps.back().data_ptr<float>();
    };
    at::Tensor result = at::empty({1, bank::colours, height_, width_}, at::kFloat);
    bank_.backward(map_of, result.data_ptr<float>());
    return result;
}

}  // namespace neural_style
