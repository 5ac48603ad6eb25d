// What a layer remembers of its run, in a real GIMP: after other runs, in a file that was closed and opened, in a copy
// of the image; and what is said where something is gone.
#include <glib/gstdio.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "call_text.hpp"
#include "canvas.hpp"
#include "gimp_host.hpp"

using namespace neural_style;

namespace {

std::string record_of(int layer) {
    GimpParasite* parasite = gimp_item_get_parasite(layer, "neural-style");
    if (!parasite) return {};
    const std::string text(static_cast<const char*>(gimp_parasite_data(parasite)),
                           std::size_t(gimp_parasite_data_size(parasite)));
    EXPECT_TRUE(gimp_parasite_is_persistent(parasite));
    gimp_parasite_free(parasite);
    return text;
}

int named(int image, const char* name) { return gimp_image_get_layer_by_name(image, name); }

std::string name_of(int item) {
    gchar* name = gimp_item_get_name(item);
    const std::string result = name;
    g_free(name);
    return result;
}

// An image saved as XCF, closed and opened again.
class Reopened {
public:
    explicit Reopened(int image) {
        gchar* name = gimp_temp_name("xcf");
        file_ = name;
        g_free(name);
        gimp_file_save(GIMP_RUN_NONINTERACTIVE, image, gimp_image_get_active_drawable(image), file_.c_str(),
                       file_.c_str());
        id = open();
    }
    ~Reopened() {
        gimp_image_delete(id);
        g_unlink(file_.c_str());
    }
    int open() const { return gimp_file_load(GIMP_RUN_NONINTERACTIVE, file_.c_str(), file_.c_str()); }
    int id = -1;

private:
    std::string file_;
};

double mean(int layer) {
    double sum = 0;
    const auto values = numbers(layer);
    for (std::size_t i = 0; i < values.size(); ++i)
        if (i % 4 != 3) sum += values[i];
    return sum / double(values.size()) * 4 / 3;
}

TEST(Again, the_record_is_on_the_layer_and_costs_no_step) {
    Canvas canvas, other;
    const int photo = canvas.add("photo", 31, 29), style = other.add("Starry Night", 9, 9);
    const Result result = stylise(canvas.id, photo, style, "seed=7;threads=1", 2, 500, 5);
    ASSERT_TRUE(result.done()) << result.sentence;
    const std::string record = record_of(result.layer);
    for (const char* line : {"network=invert", "content-weight=2", "style-weight=500", "iterations=5", "seed=7",
                             "name=photo", "name=Starry Night", "program="})
        EXPECT_NE(record.find(line), std::string::npos) << line << " in\n" << record;
    EXPECT_EQ(record.find("threads"), std::string::npos);
    EXPECT_EQ(record_of(photo), "");
    EXPECT_EQ(record_of(style), "");
}

TEST(Again, paints_from_the_same_layers_above_the_result) {
    Canvas canvas, other;
    const int style = other.add("style", 9, 9), photo = canvas.add("photo", 31, 29, true, 3, -4);
    const int newer = canvas.add("newer", 8, 8);
    const Result before = stylise(canvas.id, photo, style);
    ASSERT_TRUE(stylise(canvas.id, newer, photo).done());
    const Result result = stylise_again(canvas.id, before.layer);
    ASSERT_TRUE(result.done()) << result.sentence;
    EXPECT_EQ(numbers(result.layer), numbers(before.layer));
    EXPECT_EQ(name_of(result.layer).substr(0, 14), "style (invert)");
    EXPECT_EQ(gimp_image_get_item_position(canvas.id, result.layer) + 1,
              gimp_image_get_item_position(canvas.id, before.layer));
    EXPECT_EQ(record_of(result.layer), record_of(before.layer));
}

TEST(Again, goes_on_from_the_picture_as_it_is_now) {
    Canvas canvas;
    const int style = canvas.add("style", 9, 9), photo = canvas.add("photo", 31, 29);
    const Result before = stylise(canvas.id, photo, style, "network=start");
    ASSERT_TRUE(before.done()) << before.sentence;
    set_numbers(before.layer, std::vector<double>(31 * 29 * 4, 0.25));
    const Result result = stylise_again(canvas.id, before.layer, 200);
    ASSERT_TRUE(result.done()) << result.sentence;
    EXPECT_NEAR(mean(result.layer), 0.25, 1.0 / 255);
    EXPECT_NE(record_of(result.layer).find("more=200"), std::string::npos);
    const Result menu = stylise_more(canvas.id, result.layer);
    ASSERT_TRUE(menu.done()) << menu.sentence;
    EXPECT_NEAR(mean(menu.layer), 0.25, 1.0 / 255);
    EXPECT_NE(record_of(menu.layer).find("more=200"), std::string::npos);
    const Result afresh = stylise_again(canvas.id, result.layer);
    ASSERT_TRUE(afresh.done()) << afresh.sentence;
    EXPECT_NEAR(mean(afresh.layer), mean(photo), 0.01);
}

TEST(Again, starts_from_the_layer_that_was_named) {
    Canvas canvas, other;
    const int style = canvas.add("style", 9, 9), photo = canvas.add("photo", 31, 29), grey = other.add("grey", 31, 29);
    set_numbers(grey, std::vector<double>(31 * 29 * 4, 0.25));
    const Result before = stylise(canvas.id, photo, style, "network=start;init=layer:" + std::to_string(grey));
    ASSERT_TRUE(before.done()) << before.sentence;
    EXPECT_NEAR(mean(before.layer), 0.25, 1.0 / 255);
    const Result result = stylise_again(canvas.id, before.layer);
    ASSERT_TRUE(result.done()) << result.sentence;
    EXPECT_NEAR(mean(result.layer), 0.25, 1.0 / 255);
    gimp_image_remove_layer(other.id, grey);
    EXPECT_NE(stylise_again(canvas.id, before.layer).sentence.find("“grey”"), std::string::npos);
}

TEST(Again, the_mask_is_the_results_unless_there_is_a_selection) {
    Canvas canvas;
    const int style = canvas.add("style", 9, 9), photo = canvas.add("photo", 31, 29);
    gimp_image_select_rectangle(canvas.id, GIMP_CHANNEL_OP_REPLACE, 5, 5, 10, 10);
    const Result before = stylise(canvas.id, photo, style);
    gimp_selection_none(canvas.id);
    Result result = stylise_again(canvas.id, before.layer);
    ASSERT_TRUE(result.done()) << result.sentence;
    ASSERT_GE(gimp_layer_get_mask(result.layer), 0);
    EXPECT_EQ(mask_numbers(gimp_layer_get_mask(result.layer)), mask_numbers(gimp_layer_get_mask(before.layer)));
    gimp_image_select_rectangle(canvas.id, GIMP_CHANNEL_OP_REPLACE, 0, 0, 3, 3);
    result = stylise_again(canvas.id, before.layer);
    EXPECT_EQ(mask_numbers(gimp_layer_get_mask(result.layer)).at(8 * 31 + 8), 0);
    EXPECT_NEAR(mask_numbers(gimp_layer_get_mask(result.layer)).at(0), 1, 1e-6);
}

TEST(Again, a_file_that_was_closed_and_opened_remembers) {
    Canvas other;
    const int far = other.add("far", 7, 9);
    Reopened far_file(other.id);
    auto canvas = std::make_unique<Canvas>();
    const int style = canvas->add("style", 9, 9), photo = canvas->add("photo", 31, 29);
    canvas->add("distraction", 31, 29);
    const int far_layer = named(far_file.id, "far");
    ASSERT_TRUE(stylise_blend(canvas->id, photo, {style, far_layer}, {1, 3}, "seed=7").done());
    gimp_item_set_name(style, "renamed");
    Reopened file(canvas->id);
    canvas.reset();
    const int before = named(file.id, "style + far (invert)");
    ASSERT_GE(before, 0);
    const std::string record = GimpHost().record(before);
    EXPECT_NE(record.find("file="), std::string::npos);        // of the other style's image,
    EXPECT_EQ(record.find('/'), std::string::npos) << record;  // without its folder
    Result result = stylise_again(file.id, before);
    ASSERT_TRUE(result.done()) << result.sentence;
    EXPECT_EQ(numbers(result.layer), numbers(before));
    EXPECT_EQ(name_of(result.layer).substr(0, 22), "renamed + far (invert)");

    // its other style is in a file that is closed now, and opened again
    gimp_image_delete(far_file.id);
    far_file.id = -1;
    result = stylise_again(file.id, before);
    EXPECT_FALSE(result.done());
    EXPECT_NE(result.sentence.find("style layer “far” of"), std::string::npos) << result.sentence;
    far_file.id = far_file.open();
    result = stylise_again(file.id, before);
    EXPECT_TRUE(result.done()) << result.sentence;
    EXPECT_TRUE(gimp_item_is_valid(far));
}

TEST(Again, a_copy_of_the_image_stays_with_itself) {
    Canvas canvas;
    const int style = canvas.add("style", 9, 9), photo = canvas.add("photo", 31, 29);
    const Result first = stylise(canvas.id, photo, style);
    const std::string before = snapshot(canvas);
    const int copy = gimp_image_duplicate(canvas.id);
    const Result result = stylise_again(copy, named(copy, "style (invert)"));
    EXPECT_EQ(snapshot(canvas), before);
    ASSERT_TRUE(result.done()) << result.sentence;
    EXPECT_EQ(gimp_item_get_image(result.layer), copy);
    EXPECT_EQ(numbers(result.layer), numbers(first.layer));
    gimp_image_delete(copy);
}

TEST(Again, a_copied_call_does_the_same) {
    Canvas canvas, other;
    const int style = canvas.add("style", 9, 9), far = other.add("far", 7, 9), photo = canvas.add("photo", 31, 29);
    RunRequest request;
    request.content = photo;
    request.settings = Settings::parse("weights=a \"b\" \\\\ c\\;d (e) 'f;style-weight=50000;iterations=12;seed=7");
    for (const std::vector<StyleChoice>& styles : {std::vector<StyleChoice>{{style, 1}}, {{style, 0.5}, {far, 2}}}) {
        request.styles = styles;
        GimpHost host;
        const std::string call = script_fu_call(host, request);
        const std::size_t before = canvas.layers().size();
        int count = 0;
        GimpParam* values = gimp_run_procedure("plug-in-script-fu-eval", &count, GIMP_PDB_INT32,
                                               GIMP_RUN_NONINTERACTIVE, GIMP_PDB_STRING, call.c_str(), GIMP_PDB_END);
        EXPECT_EQ(values[0].data.d_status, GIMP_PDB_SUCCESS) << call << gimp_get_pdb_error();
        gimp_destroy_params(values, count);
        ASSERT_EQ(canvas.layers().size(), before + 1);
        const auto record = run_record(record_of(gimp_image_get_active_layer(canvas.id)));
        ASSERT_TRUE(record);
        EXPECT_EQ(record->settings.to_text(), recorded_settings(request.settings, "invert").to_text());
        ASSERT_EQ(record->styles.size(), styles.size());
        for (std::size_t i = 0; i < styles.size(); ++i) {
            EXPECT_EQ(record->styles[i].layer.id, styles[i].layer);
            EXPECT_EQ(record->styles[i].weight, styles[i].weight);
        }
    }
}

TEST(Again, says_what_is_gone_and_leaves_all_as_it_was) {
    Canvas canvas, empty;
    const int style = canvas.add("style", 9, 9), photo = canvas.add("photo", 31, 29);
    const Result before = stylise(canvas.id, photo, style);
    const auto expect_refused = [&](int drawable, int more, const char* words) {
        const std::string old = snapshot(canvas);
        const Result result = stylise_again(canvas.id, drawable, more);
        EXPECT_FALSE(result.done());
        EXPECT_NE(result.sentence.find(words), std::string::npos) << result.sentence;
        EXPECT_EQ(snapshot(canvas), old);
    };
    expect_refused(photo, 5, "was not made by Neural Style");
    EXPECT_NE(stylise_more(canvas.id, photo).sentence.find("was not made by Neural Style"), std::string::npos);
    expect_refused(before.layer, -1, "-1 more evaluations");
    expect_refused(before.layer, 10001, "10001 more evaluations");
    gimp_image_remove_layer(canvas.id, style);
    expect_refused(before.layer, 0, "style layer “style”");
    const int other = gimp_layer_new_from_drawable(before.layer, empty.id);
    gimp_image_insert_layer(empty.id, other, 0, 0);
    EXPECT_NE(stylise_again(empty.id, other).sentence.find("was painted from is not in this image"), std::string::npos);
}

}  // namespace
