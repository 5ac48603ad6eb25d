#include "encoders/feature_product.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "card_device.hpp"
#include "drawn_tensors.hpp"

namespace neural_style {
namespace {

using testing::card, testing::drawn, testing::relative_distance;

TEST(FeatureProduct, GramsOfMapsOfAnyLengthAndLayoutAreProducts) {
    const double tolerance = at::hasCUDA() ? 2e-3 : 1e-6;  // a real card may round to eleven bits
    for (const std::int64_t channels : {1, 8, 600})
        for (const std::int64_t positions : {1, 1000, 2047, 2048, 5001}) {
            SCOPED_TRACE(::testing::Message() << channels << "×" << positions);
            const at::Tensor map = drawn({channels, positions}, 1) + 0.5;
            const at::Tensor expected = at::mm(map.to(at::kDouble), map.t().to(at::kDouble));
            for (const at::Tensor& laid : {map, map.t().contiguous().t()}) {
                const at::Tensor gram = feature_gram(laid.to(card()), at::kDouble).to(at::kCPU);
                ASSERT_EQ(gram.scalar_type(), at::kDouble);
                EXPECT_LT(relative_distance(gram, expected), tolerance);
            }
        }
}

TEST(FeatureProduct, LongOnesAreAddedUpInPieces) {
    const at::Tensor a = drawn({3, 1003}, 1, at::kDouble), b = drawn({2, 1003}, 2, at::kDouble);
    for (const std::int64_t piece : {1, 10, 17, 1003, 5000}) {
        const at::Tensor product = long_product(a.to(card()), b.to(card()), piece, at::kDouble).to(at::kCPU);
        EXPECT_LT(relative_distance(product, at::mm(a, b.t())), 1e-12) << piece;
    }
}

}  // namespace
}  // namespace neural_style
