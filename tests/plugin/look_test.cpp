// Where an earlier picture is found in a later one.
#include "look.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

using namespace neural_style;

namespace {

using Paint = std::function<double(double x, double y)>;  // from 0 to 1 each, to 0 to 1

Image painted(int width, int height, const Paint& paint) {
    Image image(width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            float* pixel = image.pixel(x, y);
            double sum = 0;  // means, as scaling makes them
            for (int i = 0; i < 16; ++i)
                sum += paint((x + (i % 4 + 0.5) / 4) / width, (y + (i / 4 + 0.5) / 4) / height) / 16;
            pixel[0] = pixel[1] = pixel[2] = float(sum);
            pixel[3] = 1;
        }
    return image;
}

Look look_of(const Image& image) {
    Look look;
    while (look.take_some(image)) {
    }
    return look;
}

// Like a photograph: large shapes, some texture, no symmetry.
double scene(double x, double y) {
    return 0.5 + 0.2 * std::sin(5 * x + 2 * y * y) * std::cos(7 * y - x) + 0.1 * x + 0.05 * std::sin(90 * x * (1 + y)) +
           (x > 0.6 && y < 0.3 ? 0.1 : 0);
}

// A few strokes on much paper.
double drawing(double x, double y) {
    const bool ink = (std::abs(y - 0.2 - 0.3 * x) < 0.01 && x < 0.5) || (std::abs(x - 0.3) < 0.006 && y > 0.4);
    return ink ? 0 : 1;
}

// `now` is brought back by the fit: each of its pixels is looked for where the fit says that it was.
Image brought(const Image& then, const Fit& fit, int width, int height) {
    Image image = then;
    if (fit.flipped)
        for (int y = 0; y < then.height; ++y)
            for (int x = 0; x < then.width; ++x) std::copy_n(then.pixel(then.width - 1 - x, y), 4, image.pixel(x, y));
    for (int turn = 0; turn < fit.quarter_turns; ++turn) {
        Image turned(image.height, image.width);
        for (int y = 0; y < turned.height; ++y)
            for (int x = 0; x < turned.width; ++x)
                std::copy_n(image.pixel(y, image.height - 1 - x), 4, turned.pixel(x, y));
        image = turned;
    }
    Image result(width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const int from_x = fit.scaled ? x * image.width / width : x + fit.x;
            const int from_y = fit.scaled ? y * image.height / height : y + fit.y;
            if (from_x >= 0 && from_y >= 0 && from_x < image.width && from_y < image.height)
                std::copy_n(image.pixel(from_x, from_y), 4, result.pixel(x, y));
        }
    return result;
}

std::optional<Fit> fit_of(const Image& then, const Image& now, int moved_x = 0, int moved_y = 0) {
    return find_fit(look_of(then), look_of(now), moved_x, moved_y);
}

TEST(Look, is_black_where_nothing_is_seen) {
    Image image = painted(3, 1, [](double, double) { return 1; });
    image.pixel(1, 0)[3] = 0;
    image.pixel(2, 0)[0] = image.pixel(2, 0)[1] = image.pixel(2, 0)[2] = NAN;
    EXPECT_EQ(look_of(image).brightness, (std::vector<std::uint8_t>{255, 0, 0}));
}

TEST(Look, what_stayed_fits_as_it_is) {
    for (const Paint& paint : {Paint(scene), Paint(drawing), Paint([](double, double) { return 0.4; })}) {
        const Image then = painted(120, 80, paint);
        const auto fit = fit_of(then, then);
        ASSERT_TRUE(fit);
        EXPECT_TRUE(fit->is_none());
    }
}

TEST(Look, flips_and_turns_are_seen_also_in_a_drawing_and_after_a_correction) {
    for (const Paint& paint : {Paint(scene), Paint(drawing)})
        for (const auto& [width, height] : {std::pair(120, 80), std::pair(90, 90)})
            for (const bool flipped : {false, true})
                for (int turns = 0; turns < 4; ++turns) {
                    const Image then = painted(width, height, paint);
                    const bool lies = turns % 2 == 1;
                    Image now =
                        brought(then, {flipped, turns, false, 0, 0}, lies ? height : width, lies ? width : height);
                    for (const bool brighter : {false, true}) {
                        if (brighter)
                            for (float& value : now.rgba) value = std::sqrt(value);
                        const auto fit = fit_of(then, now);
                        ASSERT_TRUE(fit);
                        EXPECT_EQ(fit->flipped, flipped);
                        EXPECT_EQ(fit->quarter_turns, turns);
                        EXPECT_FALSE(fit->scaled);
                    }
                }
}

TEST(Look, what_was_painted_over_stays_where_it_is) {
    const Image then = painted(120, 80, scene);
    Image now = then;
    for (int y = 10; y < 60; ++y)
        for (int x = 5; x < 110; ++x) now.pixel(x, y)[0] = now.pixel(x, y)[1] = 0;
    const Image other = painted(120, 80, [](double x, double y) { return 0.5 + 0.4 * std::sin(40 * x * y + 9 * y); });
    for (const Image& one : {now, other, painted(120, 80, [](double, double) { return 1; })}) {
        const auto fit = fit_of(then, one);
        ASSERT_TRUE(fit);
        EXPECT_TRUE(fit->is_none());
    }
}

TEST(Look, crops_are_found_wherever_they_are) {
    const Image then = painted(130, 90, scene);
    for (const Fit& cut : {Fit{false, 0, false, 20, 10}, Fit{false, 0, false, 0, 0}, Fit{false, 0, false, 77, 41},
                           Fit{false, 1, false, 9, 30}, Fit{true, 0, false, 33, 5}}) {
        const auto fit = fit_of(then, brought(then, cut, 50, 40));
        ASSERT_TRUE(fit);
        EXPECT_EQ(fit->x, cut.x);
        EXPECT_EQ(fit->y, cut.y);
        EXPECT_EQ(fit->flipped, cut.flipped);
        EXPECT_EQ(fit->quarter_turns, cut.quarter_turns);
        EXPECT_FALSE(fit->scaled);
    }
}

TEST(Look, what_was_extended_or_cut_in_place_is_found) {
    const Image then = painted(130, 90, scene);
    auto fit = fit_of(then, brought(then, {false, 0, false, -12, -7}, 200, 150), -12, -7);  // to the image's size
    ASSERT_TRUE(fit);
    EXPECT_EQ(std::pair(fit->x, fit->y), std::pair(-12, -7));
    fit = fit_of(then, brought(then, {false, 0, false, -12, -7}, 200, 150));  // not told where it has moved to
    ASSERT_TRUE(fit);
    EXPECT_EQ(std::pair(fit->x, fit->y), std::pair(-12, -7));
    fit = fit_of(then, brought(then, {false, 0, false, 30, -20}, 100, 150), 30, -20);  // narrower and higher
    ASSERT_TRUE(fit);
    EXPECT_EQ(std::pair(fit->x, fit->y), std::pair(30, -20));
}

TEST(Look, what_was_scaled_is_scaled) {
    for (const Paint& paint : {Paint(scene), Paint(drawing)})
        for (const auto& [width, height] : {std::pair(100, 75), std::pair(50, 41), std::pair(400, 300)}) {
            const auto fit = fit_of(painted(200, 150, paint), painted(width, height, paint));
            ASSERT_TRUE(fit) << width;
            EXPECT_TRUE(fit->scaled && !fit->flipped && fit->quarter_turns == 0) << width;
        }
    const auto fit =
        fit_of(painted(200, 150, scene), painted(75, 100, [](double x, double y) { return scene(y, 1 - x); }));
    ASSERT_TRUE(fit);
    EXPECT_TRUE(fit->scaled && !fit->flipped);
    EXPECT_EQ(fit->quarter_turns, 1);
}

TEST(Look, another_picture_of_another_size_does_not_fit) {
    const Image then = painted(120, 80, scene);
    for (const auto& [width, height] : {std::pair(60, 40), std::pair(240, 160)})
        EXPECT_FALSE(fit_of(
            then, painted(width, height, [](double x, double y) { return 0.5 + 0.4 * std::sin(30 * x * y + 9 * y); })));
    // turned by some degrees
    EXPECT_FALSE(fit_of(then, painted(140, 105, [](double x, double y) {
                            const double u = 1.2 * (x - 0.5) + 0.35 * (y - 0.5) + 0.5,
                                         v = 1.2 * (y - 0.5) - 0.5 * (x - 0.5) + 0.5;
                            return u < 0 || v < 0 || u > 1 || v > 1 ? 0 : scene(u, v);
                        })));
}

}  // namespace
