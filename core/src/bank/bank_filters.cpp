#include "bank_filters.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace neural_style {

int bank_channels(BankTap::Kind kind) {
    constexpr int responses = 2 * bank::colours * bank::filter_count;
    if (kind == BankTap::Kind::colours) return bank::colours;
    return kind == BankTap::Kind::responses ? responses : responses + 2 * bank::derivatives * bank::derivatives;
}

int bank_stride(const BankTap& tap) { return 1 << (tap.level + (tap.kind == BankTap::Kind::strokes ? 1 : 0)); }

int bank_halo(const std::vector<BankTap>& taps) {
    int widest = 0;
    for (const BankTap& tap : taps) {
        int halo = tap.kind == BankTap::Kind::colours ? 0 : bank::margin;
        if (tap.kind == BankTap::Kind::strokes) halo = 2 * bank::margin + bank::margin;  // the same on the halved map
        for (int level = tap.level; level > 0; --level) halo = 2 * halo + 1;             // blurred before it is halved
        widest = std::max(widest, halo);
    }
    return widest;
}

}  // namespace neural_style

namespace neural_style::bank {
namespace {

constexpr int orientations = 6;
constexpr double across = 1.1, along = 1.7;  // deviations of the elongated Gaussian, pixels
constexpr double pi = 3.14159265358979323846;

// 1 / deviation of each response on photographs, by colour (light, red against green, blue against yellow) and filter
// (first derivative, second derivative, Gaussian); computed by tools/bank_scales.py.
constexpr float response_scales_by_kind[colours][3] = {
    {2.2409F, 4.0269F, 0.6148F},   // light
    {8.1744F, 14.6885F, 1.2686F},  // red against green
    {4.7265F, 8.2949F, 1.0507F},   // blue against yellow
};

// The same for the second layer: by the kind of the first derivative filter and of the second one.
constexpr float stroke_scales_by_kind[2][2] = {
    {2.0946F, 2.8389F},
    {2.1355F, 3.2333F},
};

using Kernel = std::vector<double>;

// Fills a 7×7 kernel and scales it so that its absolute values add up to `sum`.
template <class Function>
Kernel kernel(Function value, bool without_mean, double sum) {
    Kernel k;
    for (int y = -margin; y <= margin; ++y)
        for (int x = -margin; x <= margin; ++x) k.push_back(value(x, y));
    if (without_mean) {
        double mean = 0;
        for (double v : k) mean += v / double(k.size());
        for (double& v : k) v -= mean;
    }
    double total = 0;
    for (double v : k) total += std::abs(v);
    for (double& v : k) v *= sum / total;
    return k;
}

}  // namespace

std::vector<float> filters() {
    std::vector<float> all;
    const auto append = [&](const Kernel& k) { all.insert(all.end(), k.begin(), k.end()); };
    for (int i = 0; i < orientations; ++i) {
        const double angle = pi * i / orientations;
        const auto rotated = [&](int x, int y) {
            return std::pair(x * std::cos(angle) + y * std::sin(angle), y * std::cos(angle) - x * std::sin(angle));
        };
        const auto gaussian = [](double u, double v) {
            return std::exp(-(u * u / (2 * across * across) + v * v / (2 * along * along)));
        };
        append(kernel(
            [&](int x, int y) {
                auto [u, v] = rotated(x, y);
                return u * gaussian(u, v);
            },
            false, 2));
        append(kernel(
            [&](int x, int y) {
                auto [u, v] = rotated(x, y);
                return (u * u / (across * across) - 1) * gaussian(u, v);
            },
            true, 2));
    }
    append(kernel([](int x, int y) { return std::exp(-(x * x + y * y) / 2.0); }, false, 1));
    return all;
}

std::vector<float> response_scales() {
    std::vector<float> scales;
    for (const auto& colour : response_scales_by_kind)
        for (int filter = 0; filter < filter_count; ++filter)
            scales.push_back(filter == derivatives ? colour[2] : colour[filter % 2]);
    return scales;
}

std::vector<float> stroke_scales() {
    std::vector<float> scales;
    for (int first = 0; first < derivatives; ++first)
        for (int second = 0; second < derivatives; ++second)
            scales.push_back(stroke_scales_by_kind[first % 2][second % 2]);
    return scales;
}

}  // namespace neural_style::bank
