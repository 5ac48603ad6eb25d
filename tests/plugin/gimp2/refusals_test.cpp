// What cannot work: each ends with a sentence that says why, and leaves the image bit-equal and clean.
#include <gtest/gtest.h>

#include "canvas.hpp"

using namespace neural_style;

namespace {

void expect_refused(const Canvas& canvas, const std::function<Result()>& call, const std::string& words) {
    SCOPED_TRACE(words);
    gimp_image_clean_all(canvas.id);
    const std::string before = snapshot(canvas);
    const Result result = call();
    EXPECT_FALSE(result.done());
    EXPECT_NE(result.sentence.find(words), std::string::npos) << result.sentence;
    EXPECT_EQ(result.sentence.back(), '.');
    EXPECT_EQ(snapshot(canvas), before);
}

class Refusals : public testing::Test {
protected:
    Canvas canvas;
    int style = canvas.add("style", 9, 9);
    int photo = canvas.add("photo", 31, 29, true);

    void refuse(int drawable, int style_layer, const std::string& words) {
        expect_refused(
            canvas, [&] { return stylise(canvas.id, drawable, style_layer); }, words);
    }
    void refuse_settings(const std::string& settings, const std::string& words, double content_weight = 1,
                         double style_weight = 1000, int iterations = 5) {
        expect_refused(
            canvas,
            [&] { return stylise(canvas.id, photo, style, settings, content_weight, style_weight, iterations); },
            words);
    }
};

TEST_F(Refusals, an_indexed_image) {
    Canvas indexed(20, 20, GIMP_INDEXED);
    const int layer = indexed.add("indexed", 20, 20);
    expect_refused(
        indexed, [&] { return stylise(indexed.id, layer, style); }, "is indexed");
}

TEST_F(Refusals, a_floating_selection) {
    gimp_image_select_rectangle(canvas.id, GIMP_CHANNEL_OP_REPLACE, 2, 2, 9, 9);
    const int floating = gimp_selection_float(canvas.id, photo, 1, 1);
    refuse(floating, style, "floating selection");
    refuse(photo, style, "floating selection");
    gimp_floating_sel_anchor(floating);
    EXPECT_TRUE(stylise(canvas.id, photo, style).done());
}

TEST_F(Refusals, a_layer_of_one_pixel_or_one_row) {
    refuse(canvas.add("dot", 1, 1), style, "“dot” is too small (1 × 1 pixels)");
    refuse(canvas.add("row", 30, 1), style, "“row” is too small (30 × 1 pixels)");
    refuse(canvas.group("nothing"), style, "too small");
    refuse(photo, canvas.add("spot", 1, 1), "“spot” is too small");
}

TEST_F(Refusals, a_layer_that_shows_nothing) {
    const int glass = canvas.add("glass", 10, 10, true);
    gimp_drawable_fill(glass, GIMP_FILL_TRANSPARENT);
    refuse(glass, style, "“glass” is entirely transparent");
    refuse(photo, glass, "“glass” is entirely transparent");
    const int hidden = canvas.add("hidden", 10, 10);
    gimp_layer_add_mask(hidden, gimp_layer_create_mask(hidden, GIMP_ADD_MASK_BLACK));
    refuse(photo, hidden, "“hidden” is entirely transparent");
}

TEST_F(Refusals, a_style_that_is_the_content) { refuse(photo, photo, "“photo” cannot be its own style"); }

TEST_F(Refusals, no_style) { refuse(photo, -1, "No style was chosen"); }

TEST_F(Refusals, a_mask_or_a_channel_in_place_of_a_layer) {
    const int mask = canvas.mask(photo);
    refuse(mask, style, "is a layer mask");
    refuse(photo, mask, "is a layer mask");
    const GimpRGB black = {0, 0, 0, 1};
    const int channel = gimp_channel_new(canvas.id, "holes", 40, 30, 50, &black);
    gimp_image_insert_channel(canvas.id, channel, 0, 0);
    refuse(channel, style, "“holes” is a channel");
    refuse(photo, channel, "“holes” is a channel");
    refuse(gimp_image_get_selection(canvas.id), style, "is a channel");
}

TEST_F(Refusals, a_layer_of_another_image) {
    Canvas other;
    const int elsewhere = other.add("elsewhere", 9, 9);
    expect_refused(
        canvas, [&] { return stylise(canvas.id, elsewhere, style); }, "does not belong to the image");
}

TEST_F(Refusals, a_selection_beside_the_layer) {
    gimp_image_select_rectangle(canvas.id, GIMP_CHANNEL_OP_REPLACE, 35, 0, 5, 30);
    refuse(photo, style, "does not touch the layer “photo”");
}

TEST_F(Refusals, settings_that_cannot_be) {
    refuse_settings("", "content-weight cannot be \"-1\"", -1);
    refuse_settings("", "style-weight cannot be \"-0.5\"", 1, -0.5);
    refuse_settings("", "iterations cannot be \"0\"", 1, 1000, 0);
    refuse_settings("", "iterations cannot be \"10001\"", 1, 1000, 10001);
    refuse_settings("colour=red", "no setting called \"colour\"");
    refuse_settings("loss=none", "loss cannot be \"none\"; allowed: auto, tutorial");
    refuse_settings("size=big", "size cannot be \"big\"");
    refuse_settings("nonsense", "write key=value");
}

TEST_F(Refusals, blends_that_do_not_add_up) {
    const int other = canvas.add("other", 9, 9);
    expect_refused(
        canvas,
        [&] {
            return stylise_blend(canvas.id, photo, {style, other}, {1});
        },
        "2 styles but 1 weights");
    expect_refused(
        canvas,
        [&] {
            return stylise_blend(canvas.id, photo, {style, other}, {0, 0});
        },
        "weight 0");
    expect_refused(
        canvas,
        [&] {
            return stylise_blend(canvas.id, photo, {style, other}, {1, -1});
        },
        "cannot be -1");
    expect_refused(
        canvas,
        [&] {
            return stylise_blend(canvas.id, photo, {style, photo}, {1, 1});
        },
        "its own style");
    expect_refused(
        canvas, [&] { return stylise_blend(canvas.id, photo, {}, {}); }, "No style");
    expect_refused(
        canvas,
        [&] {
            return stylise_blend(canvas.id, photo, {style, 99999}, {1, 1});
        },
        "99999");
}

TEST_F(Refusals, a_worker_that_is_killed_or_fails_in_mid_run) {
    refuse_settings("network=die", "memory ran out");
    refuse_settings("network=crash", "crashed (signal 11)");
    refuse_settings("network=exit", "ended unexpectedly");
    refuse_settings("network=garbage", "do not understand each other");
    refuse_settings("network=truncate", "ended unexpectedly");
    refuse_settings("network=size", "do not understand each other");
    refuse_settings("network=refuse", "weights file is damaged");
    EXPECT_TRUE(stylise(canvas.id, photo, style).done());
}

TEST_F(Refusals, a_dialog_without_a_screen) {
    expect_refused(
        canvas, [&] { return stylise(canvas.id, photo, style, "", 1, 1000, 5, GIMP_RUN_INTERACTIVE); },
        "needs a screen");
}

}  // namespace
