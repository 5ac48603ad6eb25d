#include "bank_pyramid.hpp"

#include <algorithm>
#include <vector>

#include "bank_filters.hpp"

namespace neural_style::bank {
namespace {

// The blur and the means along one axis: each output is a weighted sum of neighbours in the line padded by one.
struct Reduction {
    Reduction(Padding padding, int length)
        : step(std::min(2, length)), count(length / step), places(padded_places(padding, 1, length)) {
        if (step == 2)
            weights = {.125F, .375F, .375F, .125F};
        else
            weights = {.25F, .5F, .25F};
    }
    int step, count;
    std::vector<int> places;
    std::vector<float> weights;
};

}  // namespace

void normalise(const float* picture, std::size_t area, float* colours_, int threads) {
#pragma omp parallel for num_threads(threads) schedule(static)
    for (std::size_t i = 0; i < area; ++i)
        for (int c = 0; c < colours; ++c) colours_[c * area + i] = (picture[c * area + i] - mean[c]) / deviation[c];
}

void normalise_back(const float* of_colours, std::size_t area, float* of_picture, int threads) {
#pragma omp parallel for num_threads(threads) schedule(static)
    for (std::size_t i = 0; i < area; ++i)
        for (int c = 0; c < colours; ++c) of_picture[c * area + i] = of_colours[c * area + i] / deviation[c];
}

void mix(const float* colours_, std::size_t area, float* planes, int threads) {
#pragma omp parallel for num_threads(threads) schedule(static)
    for (std::size_t i = 0; i < area; ++i)
        for (int p = 0; p < colours; ++p)
            planes[p * area + i] = opponent[p][0] * colours_[i] + opponent[p][1] * colours_[area + i] +
                                   opponent[p][2] * colours_[2 * area + i];
}

void mix_back(const float* of_planes, std::size_t area, float* of_colours, int threads) {
#pragma omp parallel for num_threads(threads) schedule(static)
    for (std::size_t i = 0; i < area; ++i)
        for (int c = 0; c < colours; ++c)
            of_colours[c * area + i] += opponent[0][c] * of_planes[i] + opponent[1][c] * of_planes[area + i] +
                                        opponent[2][c] * of_planes[2 * area + i];
}

void reduce(const float* map, int height, int width, Padding padding, float* reduced, int threads) {
    padding = padding_for(padding, 1, height, width);
    const Reduction down(padding, height), across(padding, width);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int c = 0; c < colours; ++c) {
        const float* const from = map + std::size_t(c) * height * width;
        std::vector<float> line(width), padded(width + 2);
        for (int y = 0; y < down.count; ++y) {
            std::fill(line.begin(), line.end(), 0.0F);
            for (std::size_t k = 0; k < down.weights.size(); ++k) {
                const int place = down.places[down.step * y + k];
                if (place < 0) continue;
                const float* const row = from + std::size_t(place) * width;
                for (int x = 0; x < width; ++x) line[x] += down.weights[k] * row[x];
            }
            for (int x = 0; x < width + 2; ++x) padded[x] = across.places[x] < 0 ? 0 : line[across.places[x]];
            float* const to = reduced + (std::size_t(c) * down.count + y) * across.count;
            for (int x = 0; x < across.count; ++x) {
                float sum = 0;
                for (std::size_t k = 0; k < across.weights.size(); ++k)
                    sum += across.weights[k] * padded[across.step * x + k];
                to[x] = sum;
            }
        }
    }
}

void reduce_back(const float* of_reduced, int height, int width, Padding padding, float* of_map, int threads) {
    padding = padding_for(padding, 1, height, width);
    const Reduction down(padding, height), across(padding, width);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int c = 0; c < colours; ++c) {
        float* const to = of_map + std::size_t(c) * height * width;
        std::vector<float> line(width), padded(width + 2);
        for (int y = 0; y < down.count; ++y) {
            const float* const from = of_reduced + (std::size_t(c) * down.count + y) * across.count;
            std::fill(padded.begin(), padded.end(), 0.0F);
            for (int x = 0; x < across.count; ++x)
                for (std::size_t k = 0; k < across.weights.size(); ++k)
                    padded[across.step * x + k] += across.weights[k] * from[x];
            std::fill(line.begin(), line.end(), 0.0F);
            for (int x = 0; x < width + 2; ++x)
                if (across.places[x] >= 0) line[across.places[x]] += padded[x];
            for (std::size_t k = 0; k < down.weights.size(); ++k) {
                const int place = down.places[down.step * y + k];
                if (place < 0) continue;
                float* const row = to + std::size_t(place) * width;
                for (int x = 0; x < width; ++x) row[x] += down.weights[k] * line[x];
            }
        }
    }
}

}  // namespace neural_style::bank
