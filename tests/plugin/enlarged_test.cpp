#include "enlarged.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace neural_style {
namespace {

// Each channel a plane of its own slope, by places from 0 to 1 across the picture.
Image slopes(int width, int height) {
    Image image(width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < 4; ++c)
                image.pixel(x, y)[c] = 0.1F * float(c) + 0.4F * (float(x) + 0.5F) / float(width) +
                                       0.2F * (float(y) + 0.5F) / float(height);
    return image;
}

TEST(Enlarged, HasTheSameSlopesAtAnotherSize) {
    const Image small = slopes(10, 7), large = enlarged(small, 64, 50), expected = slopes(64, 50);
    ASSERT_EQ(large.width, 64);
    ASSERT_EQ(large.height, 50);
    for (int y = 0; y < 50; ++y)
        for (int x = 0; x < 64; ++x) {
            if (x < 4 || x >= 60 || y < 4 || y >= 46) continue;  // beyond the centres of the small one's outer pixels
            for (int c = 0; c < 4; ++c) EXPECT_NEAR(large.pixel(x, y)[c], expected.pixel(x, y)[c], 1e-5);
        }
    EXPECT_NEAR(large.pixel(0, 0)[2], small.pixel(0, 0)[2], 1e-6);
    EXPECT_NEAR(large.pixel(63, 49)[1], small.pixel(9, 6)[1], 1e-6);
}

TEST(Enlarged, OfItsOwnSizeIsItself) { EXPECT_EQ(enlarged(slopes(5, 4), 5, 4).rgba, slopes(5, 4).rgba); }

TEST(Enlarged, OfOnePixelIsThatOneEverywhere) {
    const Image one = slopes(1, 1), large = enlarged(one, 3, 2);
    for (int i = 0; i < 3 * 2 * 4; ++i) EXPECT_EQ(large.rgba[std::size_t(i)], one.rgba[std::size_t(i % 4)]);
}

}  // namespace
}  // namespace neural_style
