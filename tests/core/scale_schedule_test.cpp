#include "neural-style/scale_schedule.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "neural-style/error.hpp"

namespace neural_style {
namespace {

std::vector<int> edges(int width, int height, const std::string& settings) {
    std::vector<int> result;
    for (const Scale& scale : plan_scales(width, height, Settings::parse(settings))) result.push_back(scale.edge);
    return result;
}

std::vector<int> evaluations(int width, int height, const std::string& settings) {
    std::vector<int> result;
    for (const Scale& scale : plan_scales(width, height, Settings::parse(settings)))
        result.push_back(scale.evaluations);
    return result;
}

using Numbers = std::vector<int>;

TEST(ScaleSchedule, AutomaticScalesAreThePowersOfTwoUpToTheSize) {
    EXPECT_EQ(edges(50, 60, ""), Numbers({60}));
    EXPECT_EQ(edges(64, 40, ""), Numbers({64}));
    EXPECT_EQ(edges(100, 60, ""), Numbers({64, 100}));
    EXPECT_EQ(edges(1024, 768, ""), Numbers({64, 128, 256, 512, 1024}));
    EXPECT_EQ(edges(768, 1024, ""), Numbers({64, 128, 256, 512, 1024}));
    EXPECT_EQ(edges(900, 600, ""), Numbers({64, 128, 256, 512, 900}));
    EXPECT_EQ(edges(4000, 3000, "size=512"), Numbers({64, 128, 256, 512}));
    EXPECT_EQ(edges(100, 100, "size=700"), Numbers({64, 128, 256, 512, 700}));  // larger than the layer is allowed
}

TEST(ScaleSchedule, APictureThatIsGivenAsTheStartIsNotMadeAsSmall) {
    for (const char* init : {"content", "noise", "style-noise", "style"})
        EXPECT_EQ(edges(512, 384, std::string("init=") + init), Numbers({64, 128, 256, 512})) << init;
    EXPECT_EQ(edges(512, 384, "init=sketch.png"), Numbers({256, 512}));
    EXPECT_EQ(edges(512, 384, "init=layer:17"), Numbers({256, 512}));
    EXPECT_EQ(edges(200, 150, "init=sketch.png"), Numbers({200}));
}

TEST(ScaleSchedule, ASizeJustAboveAPowerDoesNotComputeThatPowerToo) {
    EXPECT_EQ(edges(79, 60, ""), Numbers({79}));
    EXPECT_EQ(edges(80, 60, ""), Numbers({64, 80}));
    EXPECT_EQ(edges(319, 300, ""), Numbers({64, 128, 319}));
    EXPECT_EQ(edges(320, 300, ""), Numbers({64, 128, 256, 320}));
}

TEST(ScaleSchedule, ListsAreTakenAsTheyStand) {
    EXPECT_EQ(edges(1000, 500, "scales=1"), Numbers({1000}));
    EXPECT_EQ(edges(1000, 500, "scales=1;size=300"), Numbers({300}));
    EXPECT_EQ(edges(1000, 500, "scales=100"), Numbers({100}));
    EXPECT_EQ(edges(1000, 500, "scales=16, 64 ,2000"), Numbers({16, 64, 2000}));
    EXPECT_EQ(edges(1000, 500, "scales=65536"), Numbers({65536}));
}

TEST(ScaleSchedule, WhatIsNoListIsRefusedAndNamed) {
    for (const char* text : {"x", "2", "15", "65537", "256,", ",256", "256,,512", "512,256", "256,256", "256;512x",
                             "256.5", "-256", "256,x", "99999999999999999999", "Auto", "256 512"}) {
        Settings settings;
        settings.set("scales", text);
        try {
            plan_scales(100, 100, settings);
            ADD_FAILURE() << "taken: " << text;
        } catch (const Error& error) {
            EXPECT_EQ(error.cause(), Cause::settings);
            EXPECT_NE(std::string(error.what()).find("\"" + std::string(text) + "\""), std::string::npos);
            EXPECT_NE(std::string(error.what()).find("scales"), std::string::npos);
        }
    }
}

TEST(ScaleSchedule, EachScaleHasTwoThirdsOfTheEvaluationsButNotTooFew) {
    EXPECT_EQ(evaluations(2048, 100, ""), Numbers({300, 200, 133, 88, 58, 38}));
    EXPECT_EQ(evaluations(2048, 100, "iterations=60"), Numbers({60, 40, 26, 20, 20, 20}));
    EXPECT_EQ(evaluations(8000, 100, ""), Numbers({300, 200, 133, 88, 58, 38, 25, 16}));
    EXPECT_EQ(evaluations(8000, 100, "iterations=60"), Numbers({60, 40, 26, 20, 20, 20, 8, 8}));
    EXPECT_EQ(evaluations(512, 100, "scales=64:12, 128 :9,256,512:40;iterations=100"), Numbers({12, 9, 44, 40}));
    for (const char* text : {"64:", "64:0", "64:10001", "64:3:4", ":5", "64:5,", "64:5,64:5"})
        EXPECT_THROW(evaluations(512, 100, "scales=" + std::string(text)), Error) << text;
    EXPECT_EQ(evaluations(2048, 100, "iterations=7"), Numbers({7, 7, 7, 7, 7, 7}));
    EXPECT_EQ(evaluations(2048, 100, "iterations=1"), Numbers({1, 1, 1, 1, 1, 1}));
    EXPECT_EQ(evaluations(64, 64, "iterations=10000"), Numbers({10000}));
}

TEST(ScaleSchedule, WhatIsLeftOfAPlanIsAList) {
    const auto plan = plan_scales(1000, 700, Settings::parse("scales=256:100,512:50,1000:25"));
    EXPECT_EQ(scales_left(plan, 0, 0), "256:100,512:50,1000:25");
    EXPECT_EQ(scales_left(plan, 1, 30), "512:20,1000:25");
    EXPECT_EQ(scales_left(plan, 2, 25), "1000:1");
    EXPECT_EQ(scales_left(plan_scales(9, 7, Settings()), 0, 100), "16:200");
    Settings settings;
    settings.set("scales", scales_left(plan, 1, 30));
    const auto left = plan_scales(1000, 700, settings);
    ASSERT_EQ(left.size(), 2u);
    for (int i : {0, 1}) {
        EXPECT_EQ(left[i].width, plan[i + 1].width);
        EXPECT_EQ(left[i].height, plan[i + 1].height);
    }
    EXPECT_EQ(left[0].evaluations, 20);
    EXPECT_EQ(left[1].evaluations, 25);
}

TEST(ScaleSchedule, SizesHaveTheContentsProportionsAndNothingVanishes) {
    for (auto [width, height] : {std::pair(640, 480), {1, 50}, {50, 1}, {1, 1}, {3000, 7}, {1234, 1233}}) {
        for (const char* text : {"", "scales=1", "scales=16,100,333", "size=1", "size=700"}) {
            for (const Scale& scale : plan_scales(width, height, Settings::parse(text))) {
                EXPECT_GE(std::min(scale.width, scale.height), smallest_edge);
                const double factor = double(scale.edge) / std::max(width, height);
                EXPECT_EQ(scale.width, std::max<long>(smallest_edge, std::lround(width * factor)));
                EXPECT_EQ(scale.height, std::max<long>(smallest_edge, std::lround(height * factor)));
            }
        }
    }
}

}  // namespace
}  // namespace neural_style
