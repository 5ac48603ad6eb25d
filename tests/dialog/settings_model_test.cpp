// What the window's controls rely on: the model of the settings, and the words for all of them.
#include "settings_model.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

#include "progress_panel.hpp"
#include "setting_words.hpp"

using namespace neural_style;

TEST(SettingsModel, TellsOfChangesOnly) {
    SettingsModel model({});
    std::map<std::string, int> heard;
    model.on_change([&](std::string_view key) { ++heard[std::string(key)]; });
    model.set("style-weight", 1000.);
    EXPECT_TRUE(heard.empty());
    model.set("style-weight", 20.);
    model.set("style-weight", 20.);
    EXPECT_EQ(heard["style-weight"], 1);
    model.reset("style-weight");
    EXPECT_EQ(heard["style-weight"], 2);
    EXPECT_EQ(model.settings().to_text(), "");
}

TEST(SettingsModel, TheDefaultCountsAsNotSet) {
    SettingsModel model(Settings::parse("iterations=20;colours=match"));
    model.set("iterations", 300.);
    model.set("colours", "style");
    EXPECT_EQ(model.settings().to_text(), "");
}

TEST(SettingsModel, CutsNumbersAndRefusesWords) {
    SettingsModel model({});
    model.set("style-scale", 99.);
    EXPECT_EQ(model.settings().real("style-scale"), 4);
    model.set("iterations", 1e300);
    EXPECT_EQ(model.settings().integer("iterations"), 10000);
    model.set("style-scale", std::nan(""));
    EXPECT_EQ(model.settings().real("style-scale"), 4);
    model.set("colours", "mauve");
    EXPECT_EQ(model.settings().text("colours"), "style");
    model.set("no-such-key", 1.);
    model.set("no-such-key", "x");
}

TEST(SettingsModel, ReplaceTellsOfEachKeyThatDiffers) {
    SettingsModel model(Settings::parse("seed=1;size=512"));
    std::map<std::string, int> heard;
    model.on_change([&](std::string_view key) { ++heard[std::string(key)]; });
    model.replace(Settings::parse("seed=2;size=512"));
    EXPECT_EQ(heard, (std::map<std::string, int>{{"seed", 1}}));
}

TEST(SettingWords, EverySettingIsInOneGroup) {
    std::map<std::string, int> seen;
    for (const SettingGroup& group : setting_groups())
        for (const Setting* setting : group.settings) ++seen[setting->key];
    for (const Setting& setting : settings_table()) {
        EXPECT_EQ(seen[setting.key], 1) << setting.key;
        EXPECT_FALSE(words_of(setting).label.empty()) << setting.key;
        EXPECT_FALSE(words_of(setting).tooltip.empty()) << setting.key;
        for (const char* choice : setting.choices) EXPECT_FALSE(choice_words(setting.key, choice).empty());
    }
}

TEST(TimeLeft, NeverGrowsByMoreThanHalf) {
    TimeLeft left;
    left.begin();
    EXPECT_LT(left.next(-1, 1), 0);
    double least = 1e9;
    const double estimates[] = {100, 90, 500, 500, 500, 80, 60, 4000, 4000, 4000, 4000, 10, 5};
    int evaluation = 4;
    for (const double estimate : estimates) {
        const double shown = left.next(estimate, evaluation++);
        EXPECT_GE(shown, 0);
        EXPECT_LE(shown, 1.5 * least);
        least = std::min(least, shown);
    }
}

TEST(TimeLeft, FollowsAGoodEstimate) {
    TimeLeft left;
    left.begin();
    double shown = 0;
    for (int i = 0; i <= 96; ++i) shown = left.next(100 - i, 4 + i);
    EXPECT_NEAR(shown, 4, 4);
}
