#include "encoders/padded_map.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "drawn_tensors.hpp"

namespace neural_style {
namespace {

using testing::drawn;

constexpr Padding all[] = {Padding::zero, Padding::reflect, Padding::replicate, Padding::circular};

struct Size {
    std::int64_t height, width;
    int margin;
};
constexpr Size sizes[] = {{7, 9, 1}, {3, 3, 1}, {2, 5, 1}, {1, 4, 1}, {1, 1, 1},
                          {8, 6, 3}, {4, 7, 3}, {3, 9, 3}, {6, 6, 2}};

at::Tensor map_of(const Size& size, bool by_pixels) {
    const at::Tensor map = drawn({2, 3, size.height, size.width}, 1, at::kDouble);
    return by_pixels ? map.contiguous(at::MemoryFormat::ChannelsLast) : map;
}

// Each place of the grown map is one of the map's, or zero.
TEST(PaddedMap, HasTheNumbersOfItsPlaces) {
    for (const Padding padding : all)
        for (const Size& size : sizes)
            for (const bool by_pixels : {false, true}) {
                SCOPED_TRACE(::testing::Message() << int(padding) << " " << size.height << "×" << size.width << " "
                                                  << size.margin << by_pixels);
                const at::Tensor map = map_of(size, by_pixels), whole = grown(map, size.margin, padding);
                const Padding done = padding_for(padding, size.margin, int(size.height), int(size.width));
                const auto rows = padded_places(done, size.margin, int(size.height)),
                           columns = padded_places(done, size.margin, int(size.width));
                ASSERT_EQ(whole.size(2), std::int64_t(rows.size()));
                ASSERT_EQ(whole.size(3), std::int64_t(columns.size()));
                EXPECT_EQ(whole.suggest_memory_format(), map.suggest_memory_format());
                for (std::size_t y = 0; y < rows.size(); ++y)
                    for (std::size_t x = 0; x < columns.size(); ++x) {
                        const bool none = rows[y] < 0 || columns[x] < 0;
                        const double expected = none ? 0 : map[1][2][rows[y]][columns[x]].item<double>();
                        EXPECT_EQ(whole[1][2][std::int64_t(y)][std::int64_t(x)].item<double>(), expected);
                    }
            }
}

// ⟨grown(a), b⟩ = ⟨a, folded(b)⟩, alone and by autograd.
TEST(PaddedMap, IsFoldedBackAsItWasGrown) {
    for (const Padding padding : all)
        for (const Size& size : sizes) {
            SCOPED_TRACE(::testing::Message()
                         << int(padding) << " " << size.height << "×" << size.width << " " << size.margin);
            const at::Tensor map = map_of(size, true).requires_grad_();
            const at::Tensor whole = padded(map, size.margin, padding);
            const at::Tensor slope = drawn(whole.sizes().vec(), 2, at::kDouble);
            const double expected = (whole.detach() * slope).sum().item<double>();
            const at::Tensor before = slope.clone();
            const at::Tensor by_autograd = torch::autograd::grad({whole}, {map}, {slope})[0];
            EXPECT_TRUE(at::equal(slope, before)) << "what autograd may need again";
            EXPECT_NEAR((map.detach() * by_autograd).sum().item<double>(), expected, 1e-9);
            EXPECT_NEAR((map.detach() * folded(slope, size.margin, padding)).sum().item<double>(), expected, 1e-9);
        }
}

}  // namespace
}  // namespace neural_style
