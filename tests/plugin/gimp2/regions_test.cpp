// What of the content counts: the selection and the layer's mask, as the engine gets them and as the real one heeds
// them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "canvas.hpp"

using namespace neural_style;

namespace {

constexpr const char* quick = "network=builtin;threads=1";

// A soft pattern that the real engine can work on.
void paint(int layer, double phase) {
    const int width = gimp_drawable_width(layer), height = gimp_drawable_height(layer);
    std::vector<double> values;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int channel = 0; channel < 4; ++channel)
                values.push_back(channel == 3 ? 1 : 0.5 + 0.3 * std::sin(0.2 * x + 0.15 * y + channel + phase));
    set_numbers(layer, values);
}

// The first channel of what the engine was given as the content's mask.
std::vector<double> seen_mask(const Canvas& canvas, int photo, int style) {
    const Result result = stylise(canvas.id, photo, style, "network=mask");
    EXPECT_TRUE(result.done()) << result.sentence;
    std::vector<double> values;
    if (!result.done()) return values;
    const auto shown = numbers(result.layer);
    for (std::size_t i = 0; i < shown.size(); i += 4) values.push_back(shown[i]);
    return values;
}

TEST(Regions, what_counts_is_what_the_result_shows) {
    for (const auto precision : {GIMP_PRECISION_U8_GAMMA, GIMP_PRECISION_FLOAT_GAMMA, GIMP_PRECISION_FLOAT_LINEAR})
        for (const bool selected : {false, true})
            for (const bool masked : {false, true}) {
                SCOPED_TRACE(std::to_string(precision) + (selected ? " selected" : "") + (masked ? " masked" : ""));
                Canvas canvas(40, 70, GIMP_RGB, precision);
                const int style = canvas.add("style", 9, 9);
                // juts out on two sides, and is higher than a strip
                const int photo = canvas.add("photo", 31, 80, false, -4, 3);
                if (masked) canvas.mask(photo);
                if (selected) {
                    gimp_image_select_ellipse(canvas.id, GIMP_CHANNEL_OP_REPLACE, -3, 5, 25, 60);
                    gimp_selection_feather(canvas.id, 8);
                }
                const auto seen = seen_mask(canvas, photo, style);
                const int result = gimp_image_get_active_layer(canvas.id);
                if (!selected && !masked) {
                    EXPECT_LT(gimp_layer_get_mask(result), 0);
                    EXPECT_EQ(*std::min_element(seen.begin(), seen.end()), 1);
                    continue;
                }
                // the layer itself holds no more than 8 bits, and shows the curve of its image
                const auto shown = mask_numbers(gimp_layer_get_mask(result));
                ASSERT_EQ(seen.size(), shown.size());
                for (std::size_t i = 0; i < seen.size(); ++i)
                    ASSERT_NEAR(is_linear(result) ? to_srgb_curve(seen[i]) : seen[i], shown[i], 1.01 / 255) << i;
            }
}

TEST(Regions, again_means_what_the_result_showed) {
    Canvas canvas(40, 30, GIMP_RGB, GIMP_PRECISION_FLOAT_GAMMA);
    const int style = canvas.add("style", 9, 9), photo = canvas.add("photo", 31, 29);
    gimp_image_select_rectangle(canvas.id, GIMP_CHANNEL_OP_REPLACE, 5, 5, 10, 10);
    const auto first = seen_mask(canvas, photo, style);
    const int before = gimp_image_get_active_layer(canvas.id);
    gimp_selection_none(canvas.id);
    const Result result = stylise_again(canvas.id, before);
    ASSERT_TRUE(result.done()) << result.sentence;
    EXPECT_EQ(numbers(result.layer), numbers(before));
    EXPECT_EQ(first.at(8 * 31 + 8), 1);
    EXPECT_EQ(first.at(8 * 31 + 20), 0);
}

TEST(Regions, a_selection_of_what_a_mask_hides_is_refused) {
    Canvas canvas;
    const int style = canvas.add("style", 9, 9), photo = canvas.add("photo", 31, 29);
    gimp_layer_add_mask(photo, gimp_layer_create_mask(photo, GIMP_ADD_MASK_BLACK));
    gimp_image_clean_all(canvas.id);
    const std::string before = snapshot(canvas);
    const Result result = stylise(canvas.id, photo, style);
    EXPECT_NE(result.sentence.find("leave nothing of what the layer “photo” shows"), std::string::npos);
    EXPECT_EQ(snapshot(canvas), before);
}

class RealWorkerRegions : public testing::Test {
protected:
    Canvas canvas{64, 48, GIMP_RGB, GIMP_PRECISION_FLOAT_GAMMA};
    int style = canvas.add("style", 40, 40);
    int photo = canvas.add("photo", 57, 43, false, 3, 2);

    RealWorkerRegions() {
        paint(style, 2);
        paint(photo, 0);
    }
    std::vector<double> painted() {
        const Result result = stylise(canvas.id, photo, style, quick, 1, 1000, 6);
        EXPECT_TRUE(result.done()) << result.sentence;
        return result.done() ? numbers(result.layer) : std::vector<double>();
    }
    void change_where(const std::vector<double>& mask) {
        auto values = numbers(photo);
        for (std::size_t i = 0; i < mask.size(); ++i)
            for (std::size_t channel = 0; channel < 3; ++channel)
                if (mask[i] == 0) values[4 * i + channel] = 1 - values[4 * i + channel] / 2;
        set_numbers(photo, values);
    }
    // How many of the numbers inside the mask of the first result change with the content outside of it.
    int changed_inside() {
        const auto first = painted();
        const int made = gimp_image_get_active_layer(canvas.id);
        const auto mask = mask_numbers(gimp_layer_get_mask(made));
        change_where(mask);
        const auto second = painted();
        int changed = 0, inside = 0;
        double most = 0;
        for (std::size_t i = 0; i < first.size() && i < second.size(); ++i) {
            inside += mask[i / 4] > 0;
            if (mask[i / 4] == 0 || first[i] == second[i]) continue;
            ++changed;
            most = std::max(most, std::abs(first[i] - second[i]));
        }
        EXPECT_GT(inside, 500);
        if (changed > 0) std::printf("by up to %g\n", most);
        return changed;
    }
};

TEST_F(RealWorkerRegions, what_is_not_selected_has_no_influence_bit_for_bit) {
    gimp_image_select_rectangle(canvas.id, GIMP_CHANNEL_OP_REPLACE, 10, 8, 25, 20);
    EXPECT_EQ(changed_inside(), 0);
}

TEST_F(RealWorkerRegions, nor_has_what_is_outside_of_a_feathered_one) {
    gimp_image_select_ellipse(canvas.id, GIMP_CHANNEL_OP_REPLACE, 14, 8, 25, 25);
    gimp_selection_feather(canvas.id, 8);
    EXPECT_EQ(changed_inside(), 0);
}

TEST_F(RealWorkerRegions, nor_has_what_the_layers_mask_hides) {
    const int mask = gimp_layer_create_mask(photo, GIMP_ADD_MASK_BLACK);
    gimp_layer_add_mask(photo, mask);
    gimp_image_select_rectangle(canvas.id, GIMP_CHANNEL_OP_REPLACE, 10, 8, 25, 20);
    gimp_drawable_edit_fill(mask, GIMP_FILL_WHITE);
    gimp_selection_none(canvas.id);
    EXPECT_EQ(changed_inside(), 0);
}

TEST_F(RealWorkerRegions, what_is_selected_has) {
    const auto first = painted();
    auto values = numbers(photo);
    values[0] = 0.9;
    set_numbers(photo, values);
    EXPECT_NE(painted(), first);
}

TEST_F(RealWorkerRegions, again_pairs_the_same_regions) {
    const auto channel = [&](const char* name, int x) {
        gimp_image_select_rectangle(canvas.id, GIMP_CHANNEL_OP_REPLACE, x, 4, 20, 30);
        const int made = gimp_selection_save(canvas.id);
        gimp_item_set_name(made, name);
        gimp_selection_none(canvas.id);
        return made;
    };
    const int here = channel("here", 8), there = channel("there", 20);
    const Result guided = stylise_guided(canvas.id, photo, style, here, there, quick);
    ASSERT_TRUE(guided.done()) << guided.sentence;
    const Result plain = stylise(canvas.id, photo, style, quick);
    ASSERT_TRUE(plain.done()) << plain.sentence;
    EXPECT_NE(numbers(plain.layer), numbers(guided.layer));
    const Result again = stylise_again(canvas.id, guided.layer);
    ASSERT_TRUE(again.done()) << again.sentence;
    EXPECT_EQ(numbers(again.layer), numbers(guided.layer));
    gimp_image_remove_channel(canvas.id, there);
    const Result gone = stylise_again(canvas.id, guided.layer);
    EXPECT_NE(gone.sentence.find("“there”"), std::string::npos) << gone.sentence;
}

TEST_F(RealWorkerRegions, a_feathered_selection_leaves_no_seam) {
    gimp_image_select_ellipse(canvas.id, GIMP_CHANNEL_OP_REPLACE, 14, 8, 36, 30);
    gimp_selection_feather(canvas.id, 12);
    const auto made = painted();
    const int layer = gimp_image_get_active_layer(canvas.id);
    const auto mask = mask_numbers(gimp_layer_get_mask(layer)), own = numbers(photo);
    gimp_selection_none(canvas.id);
    gimp_item_set_visible(style, FALSE);
    const int seen = gimp_layer_new_from_visible(canvas.id, canvas.id, "seen");
    gimp_image_insert_layer(canvas.id, seen, 0, 0);
    const auto shown = numbers(seen);
    const auto at = [&](int x, int y, int channel) {
        return shown[4 * std::size_t((y + 2) * 64 + x + 3) + std::size_t(channel)];
    };
    double inside = 0, rim = 0, content = 0, difference = 0;
    for (int y = 0; y < 43; ++y)
        for (int x = 0; x + 1 < 57; ++x)
            for (int channel = 0; channel < 3; ++channel) {
                const std::size_t i = std::size_t(y * 57 + x), n = 4 * i + std::size_t(channel);
                const double step = std::abs(at(x + 1, y, channel) - at(x, y, channel));
                const double most = std::max(mask[i], mask[i + 1]);
                ASSERT_TRUE(most > 0 || std::abs(at(x, y, channel) - own[n]) < 1e-5) << x << ' ' << y;
                if (most > 0 && most < 0.25) rim = std::max(rim, step);
                if (most >= 0.9) inside = std::max(inside, step);
                if (most > 0) difference = std::max(difference, std::abs(made[n] - own[n]));
                content = std::max(content, std::abs(own[n + 4] - own[n]));
            }
    std::printf("inside %g rim %g content %g difference %g\n", inside, rim, content, difference);
    EXPECT_GT(difference, 0.1);
    EXPECT_LT(rim, content + 0.25 * inside);
}

}  // namespace
