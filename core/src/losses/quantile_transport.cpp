#include "quantile_transport.hpp"

#include <algorithm>
#include <cmath>

namespace neural_style {
namespace {

constexpr std::size_t table_steps = 8192;

// The value at `place` between 0 and length − 1 of a line drawn through `values`.
double value_at(const float* values, std::int64_t length, double place) {
    const auto left = std::clamp(std::int64_t(place), std::int64_t(0), length - 1),
               right = std::min(left + 1, length - 1);
    return values[left] + (place - double(left)) * (double(values[right]) - values[left]);
}

// The rank from 0 to 1 of each of the sorted values whose weights are given in that order: the first has 0, the last 1.
class Ranks {
public:
    Ranks(const std::vector<float>* weights, std::int64_t length) : weights_(weights), last_(double(length - 1)) {
        if (!weights_) return;
        double sum = 0;
        below_.reserve(weights_->size());
        for (float weight : *weights_) {
            below_.push_back(sum);
            sum += weight;
        }
        last_ = below_.back();
    }
    double operator()(std::int64_t i) const {
        if (last_ <= 0) return 0.5;
        return (weights_ ? below_[std::size_t(i)] : double(i)) / last_;
    }

private:
    const std::vector<float>* weights_;
    std::vector<double> below_;
    double last_;
};

// Sorts values and, if there are any, their weights along.
void sort_weighted(float* values, const float* weights, std::int64_t length, std::vector<float>& sorted_weights,
                   SortScratch& scratch) {
    if (!weights) return sort_values(values, length, scratch);
    const std::vector<std::uint32_t>& places = sort_with_places(values, length, scratch);
    sorted_weights.resize(std::size_t(length));
    for (std::int64_t i = 0; i < length; ++i) sorted_weights[std::size_t(i)] = weights[places[std::size_t(i)]];
}

}  // namespace

void take_quantiles(float* values, const float* weights, std::int64_t length, double share, bool add,
                    std::int64_t count, float* quantiles, SortScratch& scratch) {
    std::vector<float> sorted_weights;
    sort_weighted(values, weights, length, sorted_weights, scratch);
    const auto put = [&](std::int64_t i, double value) {
        quantiles[i] = float((add ? quantiles[i] : 0) + share * value);
    };
    const double step = count > 1 ? 1.0 / double(count - 1) : 0;
    if (!weights) {
        for (std::int64_t i = 0; i < count; ++i)
            put(i, value_at(values, length, step * double(i) * double(length - 1)));
        return;
    }
    const Ranks rank(&sorted_weights, length);
    std::int64_t left = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        const double wanted = step * double(i);
        while (left + 1 < length && rank(left + 1) <= wanted) ++left;
        const std::int64_t right = std::min(left + 1, length - 1);
        const double width = rank(right) - rank(left);
        const double part = width > 0 ? std::clamp((wanted - rank(left)) / width, 0.0, 1.0) : 0;
        put(i, values[left] + part * (double(values[right]) - values[left]));
    }
}

void QuantileTransport::fit(float* sample, const float* weights, std::int64_t length, const float* quantiles,
                            std::int64_t count, SortScratch& scratch) {
    std::vector<float> sorted_weights;
    sort_weighted(sample, weights, length, sorted_weights, scratch);
    const Ranks rank(weights ? &sorted_weights : nullptr, length);
    const double low = sample[0], high = sample[length - 1], width = high - low;
    low_ = sample[0];
    if (!(width > 0)) {  // one value: it is carried to the other distribution's middle
        table_.assign(table_steps, float(value_at(quantiles, count, 0.5 * double(count - 1))));
        steps_per_unit_ = 0;
        return;
    }
    // A step of the table carries its values to the mean of where its part of the sample goes. So equal values, which
    // features before a dead rectifier are, go to the middle of their ranks.
    steps_per_unit_ = float((table_steps - 1) / width);
    std::vector<double> sums(table_steps), weight(table_steps);
    for (std::int64_t i = 0; i < length; ++i) {
        const std::size_t step = step_of(sample[i]);
        const double own = weights ? sorted_weights[std::size_t(i)] : 1;
        sums[step] += own * value_at(quantiles, count, rank(i) * double(count - 1));
        weight[step] += own;
    }
    table_.resize(table_steps);
    std::size_t last = 0;
    for (std::size_t step = 0; step < table_.size(); ++step) {
        if (!(weight[step] > 0)) continue;
        table_[step] = float(sums[step] / weight[step]);
        for (std::size_t gap = last + 1; gap < step; ++gap)
            table_[gap] = table_[last] + (table_[step] - table_[last]) * float(gap - last) / float(step - last);
        last = step;
    }
    std::fill(table_.begin() + std::ptrdiff_t(last) + 1, table_.end(), table_[last]);
}

std::size_t QuantileTransport::step_of(float value) const {
    const float place = (value - low_) * steps_per_unit_;
    return std::size_t(std::min(std::max(place, 0.0F), float(table_steps - 1)));
}

double QuantileTransport::pull(float* values, const float* weights, std::int64_t length, float slope) const {
    double sum = 0;
    for (std::int64_t i = 0; i < length; ++i) {
        const float target = table_[step_of(values[i])];
        const float difference = values[i] - target, weight = weights ? weights[i] : 1.0F;
        sum += double(weight) * difference * difference;
        values[i] = slope * weight * difference;
    }
    return sum;
}

}  // namespace neural_style
