// Gram matrices and products of feature maps against sums in double precision, on every instruction set of this
// machine.
#include "winograd/map_products.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "vector_targets.hpp"

namespace neural_style {
namespace {

class MapProductsOnTarget : public testing::TestWithParam<std::int64_t> {
protected:
    void SetUp() override { hwy::SetSupportedTargetsForTest(GetParam()); }
    void TearDown() override { hwy::SetSupportedTargetsForTest(0); }
};

INSTANTIATE_TEST_SUITE_P(Target, MapProductsOnTarget, testing::ValuesIn(vector_targets()),
                         [](const auto& info) { return kernels_name(info.param); });

double relative_error(const std::vector<float>& values, const std::vector<double>& right) {
    double difference = 0, norm = 0;
    for (std::size_t i = 0; i < right.size(); ++i) {
        difference += (values[i] - right[i]) * (values[i] - right[i]);
        norm += right[i] * right[i];
    }
    return std::isfinite(difference) ? std::sqrt(difference / norm) : INFINITY;
}

TEST_P(MapProductsOnTarget, AreTheSums) {
    std::mt19937 generator(1);
    std::normal_distribution<float> normal(0.5f);
    for (const int channels : {1, 3, 16, 31, 64, 100})
        for (const int pixels : {1, 7, 128, 300})
            for (const int threads : {1, 3}) {
                SCOPED_TRACE(std::to_string(channels) + " channels, " + std::to_string(pixels) + " pixels");
                std::vector<float> map(channels * pixels), matrix(channels * channels), shift(channels);
                for (auto* values : {&map, &matrix, &shift})
                    for (float& value : *values) value = normal(generator);
                std::vector<double> gram(channels * channels), sums(channels), product(map.size());
                for (int p = 0; p < pixels; ++p)
                    for (int i = 0; i < channels; ++i) {
                        sums[i] += map[p * channels + i];
                        product[p * channels + i] += shift[i];
                        for (int j = 0; j < channels; ++j) {
                            gram[i * channels + j] += double(map[p * channels + i]) * map[p * channels + j];
                            product[p * channels + j] += double(map[p * channels + i]) * matrix[i * channels + j];
                        }
                    }
                MapProducts products(channels, threads);
                for (int again = 0; again < 2; ++again) {
                    std::vector<float> got_gram(gram.size(), NAN), got_sums(channels, NAN), got(map.size(), NAN);
                    products.gram(map.data(), pixels, got_gram.data(), got_sums.data());
                    EXPECT_LE(relative_error(got_gram, gram), 1e-6);
                    EXPECT_LE(relative_error(got_sums, sums), 1e-6);
                    products.multiply(map.data(), pixels, matrix.data(), shift.data(), got.data());
                    EXPECT_LE(relative_error(got, product), 1e-6);
                    // without the shift the product may be written in place of the result
                    products.multiply(map.data(), pixels, matrix.data(), nullptr, got.data());
                    for (std::size_t i = 0; i < got.size(); ++i) got[i] += shift[i % channels];
                    EXPECT_LE(relative_error(got, product), 1e-6);
                }
            }
}

}  // namespace
}  // namespace neural_style
