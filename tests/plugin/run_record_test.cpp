// What is written on a layer, and read from it again.
#include "run_record.hpp"

#include <gtest/gtest.h>

using namespace neural_style;

namespace {

RunRecord sample() {
    RunRecord record;
    record.program = "0.1.0";
    record.content = {"now", 5, 2, true, "photo", "holiday.xcf", "/pictures/holiday.xcf", 40, 30};
    record.styles.push_back({{"now", 9, 3, false, "Größe = [1]; \\ \n two lines", "night", "", 12, 13}, 0.1});
    record.styles.push_back({{"", -1, 0, false, "waves.png", "", "/pictures/waves.png", 7, 8}, 1e-3});
    record.settings = Settings::parse("network=a\\;b\\\\c = d;content-weight=1;style-weight=0.1;weights=");
    record.more = 200;
    record.guides.push_back({record.content, 1, std::nullopt});
    record.guides.push_back({LayerTrace(), 0, record.styles[0].layer});
    record.guides[0].content->channel = true;
    return record;
}

TEST(RunRecord, comes_back) {
    const auto record = run_record(to_text(sample()));
    ASSERT_TRUE(record);
    EXPECT_EQ(record->program, "0.1.0");
    EXPECT_EQ(record->settings, sample().settings);
    EXPECT_EQ(record->more, 200);
    EXPECT_EQ(record->content.session, "now");
    EXPECT_EQ(record->content.id, 5);
    EXPECT_EQ(record->content.tattoo, 2);
    EXPECT_TRUE(record->content.beside);
    EXPECT_EQ(record->content.file, "/pictures/holiday.xcf");
    ASSERT_EQ(record->styles.size(), 2u);
    EXPECT_EQ(record->styles[0].layer.name, sample().styles[0].layer.name);
    EXPECT_EQ(record->styles[0].layer.image_name, "night");
    EXPECT_FALSE(record->styles[0].layer.beside);
    EXPECT_EQ(record->styles[0].layer.height, 13);
    EXPECT_EQ(record->styles[0].weight, 0.1);
    EXPECT_EQ(record->styles[1].layer.tattoo, 0);
    EXPECT_EQ(record->styles[1].layer.id, -1);
    EXPECT_EQ(record->styles[1].layer.file, "/pictures/waves.png");
    EXPECT_EQ(record->styles[1].weight, 1e-3);
    ASSERT_EQ(record->guides.size(), 2u);
    EXPECT_EQ(record->guides[0].style, 1u);
    ASSERT_TRUE(record->guides[0].content);
    EXPECT_TRUE(record->guides[0].content->channel);
    EXPECT_EQ(record->guides[0].content->tattoo, 2);
    EXPECT_FALSE(record->guides[0].region);
    ASSERT_TRUE(record->guides[1].content);
    EXPECT_EQ(record->guides[1].content->tattoo, 0);
    ASSERT_TRUE(record->guides[1].region);
    EXPECT_FALSE(record->guides[1].region->channel);
    EXPECT_EQ(record->guides[1].region->id, 9);
}

TEST(RunRecord, is_none_where_it_cannot_be_understood) {
    EXPECT_FALSE(run_record(""));
    EXPECT_FALSE(run_record("\x01\xff nonsense"));
    EXPECT_FALSE(run_record("[neural-style]\nversion=2\n"));
    EXPECT_FALSE(run_record("[neural-style]\nversion=1\n[guide 1]\nstyle=0\n"));  // of a style that is not there
}

TEST(RunRecord, leaves_out_settings_that_are_not_allowed) {
    const auto record =
        run_record("[neural-style]\nversion=1\n[settings]\nseed=-4\nloss=none\nunheard-of=1\niterations=12\n");
    ASSERT_TRUE(record);
    EXPECT_EQ(record->settings.to_text(), "iterations=12");
}

TEST(RunRecord, settings_are_the_pictures_and_not_the_computers) {
    const Settings own = Settings::parse("seed=7;device=cuda;precision=float32;threads=2;preview-every=1");
    EXPECT_EQ(recorded_settings(own, "vgg19"),
              Settings::parse("network=vgg19;content-weight=1;style-weight=1000;seed=7"));
    const Settings described = Settings::parse("network=./small.ini");  // which the network's own name would not find
    EXPECT_EQ(recorded_settings(described, "small").text("network"), "./small.ini");
    EXPECT_FALSE(recorded_settings({}, "").is_set("network"));

    Settings settings = Settings::parse("seed=8;threads=1");
    take_computer_settings(settings, own);
    EXPECT_EQ(settings, Settings::parse("seed=8;device=cuda;precision=float32;threads=2;preview-every=1"));
}

}  // namespace
