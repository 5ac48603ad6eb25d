// Selections, transparent pixels and guides, through whole runs.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cmath>

#include "neural-style/job.hpp"

namespace neural_style {
namespace {

Image painted(int width, int height, float (*value)(int x, int y, int channel)) {
    Image image(width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int channel = 0; channel < 4; ++channel)
                image.pixel(x, y)[channel] = channel == 3 ? 1 : value(x, y, channel);
    return image;
}

Image scene() {
    return painted(64, 48, [](int x, int y, int channel) {
        return 0.5F + 0.3F * std::sin(float(x) * 0.2F + float(y) * 0.15F + float(channel));
    });
}
/// Red stripes on the left, blue checks on the right.
Image two_styles() {
    return painted(64, 48, [](int x, int y, int channel) {
        if (x < 32) return channel == 0 ? 0.7F + 0.2F * float(x / 2 % 2) : 0.1F;
        return channel == 2 ? 0.6F + 0.3F * float((x / 3 + y / 3) % 2) : 0.15F;
    });
}

Mask half(int width, int height, bool left) {
    Mask mask{width, height, {}};
    for (int i = 0; i < width * height; ++i) mask.values.push_back((i % width < width / 2) == left ? 1 : 0);
    return mask;
}

Request request(const std::string& settings) {
    Request result;
    result.content = scene();
    result.styles = {{two_styles(), 1}};
    result.settings = Settings::parse("network=builtin;device=cpu;threads=2;preview-every=0;scales=1;" + settings);
    return result;
}

struct Losses : Observer {
    void on_evaluation(const Evaluation& event) override {
        rows.push_back({event.content_loss, event.style_loss, event.tv_loss, event.total_loss});
    }
    std::vector<std::array<double, 4>> rows;
    Image picture;
    std::string sentence;
};

Losses run(const Request& what) {
    Losses losses;
    const std::atomic<bool> stop{false};
    const Outcome outcome = run(what, losses, stop);
    losses.picture = outcome.picture;
    losses.sentence = outcome.sentence;
    return losses;
}

double mean(const Image& image, int channel, int from, int to) {
    double sum = 0;
    for (int y = 0; y < image.height; ++y)
        for (int x = from; x < to; ++x) sum += image.pixel(x, y)[channel];
    return sum / (image.height * (to - from));
}

// Layers that see little beyond their place, which is all that small pictures have room for.
const std::string near_layers = ";style-layers=relu1_1,relu2_1";

const char* const every_loss[] = {"sliced", "covariance", "gatys", "tutorial"};

// Bit by bit: a value that does not count enters no sum.
TEST(Regions, WhatIsHiddenHasNoInfluenceOnAnyLoss) {
    enum class Hide { content_alpha, content_mask, style_alpha, guide };
    for (const char* loss : every_loss)
        for (Hide hide : {Hide::content_alpha, Hide::content_mask, Hide::style_alpha, Hide::guide})
            for (const char* colours : {"style", "content", "match", "histogram"}) {
                if (colours != std::string("style") && loss != std::string("covariance")) continue;
                SCOPED_TRACE(loss + std::string(" ") + colours + " " + std::to_string(int(hide)));
                const auto losses = [&](float change) {
                    Request what =
                        request(std::string("iterations=3;tv-weight=0.5;loss=") + loss + ";colours=" + colours);
                    Image& changed =
                        hide == Hide::content_alpha || hide == Hide::content_mask ? what.content : what.styles[0].image;
                    for (int y = 0; y < 48; ++y)
                        for (int x = 32; x < 64; ++x) {
                            for (int channel = 0; channel < 3; ++channel) changed.pixel(x, y)[channel] += change;
                            if (hide == Hide::content_alpha || hide == Hide::style_alpha) changed.pixel(x, y)[3] = 0;
                        }
                    if (hide == Hide::content_mask) what.content_mask = half(64, 48, true);
                    if (hide == Hide::guide) what.guides = {{Mask{1, 1, {1}}, 0, half(64, 48, true)}};
                    return run(what).rows;
                };
                const auto quiet = losses(0);
                ASSERT_EQ(quiet.size(), 3u);
                EXPECT_EQ(quiet, losses(0.4F));
            }
}

TEST(Regions, GuidesPairRegions) {
    for (const char* loss : {"covariance", "tutorial"}) {  // with sliced, colours come last
        SCOPED_TRACE(loss);
        const auto run_guided = [&](bool crossed) {
            Request what = request(std::string("iterations=40;content-weight=0;loss=") + loss + near_layers);
            what.guides = {{half(64, 48, true), 0, half(64, 48, !crossed)},
                           {half(8, 6, false), 0, half(64, 48, crossed)}};
            return run(what).picture;
        };
        const Image straight = run_guided(false), crossed = run_guided(true);
        ASSERT_FALSE(straight.empty());
        EXPECT_GT(mean(straight, 0, 0, 28), mean(straight, 0, 36, 64) + 0.1) << "red belongs to the left";
        EXPECT_LT(mean(crossed, 0, 0, 28), mean(crossed, 0, 36, 64) - 0.1) << "and here to the right";
        EXPECT_GT(mean(crossed, 2, 0, 28), mean(crossed, 2, 36, 64) + 0.1);
    }
}

TEST(Regions, AGuideMayNameAStyleAndLeaveTheRestToAll) {
    Request what = request("iterations=30;content-weight=0;loss=covariance" + near_layers);
    const Image red = painted(40, 40, [](int x, int, int c) { return c == 0 ? 0.7F + 0.2F * float(x / 2 % 2) : 0.1F; }),
                green =
                    painted(40, 40, [](int, int y, int c) { return c == 1 ? 0.6F + 0.3F * float(y / 3 % 2) : 0.1F; });
    what.styles = {{red, 1}, {green, 0}};
    what.guides = {{half(64, 48, true), 1, {}}};
    const Image picture = run(what).picture;
    EXPECT_GT(mean(picture, 1, 0, 28), mean(picture, 0, 0, 28) + 0.1) << "its own weight doesn't matter to a guide";
    EXPECT_GT(mean(picture, 0, 36, 64), mean(picture, 1, 36, 64) + 0.1);
}

TEST(Regions, AMaskThatCoversAllChangesNothing) {
    Request plain = request("iterations=3"), masked = plain;
    masked.content_mask = {2, 2, {1, 1, 1, 1}};
    EXPECT_EQ(run(plain).rows, run(masked).rows);
}

TEST(Regions, AlphaAndWhatIsOutsideTheSelectionComeBack) {
    Request what = request("iterations=2");
    what.content_mask = half(64, 48, true);
    for (int y = 0; y < 48; ++y) what.content.pixel(5, y)[3] = 0.5F;
    const Image picture = run(what).picture;
    ASSERT_EQ(picture.width, 64);
    EXPECT_EQ(picture.pixel(5, 3)[3], 0.5F);
    EXPECT_EQ(picture.pixel(60, 3)[3], 1);
}

TEST(Regions, ANonsensicalGuideIsRefusedBeforeAnythingIsComputed) {
    const auto refused = [](const Guide& guide, const char* word) {
        Request what = request("iterations=2");
        what.guides = {guide};
        const Losses losses = run(what);
        EXPECT_TRUE(losses.picture.empty());
        EXPECT_TRUE(losses.rows.empty());
        EXPECT_NE(losses.sentence.find(word), std::string::npos) << losses.sentence;
    };
    refused({half(4, 4, true), 3, {}}, "guide");
    refused({{}, 0, {}}, "guide");
    refused({Mask{2, 2, {0, 0, 0, 0}}, 0, {}}, "covers nothing");
    refused({half(4, 4, true), 0, Mask{2, 1, {0, 0}}}, "guide");
    refused({Mask{3, 3, {1}}, 0, {}}, "guide");
}

}  // namespace
}  // namespace neural_style
