// Where the new layer goes, and what it takes over from its source: place, size, group, selection, masks; the run
// modes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "canvas.hpp"
#include "gimp_host.hpp"
#include "neural-style/error.hpp"

using namespace neural_style;

namespace {

std::string name_of(int item) {
    gchar* name = gimp_item_get_name(item);
    const std::string result = name;
    g_free(name);
    return result;
}

// Directly above, same size and offsets, named after the style, active.
void expect_in_place(const Canvas& canvas, int layer, int source) {
    const int parent = gimp_item_get_parent(source);
    EXPECT_EQ(gimp_item_get_parent(layer), parent);
    EXPECT_EQ(gimp_image_get_item_position(canvas.id, layer) + 1, gimp_image_get_item_position(canvas.id, source));
    EXPECT_EQ(gimp_drawable_width(layer), gimp_drawable_width(source));
    EXPECT_EQ(gimp_drawable_height(layer), gimp_drawable_height(source));
    int x = 0, y = 0, source_x = 0, source_y = 0;
    gimp_drawable_offsets(layer, &x, &y);
    gimp_drawable_offsets(source, &source_x, &source_y);
    EXPECT_EQ(x, source_x);
    EXPECT_EQ(y, source_y);
    EXPECT_EQ(gimp_image_get_active_layer(canvas.id), layer);
    EXPECT_EQ(gimp_image_get_active_drawable(canvas.id), layer);  // not its mask
    EXPECT_TRUE(gimp_item_get_visible(layer));
    EXPECT_EQ(gimp_layer_get_opacity(layer), 100);
}

TEST(Layers, the_new_one_lies_directly_above_its_source) {
    Canvas canvas;
    canvas.add("below", 40, 30);
    const int photo = canvas.add("photo", 31, 29);
    const int style = canvas.add("Starry Night", 9, 9);
    const auto before = canvas.layers();
    gimp_image_clean_all(canvas.id);
    const Result result = stylise(canvas.id, photo, style);
    ASSERT_TRUE(result.done()) << result.sentence;
    EXPECT_EQ(canvas.layers().size(), before.size() + 1);
    EXPECT_EQ(canvas.layers()[1], result.layer);
    expect_in_place(canvas, result.layer, photo);
    EXPECT_EQ(name_of(result.layer), "Starry Night (invert)");
    EXPECT_LT(gimp_layer_get_mask(result.layer), 0);
    EXPECT_TRUE(gimp_image_is_dirty(canvas.id));
}

TEST(Layers, offsets_may_lie_anywhere) {
    Canvas canvas;
    const int style = canvas.add("style", 9, 9);
    const int offsets[][2] = {{5, 7}, {-11, -13}, {30, -20}, {100, 100}};
    for (const auto& at : offsets) {
        const int photo = canvas.add("photo", 31, 29, true, at[0], at[1]);
        const Result result = stylise(canvas.id, photo, style);
        ASSERT_TRUE(result.done()) << result.sentence;
        expect_in_place(canvas, result.layer, photo);
    }
}

TEST(Layers, a_layer_in_a_group_stays_in_its_group) {
    Canvas canvas;
    const int style = canvas.add("style", 9, 9);
    const int outer = canvas.group("outer");
    const int inner = canvas.group("inner", outer);
    const int photo = canvas.add("photo", 20, 20, true, 3, 4, inner);
    canvas.add("over", 10, 10, false, 0, 0, inner);
    const Result result = stylise(canvas.id, photo, style);
    ASSERT_TRUE(result.done()) << result.sentence;
    EXPECT_EQ(gimp_item_get_parent(result.layer), inner);
    expect_in_place(canvas, result.layer, photo);
    EXPECT_EQ(canvas.layers(inner).size(), 3u);
}

TEST(Layers, a_group_counts_as_what_it_shows) {
    Canvas canvas;
    const int style = canvas.group("styles");
    canvas.add("style", 9, 9, false, 0, 0, style);
    const int group = canvas.group("photos");
    canvas.add("left", 10, 10, false, 2, 3, group);
    canvas.add("right", 10, 10, false, 12, 3, group);
    const auto shown = numbers(group);
    const Result result = stylise(canvas.id, group, style);
    ASSERT_TRUE(result.done()) << result.sentence;
    expect_in_place(canvas, result.layer, group);
    EXPECT_EQ(gimp_drawable_width(result.layer), 20);
    EXPECT_FALSE(gimp_item_is_group(result.layer));
    const auto have = numbers(result.layer);
    for (std::size_t i = 0; i < have.size(); ++i)
        EXPECT_NEAR(have[i], i % 4 == 3 ? shown[i] : 1 - shown[i], 1.01 / 255) << i;
}

TEST(Layers, the_style_may_lie_in_another_image_which_is_left_alone) {
    Canvas canvas, other(12, 12);
    const int photo = canvas.add("photo", 31, 29);
    const int style = other.add("style", 12, 12);
    gimp_image_clean_all(other.id);
    const std::string before = snapshot(other);
    const Result result = stylise(canvas.id, photo, style);
    ASSERT_TRUE(result.done()) << result.sentence;
    EXPECT_EQ(snapshot(other), before);
}

TEST(Layers, a_copy_shows_the_result_in_the_colours_below) {
    Canvas canvas;
    const int style = canvas.add("style", 9, 9), photo = canvas.add("photo", 31, 29, true, 3, -2);
    const auto before = canvas.layers();
    const Result result = stylise(canvas.id, photo, style, "deliver=layers");
    ASSERT_TRUE(result.done()) << result.sentence;
    const auto after = canvas.layers();
    ASSERT_EQ(after.size(), before.size() + 2);
    EXPECT_EQ(after[0], result.layer);
    EXPECT_EQ(after[2], photo);
    EXPECT_EQ(gimp_image_get_active_layer(canvas.id), result.layer);
    EXPECT_EQ(gimp_layer_get_mode(after[1]), GIMP_LAYER_MODE_LCH_LIGHTNESS);
    EXPECT_FALSE(gimp_item_get_visible(after[1]));
    EXPECT_EQ(name_of(after[1]), "style (invert), in the colours below");
    EXPECT_EQ(numbers(after[1]), numbers(result.layer));

    // over the content it has its hue, and the result's lightness
    gimp_item_set_visible(result.layer, FALSE);
    gimp_item_set_visible(after[1], TRUE);
    gimp_item_set_visible(style, FALSE);
    const int shown = gimp_layer_new_from_visible(canvas.id, canvas.id, "shown");
    gimp_image_insert_layer(canvas.id, shown, 0, 0);
    const auto seen = numbers(shown), made = numbers(result.layer), own = numbers(photo);
    const auto luma = [](const std::vector<double>& pixels, std::size_t i) {
        return 0.299 * pixels[i] + 0.587 * pixels[i + 1] + 0.114 * pixels[i + 2];
    };
    double from_result = 0, from_content = 0;
    int compared = 0;
    for (int y = 2; y < 27; ++y)
        for (int x = 0; x < 31; ++x) {
            const std::size_t at = 4 * std::size_t(y * 31 + x), seen_at = 4 * std::size_t((y - 2) * 40 + x + 3);
            if (own[at + 3] < 1) continue;
            from_result += std::abs(luma(seen, seen_at) - luma(made, at));
            from_content += std::abs(luma(seen, seen_at) - luma(own, at));
            ++compared;
        }
    ASSERT_GT(compared, 0);
    EXPECT_LT(from_result, from_content / 3);
}

TEST(Layers, a_grey_layer_needs_no_copy) {
    Canvas canvas(40, 30, GIMP_GRAY);
    const int style = canvas.add("style", 9, 9), photo = canvas.add("photo", 31, 29);
    const Result result = stylise(canvas.id, photo, style, "deliver=layers");
    ASSERT_TRUE(result.done()) << result.sentence;
    EXPECT_EQ(canvas.layers().size(), 3u);
}

TEST(Layers, a_channel_covers_what_lies_under_it) {
    Canvas canvas(40, 30);
    const int layer = canvas.add("partly outside", 20, 10, false, -5, 15);
    gimp_image_select_rectangle(canvas.id, GIMP_CHANNEL_OP_REPLACE, 0, 0, 10, 20);
    const int channel = gimp_selection_save(canvas.id);
    gimp_item_set_name(channel, "corner");
    gimp_selection_none(canvas.id);

    GimpHost host;
    const auto channels = host.channels();
    ASSERT_TRUE(std::any_of(channels.begin(), channels.end(), [&](const Channel& one) {
        return one.id == channel && one.image == canvas.id && one.name == "corner";
    }));
    const Mask mask = all_of(*host.reading_region(channel, layer));
    ASSERT_EQ(mask.width, 20);
    ASSERT_EQ(mask.height, 10);
    for (int y = 0; y < 10; ++y)
        for (int x = 0; x < 20; ++x)
            EXPECT_EQ(mask.values.at(std::size_t(20 * y + x)), x >= 5 && x < 15 && y < 5 ? 1 : 0) << x << ", " << y;
    const Mask small = host.small_region(channel, layer, 10);
    EXPECT_EQ(small.width, 10);
    EXPECT_EQ(small.height, 5);
    EXPECT_EQ(small.values.at(5), 1);
    EXPECT_EQ(small.values.at(9), 0);
    gimp_image_remove_channel(canvas.id, channel);
    EXPECT_THROW(host.reading_region(channel, layer), Error);
    EXPECT_THROW(host.small_region(channel, layer, 10), Error);
}

TEST(Layers, a_selection_becomes_the_mask) {
    Canvas canvas;
    const int style = canvas.add("style", 9, 9);
    const int photo = canvas.add("photo", 20, 20, false, -4, 6);
    gimp_image_select_rectangle(canvas.id, GIMP_CHANNEL_OP_REPLACE, 2, 10, 8, 5);
    const Result result = stylise(canvas.id, photo, style);
    ASSERT_TRUE(result.done()) << result.sentence;
    expect_in_place(canvas, result.layer, photo);
    const int mask = gimp_layer_get_mask(result.layer);
    ASSERT_GE(mask, 0);
    const auto values = mask_numbers(mask);
    for (int y = 0; y < 20; ++y)
        for (int x = 0; x < 20; ++x) {
            const int canvas_x = x - 4, canvas_y = y + 6;
            const bool inside = canvas_x >= 2 && canvas_x < 10 && canvas_y >= 10 && canvas_y < 15;
            EXPECT_NEAR(values[std::size_t(y * 20 + x)], inside ? 1 : 0, 1e-4) << x << ' ' << y;
        }
    EXPECT_FALSE(gimp_selection_is_empty(canvas.id));
}

TEST(Layers, a_soft_selection_becomes_a_soft_mask) {
    Canvas canvas;
    const int style = canvas.add("style", 9, 9);
    const int photo = canvas.add("photo", 40, 30);
    gimp_image_select_ellipse(canvas.id, GIMP_CHANNEL_OP_REPLACE, 5, 5, 25, 20);
    gimp_selection_feather(canvas.id, 8);
    const auto selection = mask_numbers(gimp_image_get_selection(canvas.id));
    const Result result = stylise(canvas.id, photo, style);
    ASSERT_TRUE(result.done()) << result.sentence;
    EXPECT_EQ(mask_numbers(gimp_layer_get_mask(result.layer)), selection);
}

TEST(Layers, what_is_selected_while_a_run_is_on_changes_nothing) {
    Canvas canvas(60, 40);
    const int photo = canvas.add("photo", 40, 30, false, -3, 2);
    canvas.mask(photo);
    gimp_image_select_ellipse(canvas.id, GIMP_CHANNEL_OP_REPLACE, 5, 5, 25, 20);
    gimp_selection_feather(canvas.id, 8);
    GimpHost host;
    NewLayer what;
    what.source = photo;
    what.name = "painted";
    what.mask = std::make_shared<const Mask>(all_of(*host.reading_content_mask(photo, -1)));
    const Mask small = host.small_content_mask(photo, 20);
    ASSERT_EQ(small.width, 20);
    ASSERT_EQ(small.height, 15);
    for (int y = 1; y < 14; ++y)  // what a draft is of is the same, but for what falls between pixels
        for (int x = 1; x < 19; ++x) {
            double least = 1, most = 0;
            for (int near_y = 2 * y - 2; near_y < 2 * y + 4; ++near_y)
                for (int near_x = 2 * x - 2; near_x < 2 * x + 4; ++near_x) {
                    const double value = double(what.mask->values.at(std::size_t(40 * near_y + near_x)));
                    least = std::min(least, value);
                    most = std::max(most, value);
                }
            EXPECT_GE(double(small.values.at(std::size_t(20 * y + x))), least - 0.01) << x << ", " << y;
            EXPECT_LE(double(small.values.at(std::size_t(20 * y + x))), most + 0.01) << x << ", " << y;
        }

    // Now what is selected is not of the layer at all, and its mask is gone.
    gimp_image_select_rectangle(canvas.id, GIMP_CHANNEL_OP_REPLACE, 50, 30, 5, 5);
    gimp_layer_remove_mask(photo, GIMP_MASK_DISCARD);
    EXPECT_THROW(host.check_content(photo), Error);
    host.check_target(photo);
    const auto picture = std::make_shared<const Image>(host.read_content(photo));
    const int painted = all_of(*host.adding_layer(what, picture));
    const auto mask = mask_numbers(gimp_layer_get_mask(painted));
    ASSERT_EQ(mask.size(), what.mask->values.size());
    for (std::size_t i = 0; i < mask.size(); ++i) EXPECT_NEAR(mask[i], double(what.mask->values[i]), 0.51 / 255) << i;
    EXPECT_GT(*std::max_element(mask.begin(), mask.end()), 0.3);

    what.mask.reset();
    EXPECT_LT(gimp_layer_get_mask(all_of(*host.adding_layer(what, picture))), 0);
}

TEST(Layers, the_sources_mask_is_copied) {
    Canvas canvas;
    const int style = canvas.add("style", 9, 9);
    const int photo = canvas.add("photo", 20, 20, true, 3, 3);
    const int own = canvas.mask(photo);
    const Result result = stylise(canvas.id, photo, style);
    ASSERT_TRUE(result.done()) << result.sentence;
    const int mask = gimp_layer_get_mask(result.layer);
    ASSERT_GE(mask, 0);
    EXPECT_EQ(mask_numbers(mask), mask_numbers(own));
    const auto have = numbers(result.layer), source = numbers(photo);  // also where the mask hides it
    for (std::size_t i = 0; i < have.size(); ++i)
        EXPECT_NEAR(have[i], i % 4 == 3 ? source[i] : 1 - source[i], 1.01 / 255);
}

TEST(Layers, a_mask_and_a_selection_limit_together) {
    Canvas canvas;
    const int style = canvas.add("style", 9, 9);
    const int photo = canvas.add("photo", 20, 20);
    const auto own = mask_numbers(canvas.mask(photo));
    gimp_image_select_rectangle(canvas.id, GIMP_CHANNEL_OP_REPLACE, 0, 0, 20, 10);
    const Result result = stylise(canvas.id, photo, style);
    ASSERT_TRUE(result.done()) << result.sentence;
    const auto mask = mask_numbers(gimp_layer_get_mask(result.layer));
    for (std::size_t i = 0; i < mask.size(); ++i) EXPECT_NEAR(mask[i], i < 200 ? own[i] : 0, 0.51 / 255);
}

TEST(Layers, a_mask_that_is_switched_off_is_not_copied) {
    Canvas canvas;
    const int style = canvas.add("style", 9, 9);
    const int photo = canvas.add("photo", 20, 20);
    canvas.mask(photo);
    gimp_layer_set_apply_mask(photo, FALSE);
    const Result result = stylise(canvas.id, photo, style);
    ASSERT_TRUE(result.done()) << result.sentence;
    EXPECT_LT(gimp_layer_get_mask(result.layer), 0);
}

TEST(Layers, thin_ones_work) {
    Canvas canvas(300, 300);
    const int style = canvas.add("style", 9, 9);
    for (const auto& size : {std::pair(2, 2), std::pair(2, 300), std::pair(300, 2)}) {
        const Result result = stylise(canvas.id, canvas.add("thin", size.first, size.second), style);
        EXPECT_TRUE(result.done()) << result.sentence;
    }
}

TEST(Layers, styles_blend) {
    Canvas canvas, other;
    const int photo = canvas.add("photo", 31, 29);
    const int dots = canvas.add("dots", 9, 9), lines = other.add("lines", 8, 8);
    Result result = stylise_blend(canvas.id, photo, {dots, lines}, {1, 0.5});
    ASSERT_TRUE(result.done()) << result.sentence;
    EXPECT_EQ(name_of(result.layer), "dots + lines (invert)");
    expect_in_place(canvas, result.layer, photo);
    result = stylise_blend(canvas.id, photo, {dots, lines}, {});
    ASSERT_TRUE(result.done()) << result.sentence;
    result = stylise_blend(canvas.id, photo, {dots, lines}, {0, 1});
    ASSERT_TRUE(result.done()) << result.sentence;
    EXPECT_EQ(name_of(result.layer), "lines (invert)");
}

TEST(Layers, the_last_run_is_repeated) {
    Canvas canvas;
    const int photo = canvas.add("photo", 31, 29);
    const int style = canvas.add("style", 9, 9);
    ASSERT_TRUE(stylise(canvas.id, photo, style, "network=copy").done());
    const Result result = stylise(canvas.id, photo, -1, "", 1, 1000, 5, GIMP_RUN_WITH_LAST_VALS);
    ASSERT_TRUE(result.done()) << result.sentence;
    EXPECT_EQ(numbers(result.layer), numbers(photo));  // the copying engine again
    EXPECT_EQ(name_of(result.layer).substr(0, 5), "style");
}

}  // namespace
