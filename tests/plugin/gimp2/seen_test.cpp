// What the canvas shows: a run that changes nothing leaves it as it was, whatever the layer is blended with, and
// whatever becomes of the layer while it is painted.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>

#include "canvas.hpp"
#include "gimp_host.hpp"
#include "neural-style/error.hpp"

using namespace neural_style;

namespace {

// What the canvas shows, as a drawable's numbers.
std::vector<double> canvas_numbers(int image) {
    const int visible = gimp_layer_new_from_visible(image, image, "visible");
    const auto values = numbers(visible);
    gimp_item_delete(visible);
    return values;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
    EXPECT_EQ(a.size(), b.size());
    double largest = a.size() == b.size() ? 0 : 1;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        const std::size_t alpha = i - i % 4 + 3;
        if (a[alpha] < 0.5 / 255 && b[alpha] < 0.5 / 255) continue;  // colours that nobody sees
        largest = std::max(largest, std::abs(a[i] - b[i]));
    }
    return largest;
}

// Large shapes without a symmetry, of any size: the corner (left, top) of a picture of the size (width, height).
void paint_scene(int layer, int width, int height, int left = 0, int top = 0) {
    const int own_width = gimp_drawable_width(layer), own_height = gimp_drawable_height(layer);
    std::vector<double> values;
    for (int y = 0; y < own_height; ++y)
        for (int x = 0; x < own_width; ++x) {
            const double u = (x + left + 0.5) / width, v = (y + top + 0.5) / height;
            const double light = 0.5 + 0.25 * std::sin(5 * u + 3 * v * v) * std::cos(7 * v - u) + 0.1 * u;
            if (gimp_drawable_is_gray(layer))
                values.insert(values.end(), {light, 1});
            else
                values.insert(values.end(), {light, 0.8 * light + 0.1 * u, 0.3 + 0.4 * light * v, 1});
        }
    set_numbers(layer, values);
}

class Seen : public testing::Test {
protected:
    Canvas canvas{60, 40};
    const int style = canvas.add("style", 9, 9);

    int scene(const char* name, int width = 60, int height = 40, bool alpha = true, int x = 0, int y = 0,
              int parent = 0) {
        const int layer = canvas.add(name, width, height, alpha, x, y, parent);
        paint_scene(layer, width, height);
        return layer;
    }
    Result copy(int layer) { return stylise(canvas.id, layer, style, "network=copy"); }
};

// A ground below and a light layer above a group in the mode Pass Through, with a tone in the group and on the whole of
// it.
TEST_F(Seen, a_pass_through_group_counts_as_what_the_canvas_shows_with_it) {
    scene("ground");
    const int group = canvas.group("tones");
    const int tone = canvas.add("tone", 50, 30, true, 3, 4, group);
    gimp_layer_set_mode(tone, GIMP_LAYER_MODE_MULTIPLY);
    gimp_layer_set_mode(group, GIMP_LAYER_MODE_PASS_THROUGH);
    const auto plain = canvas_numbers(canvas.id);
    for (const bool finer : {false, true}) {
        if (finer) {
            gimp_layer_set_opacity(group, 60);
            canvas.mask(group);
        }
        const auto before = canvas_numbers(canvas.id);
        EXPECT_EQ(finer, largest_difference(before, plain) > 0.02);
        const Result result = copy(group);
        ASSERT_TRUE(result.done()) << result.sentence;
        EXPECT_LE(largest_difference(canvas_numbers(canvas.id), before), 1.01 / 255) << finer;
        gimp_item_set_visible(group, FALSE);
        EXPECT_LE(largest_difference(canvas_numbers(canvas.id), before), 1.01 / 255) << finer;
        gimp_item_set_visible(group, TRUE);
        EXPECT_EQ(gimp_layer_get_opacity(result.layer), 100);
        EXPECT_LT(gimp_layer_get_mask(result.layer), 0);  // it shows in the picture already
        EXPECT_EQ(gimp_drawable_width(result.layer), 50);
        gimp_image_remove_layer(canvas.id, result.layer);
    }
}

TEST_F(Seen, a_pass_through_group_is_read_without_what_lies_above_it) {
    scene("ground");
    const int outer = canvas.group("outer"), middle = canvas.group("middle", outer);
    const int inner = canvas.group("inner", middle);
    scene("low", 30, 30, true, 5, 5, inner);
    gimp_layer_set_mode(canvas.add("tone", 40, 20, true, -4, 10, inner), GIMP_LAYER_MODE_DIFFERENCE);
    canvas.add("beside", 20, 20, true, 10, 10, middle);
    canvas.add("over", 30, 20, true, 20, 10, outer);
    canvas.add("on top", 10, 10, true, 8, 8);
    for (const int group : {middle, inner}) gimp_layer_set_mode(group, GIMP_LAYER_MODE_PASS_THROUGH);
    gimp_layer_set_opacity(middle, 70);
    for (const bool outer_too : {false, true}) {
        if (outer_too) gimp_layer_set_mode(outer, GIMP_LAYER_MODE_PASS_THROUGH);
        gimp_image_clean_all(canvas.id);
        const auto before = canvas_numbers(canvas.id);
        int images = 0, images_after = 0;
        g_free(gimp_image_list(&images));
        const Result result = copy(inner);
        ASSERT_TRUE(result.done()) << result.sentence;
        gimp_item_set_visible(inner, FALSE);
        EXPECT_LE(largest_difference(canvas_numbers(canvas.id), before), 2.01 / 255) << outer_too;
        gimp_item_set_visible(inner, TRUE);
        EXPECT_EQ(gimp_item_get_parent(result.layer), middle);
        g_free(gimp_image_list(&images_after));
        EXPECT_EQ(images_after, images);  // what was copied to look at is gone again
        gimp_image_remove_layer(canvas.id, result.layer);
    }
}

TEST_F(Seen, a_pass_through_group_gives_as_a_style_what_it_shows_and_so_do_drafts) {
    const int photo = scene("photo");
    const int group = canvas.group("tones");
    const auto flat = [&](const char* name, int parent, double level) {
        const int layer = canvas.add(name, 60, 40, true, 0, 0, parent);
        std::vector<double> values;
        for (int i = 0; i < 60 * 40; ++i) values.insert(values.end(), {level, level, level, 1});
        set_numbers(layer, values);
        return layer;
    };
    gimp_layer_set_mode(flat("tone", group, 128 / 255.), GIMP_LAYER_MODE_MULTIPLY);
    const int ground = flat("ground", 0, 200 / 255.);
    gimp_image_reorder_item(canvas.id, ground, 0, gimp_image_get_item_position(canvas.id, group));
    gimp_layer_set_mode(group, GIMP_LAYER_MODE_PASS_THROUGH);
    const Result result = stylise(canvas.id, photo, group, "network=style");
    ASSERT_TRUE(result.done()) << result.sentence;
    EXPECT_NEAR(numbers(result.layer)[0], 200. * 128 / 255 / 255, 2.01 / 255);
    GimpHost host;
    const Image small = host.thumbnail(group, 20);
    EXPECT_EQ(small.width, 20);
    EXPECT_NEAR(double(small.pixel(10, 5)[0]), 200. * 128 / 255 / 255, 2.01 / 255);
    EXPECT_NEAR(double(small.pixel(10, 5)[3]), 1, 0.01);
}

TEST_F(Seen, in_place_of_its_source_the_result_is_blended_as_it_was) {
    scene("ground");
    const int photo = canvas.add("photo", 31, 29, true, 3, 4);
    canvas.mask(photo);
    const int group = canvas.group("photos");
    canvas.add("left", 20, 20, true, 2, 3, group);
    canvas.add("right", 20, 20, true, 12, 3, group);
    canvas.add("over", 10, 10, true, 8, 8);
    for (const int source : {photo, group})
        for (const auto& [mode, opacity] :
             {std::pair(GIMP_LAYER_MODE_NORMAL, 40.), std::pair(GIMP_LAYER_MODE_SOFTLIGHT, 100.),
              std::pair(GIMP_LAYER_MODE_MULTIPLY, 70.), std::pair(GIMP_LAYER_MODE_MULTIPLY_LEGACY, 70.),
              std::pair(GIMP_LAYER_MODE_LCH_COLOR, 80.), std::pair(GIMP_LAYER_MODE_ERASE, 50.)}) {
            gimp_layer_set_mode(source, mode);
            gimp_layer_set_opacity(source, opacity);
            gimp_layer_set_blend_space(source, mode == GIMP_LAYER_MODE_MULTIPLY ? GIMP_LAYER_COLOR_SPACE_RGB_LINEAR
                                                                                : GIMP_LAYER_COLOR_SPACE_AUTO);
            const auto before = canvas_numbers(canvas.id);
            const Result result = copy(source);
            ASSERT_TRUE(result.done()) << result.sentence;
            EXPECT_TRUE(gimp_item_get_visible(source));  // is left alone
            gimp_item_set_visible(source, FALSE);
            EXPECT_LE(largest_difference(canvas_numbers(canvas.id), before), 1.01 / 255) << mode << ' ' << opacity;
            gimp_item_set_visible(source, TRUE);
            gimp_image_remove_layer(canvas.id, result.layer);
        }
}

// A large style beside a small content is made smaller while it is read, and keeps its colours and what its mask hides.
TEST_F(Seen, a_large_style_is_read_as_small_as_it_is_needed) {
    const int photo = scene("photo"), large = canvas.add("large", 613, 500);
    paint_scene(large, 613, 500);
    canvas.mask(large);
    GimpHost host;
    const Image whole = all_of(*host.reading_style(large, photo, 0)),
                small = all_of(*host.reading_style(large, photo, 61));
    ASSERT_EQ(std::pair(whole.width, whole.height), std::pair(613, 500));
    ASSERT_EQ(std::pair(small.width, small.height), std::pair(62, 50));
    for (const auto& [x, y] : {std::pair(0, 0), std::pair(30, 20), std::pair(61, 49)}) {
        double sum[4] = {};
        const int right = std::min(613, 10 * x + 10);
        for (int v = 10 * y; v < 10 * y + 10; ++v)
            for (int u = 10 * x; u < right; ++u)
                for (int c = 0; c < 4; ++c)
                    sum[c] += double(whole.pixel(u, v)[c]) * (c < 3 ? double(whole.pixel(u, v)[3]) : 1);
        for (int c = 0; c < 3; ++c) EXPECT_NEAR(double(small.pixel(x, y)[c]), sum[c] / sum[3], 1e-4) << x << c;
        EXPECT_NEAR(double(small.pixel(x, y)[3]), sum[3] / (10 * (right - 10 * x)), 1e-4);
    }
    // A guide's region of it too.
    gimp_image_select_rectangle(canvas.id, GIMP_CHANNEL_OP_REPLACE, 0, 0, 60, 20);
    const int top = gimp_selection_save(canvas.id);
    gimp_selection_none(canvas.id);
    const Result result = stylise_guided(canvas.id, photo, large, top, top, "network=guide");
    ASSERT_TRUE(result.done()) << result.sentence;
    EXPECT_NEAR(numbers(result.layer)[1], 60. * 20 / (613 * 500), 2. / 255);  // the mean of the region
}

// A picture of a layer, finished: it is the layer as it was read, with its mask.
struct Finished {
    NewLayer what;
    std::shared_ptr<const Image> picture;
    std::shared_ptr<Origin> origin;
};

Finished finished(GimpHost& host, int source) {
    Finished made;
    made.origin = host.origin(source);
    made.picture = std::make_shared<const Image>(host.read_content(source));
    while (made.origin->look.take_some(*made.picture)) {
    }
    made.what.source = source;
    made.what.name = "painted";
    made.what.origin = made.origin;
    const Mask mask = all_of(*host.reading_content_mask(source, -1));
    if (!mask.empty()) made.what.mask = std::make_shared<const Mask>(mask);
    return made;
}

class Meanwhile : public Seen {
protected:
    GimpHost host;

    // The layer that was made lies exactly over its source as it is now, and is what the source is now.
    void expect_over(int made, int source, double tolerance) {
        int x = 0, y = 0, source_x = 0, source_y = 0;
        gimp_drawable_offsets(made, &x, &y);
        gimp_drawable_offsets(source, &source_x, &source_y);
        EXPECT_EQ(std::pair(x, y), std::pair(source_x, source_y));
        EXPECT_EQ(gimp_drawable_width(made), gimp_drawable_width(source));
        EXPECT_EQ(gimp_drawable_height(made), gimp_drawable_height(source));
        EXPECT_EQ(gimp_item_get_image(made), gimp_item_get_image(source));
        EXPECT_LE(largest_difference(numbers(made), numbers(source)), tolerance);
    }
};

TEST_F(Meanwhile, the_picture_lies_where_the_sources_pixels_are_now) {
    const auto photo_then = [](int photo, const char* what) -> double {
        const int image = gimp_item_get_image(photo);
        const std::string change = what;
        if (change == "crop") gimp_image_crop(image, 30, 20, 20, 10);
        if (change == "scale down") gimp_image_scale(image, 30, 20);
        if (change == "scale up") gimp_image_scale(image, 150, 90);
        if (change == "turn") gimp_image_rotate(image, GIMP_ROTATE_90);
        if (change == "half turn") gimp_image_rotate(image, GIMP_ROTATE_180);
        if (change == "turn back") gimp_image_rotate(image, GIMP_ROTATE_270);
        if (change == "flip") gimp_image_flip(image, GIMP_ORIENTATION_VERTICAL);
        if (change == "flip the layer") gimp_item_transform_flip_simple(photo, GIMP_ORIENTATION_HORIZONTAL, TRUE, 0);
        if (change == "scale the layer") gimp_layer_scale(photo, 45, 30, TRUE);
        if (change == "cut the layer") gimp_layer_resize(photo, 30, 25, -11, -8);
        if (change == "move") gimp_layer_set_offsets(photo, 7, -3);
        if (change == "larger canvas") gimp_image_resize(image, 90, 90, 20, 10);
        if (change == "flip and crop") {
            gimp_image_flip(image, GIMP_ORIENTATION_HORIZONTAL);
            gimp_image_crop(image, 40, 25, 3, 6);
        }
        return change.find("scale") == 0 ? 3. / 255 : 0.51 / 255;
    };
    for (const char* change :
         {"nothing", "crop", "scale down", "scale up", "turn", "half turn", "turn back", "flip", "flip the layer",
          "scale the layer", "cut the layer", "move", "larger canvas", "flip and crop"}) {
        SCOPED_TRACE(change);
        Canvas image(60, 40);
        const int photo = image.add("photo", 60, 40, true);
        paint_scene(photo, 60, 40);
        const Finished made = finished(host, photo);
        const double tolerance = photo_then(photo, change);
        const auto before = canvas_numbers(image.id);
        gimp_image_clean_all(image.id);
        const int layer = all_of(*host.adding_layer(made.what, made.picture));
        expect_over(layer, photo, tolerance);
        EXPECT_EQ(image.layers(), (std::vector<int>{layer, photo}));
        EXPECT_LE(largest_difference(canvas_numbers(image.id), before), tolerance);
    }
}

TEST_F(Meanwhile, its_mask_and_the_copy_for_other_colours_go_along) {
    const int photo = scene("photo", 50, 30, true, 4, 5);
    const int mask = canvas.mask(photo);
    gimp_layer_set_opacity(photo, 80);
    Finished made = finished(host, photo);
    made.what.luminance_copy = true;
    made.what.record = "[neural-style]";
    gimp_image_flip(canvas.id, GIMP_ORIENTATION_HORIZONTAL);
    gimp_image_crop(canvas.id, 40, 30, 9, 7);
    const int layer = all_of(*host.adding_layer(made.what, made.picture));
    expect_over(layer, photo, 0.51 / 255);
    ASSERT_GE(gimp_layer_get_mask(layer), 0);
    const auto have = mask_numbers(gimp_layer_get_mask(layer)), want = mask_numbers(mask);
    ASSERT_EQ(have.size(), want.size());
    for (std::size_t i = 0; i < have.size(); ++i) EXPECT_NEAR(have[i], want[i], 0.51 / 255) << i;
    EXPECT_EQ(gimp_layer_get_opacity(layer), 80);
    EXPECT_EQ(host.record(layer), made.what.record);
    EXPECT_EQ(gimp_image_get_active_drawable(canvas.id), layer);
    gchar* name = gimp_item_get_name(layer);
    EXPECT_STREQ(name, "painted");
    g_free(name);
    const int copy = canvas.layers()[1];
    EXPECT_EQ(gimp_layer_get_mode(copy), GIMP_LAYER_MODE_LCH_LIGHTNESS);
    EXPECT_FALSE(gimp_item_get_visible(copy));
    EXPECT_EQ(numbers(copy), numbers(layer));
}

TEST_F(Meanwhile, what_was_only_painted_over_changes_nothing) {
    const int photo = scene("photo");
    const Finished made = finished(host, photo);
    std::vector<double> values = numbers(photo);
    for (std::size_t i = 0; i < values.size() / 2; ++i) values[i] = i % 4 == 3 ? 1 : 1 - values[i];
    set_numbers(photo, values);
    const int layer = all_of(*host.adding_layer(made.what, made.picture));
    int x = 1, y = 1;
    gimp_drawable_offsets(layer, &x, &y);
    EXPECT_EQ(std::pair(x, y), std::pair(0, 0));
    const auto have = numbers(layer);
    EXPECT_LE(std::abs(have[0] - double(made.picture->rgba[0])), 0.51 / 255);
}

TEST_F(Meanwhile, other_colours_of_the_image_are_taken_on) {
    const int photo = scene("photo");
    set_numbers(photo, [&] {  // far from grey, whose numbers stay
        auto values = numbers(photo);
        for (std::size_t i = 0; i < values.size(); i += 4) values[i] *= 0.6;
        return values;
    }());
    const auto before = numbers(photo);
    const Finished made = finished(host, photo);
    GimpColorProfile* adobe = gimp_color_profile_new_rgb_adobe();
    gimp_image_convert_color_profile(canvas.id, adobe, GIMP_COLOR_RENDERING_INTENT_RELATIVE_COLORIMETRIC, FALSE);
    g_object_unref(adobe);
    EXPECT_GT(largest_difference(numbers(photo), before), 0.03);
    expect_over(all_of(*host.adding_layer(made.what, made.picture)), photo, 2.01 / 255);
    gimp_image_convert_precision(canvas.id, GIMP_PRECISION_FLOAT_LINEAR);
    expect_over(all_of(*host.adding_layer(made.what, made.picture)), photo, 2.01 / 255);
    gimp_image_convert_grayscale(canvas.id);
    const int grey = all_of(*host.adding_layer(made.what, made.picture));
    EXPECT_TRUE(gimp_drawable_is_gray(grey));
    const auto have = numbers(grey), want = numbers(photo);
    ASSERT_EQ(have.size(), want.size());
    for (std::size_t i = 0; i < have.size(); i += 2) EXPECT_NEAR(have[i], want[i], 3. / 255) << i;
}

// Whatever becomes of the source, the picture is not lost.
TEST_F(Meanwhile, what_has_no_place_any_more_becomes_an_image_of_its_own) {
    for (const char* change : {"turned by some degrees", "deleted", "image closed", "merged", "indexed", "floating"}) {
        SCOPED_TRACE(change);
        const std::string what = change;
        auto image = std::make_unique<Canvas>(60, 40);
        image->add("ground", 60, 40);
        const int photo = image->add("photo", 60, 40, true);
        paint_scene(photo, 60, 40);
        const auto source_numbers = numbers(photo);
        Finished made = finished(host, photo);
        made.what.record = "[neural-style]";
        if (what == "turned by some degrees") gimp_item_transform_rotate(photo, 0.3, TRUE, 0, 0);
        if (what == "deleted") gimp_image_remove_layer(image->id, photo);
        if (what == "image closed") image.reset();
        if (what == "merged") gimp_image_merge_down(image->id, photo, GIMP_EXPAND_AS_NECESSARY);
        if (what == "indexed")
            gimp_image_convert_indexed(image->id, GIMP_CONVERT_DITHER_NONE, GIMP_CONVERT_PALETTE_GENERATE, 8, FALSE,
                                       FALSE, "");
        if (what == "floating") {
            gimp_image_select_rectangle(image->id, GIMP_CHANNEL_OP_REPLACE, 0, 0, 10, 10);
            gimp_selection_float(image->id, photo, 0, 0);
        }
        const std::string before = image ? snapshot(*image) : std::string();
        const int layer = all_of(*host.adding_layer(made.what, made.picture));
        ASSERT_TRUE(gimp_item_is_valid(layer));
        const int own = gimp_item_get_image(layer);
        if (image) {
            EXPECT_NE(own, image->id);
            EXPECT_EQ(snapshot(*image), before);
        }
        EXPECT_EQ(gimp_image_width(own), 60);
        EXPECT_EQ(gimp_image_height(own), 40);
        EXPECT_EQ(host.record(layer), made.what.record);
        EXPECT_LE(largest_difference(numbers(layer), source_numbers), 0.51 / 255);
        gimp_image_delete(own);
    }
}

TEST_F(Meanwhile, a_change_while_the_layer_is_written_is_seen_too) {
    const int photo = scene("photo");
    const Finished made = finished(host, photo);
    const auto adding = host.adding_layer(made.what, made.picture);
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(adding->step());
    gimp_image_crop(canvas.id, 30, 20, 20, 10);
    expect_over(all_of(*adding), photo, 0.51 / 255);
}

TEST_F(Meanwhile, it_is_one_step_of_undo) {
    const int photo = scene("photo");
    const Finished made = finished(host, photo);
    gimp_image_flip(canvas.id, GIMP_ORIENTATION_HORIZONTAL);
    gimp_image_clean_all(canvas.id);
    const auto before = canvas.layers();
    all_of(*host.adding_layer(made.what, made.picture));
    EXPECT_TRUE(gimp_image_is_dirty(canvas.id));
    EXPECT_EQ(canvas.layers().size(), before.size() + 1);
}

}  // namespace
