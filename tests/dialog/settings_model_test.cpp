// What the window's controls rely on: the model of the settings, and the words for all of them.
#include "settings_model.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

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
        EXPECT_NE(words_of(setting).label, "") << setting.key;
        EXPECT_NE(words_of(setting).label, setting.key);  // its key is no word for people
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

// As the engine estimates it: by the speed of the last evaluations, for all pixels that are still to be looked at.
// Evaluations take times that are not in proportion to the pixels, scales begin slowly, and the computer is busy with
// something else now and then, or becomes slower for good.
TEST(TimeLeft, IsHonestWhateverEvaluationsTake) {
    for (unsigned seed = 0; seed < 2000; ++seed) {
        std::mt19937 random(seed);
        const auto between = [&](double low, double high) {
            return std::uniform_real_distribution<double>(low, high)(random);
        };
        const int scales = int(between(1, 5));
        const double growth = between(1.5, 5), for_each_pixel = between(0.5, 1.6), noise = between(0, 0.8);
        const double change = between(0, 1) < 0.3 ? between(0.3, 6) : 1;
        std::vector<int> evaluations;
        std::vector<double> pixels;
        for (int scale = 0; scale < scales; ++scale) {
            evaluations.push_back(int(between(3, 120)));
            pixels.push_back(std::pow(growth, scale));
        }
        TimeLeft left;
        left.begin();
        double least = 1e300, pixel_seconds = -1;
        int evaluation = 0;
        for (int scale = 0; scale < scales; ++scale) {
            double in_scale = 0;
            for (int i = 1; i <= evaluations[scale]; ++i) {
                double seconds = std::pow(pixels[scale], for_each_pixel) * between(1 - noise, 1 + noise);
                if (i == 1) seconds *= between(1, 8);
                if (scale > 0) seconds *= change;
                in_scale += seconds;
                if (i >= 3 || pixel_seconds < 0) pixel_seconds = in_scale / i / pixels[scale];
                double work = (evaluations[scale] - i) * pixels[scale];
                for (int later = scale + 1; later < scales; ++later) work += evaluations[later] * pixels[later];
                const double shown = left.next(work * pixel_seconds, ++evaluation);
                if (shown < 0) continue;
                ASSERT_LE(shown, 1.5 * least + 1e-9) << "seed " << seed << ", evaluation " << evaluation;
                least = std::min(least, shown);
            }
        }
    }
}

// What the first estimate said may be taken back by half at the most: so it must not be too small where all is steady.
TEST(TimeLeft, IsRightWhereAllIsSteady) {
    for (const double growth : {2., 4.}) {
        const int counts[] = {300, 150, 75};
        double all = 0;
        for (int scale = 0; scale < 3; ++scale) all += counts[scale] * std::pow(growth, scale);
        TimeLeft left;
        left.begin();
        double passed = 0;
        int evaluation = 0;
        for (int scale = 0; scale < 3; ++scale)
            for (int i = 1; i <= counts[scale]; ++i) {
                passed += std::pow(growth, scale);
                const double shown = left.next(all - passed, ++evaluation);
                if (evaluation < 10) continue;
                EXPECT_NEAR(shown, all - passed, 4 * std::pow(growth, scale) + 0.02 * all) << evaluation;
            }
    }
}

TEST(TimeLeft, FollowsAGoodEstimate) {
    TimeLeft left;
    left.begin();
    double shown = 0;
    for (int i = 0; i <= 96; ++i) shown = left.next(100 - i, 4 + i);
    EXPECT_NEAR(shown, 4, 4);
}
