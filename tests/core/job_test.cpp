#include "neural-style/job.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <random>

#include "neural-style/plan.hpp"
#include "small_runs.hpp"

namespace neural_style {
namespace {

using testing::distance, testing::Recorder, testing::run_with, testing::same, testing::scene, testing::strokes;

constexpr float nan_value = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
const std::string base = "network=builtin;device=cpu;threads=1;preview-every=0;";

Request request(const std::string& settings, Image content = scene(40, 36)) {
    Request result;
    result.content = std::move(content);
    result.styles = {{strokes(44, 40), 1}};
    result.settings = Settings::parse(base + settings);
    return result;
}

Image finished(const Request& what) {
    Recorder recorder;
    const Outcome outcome = run_with(what, recorder);
    EXPECT_EQ(outcome.kind, Outcome::Kind::finished) << outcome.sentence;
    EXPECT_EQ(outcome.picture.width, what.content.width);
    EXPECT_EQ(outcome.picture.height, what.content.height);
    EXPECT_EQ(outcome.sentence, "");
    return outcome.picture;
}

bool in_range(const Image& image) {
    for (float value : image.rgba)
        if (!(value >= 0 && value <= 1)) return false;
    return image.rgba.size() == std::size_t(4) * image.width * image.height;
}

TEST(Job, TellsWhatItDoesInOrder) {
    Request what = request("scales=32,40;iterations=4");
    what.settings.set("preview-every", "2");
    Recorder recorder;
    const Outcome outcome = run_with(what, recorder);
    EXPECT_EQ(outcome.kind, Outcome::Kind::finished);
    EXPECT_EQ(outcome.network, "builtin");
    ASSERT_EQ(recorder.scales.size(), 2u);
    EXPECT_EQ(recorder.scales[1].width, 40);
    EXPECT_EQ(recorder.scales[1].height, 36);
    EXPECT_EQ(recorder.scales[0].network, "builtin");
    EXPECT_EQ(recorder.scales[0].device, "cpu");
    ASSERT_EQ(recorder.evaluations.size(), 8u);
    for (std::size_t i = 0; i < 8; ++i) {
        const Evaluation& event = recorder.evaluations[i];
        EXPECT_EQ(event.evaluation, int(i) + 1);
        EXPECT_EQ(event.evaluations, 8);
        EXPECT_EQ(event.scale, i < 4 ? 0 : 1);
        EXPECT_NEAR(event.total_loss, event.content_loss + event.style_loss + event.tv_loss, 1e-6 * event.total_loss);
    }
    ASSERT_EQ(recorder.previews.size(), 4u);
    EXPECT_EQ(recorder.previews[0].width, 32);
    EXPECT_EQ(recorder.previews[3].width, 40);
    for (const Image& preview : recorder.previews) EXPECT_TRUE(in_range(preview));
}

TEST(Job, TheStyleLossComesDown) {
    for (const char* loss : {"sliced", "covariance", "gatys", "tutorial"}) {
        Recorder recorder;
        run_with(request("scales=1;iterations=20;content-weight=0;loss=" + std::string(loss)), recorder);
        ASSERT_EQ(recorder.evaluations.size(), 20u) << loss;
        EXPECT_LT(recorder.evaluations.back().style_loss, 0.7 * recorder.evaluations.front().style_loss) << loss;
    }
}

// What the picture takes on of a style of fine stripes on broad bands.
TEST(job, detail_that_is_kept_is_the_contents_own_at_each_scale) {
    // Nothing is asked but the content, and it is there from the beginning.
    Image content(48, 40);
    std::mt19937 random(3);
    for (float& value : content.rgba) value = 0.25F + 0.5F * float(random() % 1000) / 1000;
    for (int i = 0; i < 48 * 40; ++i) content.rgba[std::size_t(i) * 4 + 3] = 1;
    const auto difference = [&](const std::string& settings) {
        Recorder recorder;
        const Outcome outcome = run_with(request("style-weight=0;scales=24:2,48:1;" + settings, content), recorder);
        double sum = 0;
        for (std::size_t i = 0; i < content.rgba.size(); ++i)
            sum += std::abs(outcome.picture.rgba[i] - content.rgba[i]) / double(content.rgba.size());
        return sum;
    };
    EXPECT_LT(difference("optimiser=lbfgs;detail=keep"), 1e-4);
    EXPECT_GT(difference("optimiser=lbfgs;detail=repaint"), 0.02);
    EXPECT_EQ(difference("loss=sliced"), difference("loss=sliced;detail=keep"));
    EXPECT_EQ(difference("loss=gatys"), difference("loss=gatys;detail=keep"));
    EXPECT_GT(difference("optimiser=lbfgs;init=noise;detail=keep"), 0.02) << "noise became the content";
}

TEST(Job, CoarsenessShiftsTheWeightBetweenTheLayers) {
    const auto losses = [](const std::string& coarseness, const char* layer) {
        // The finest and the coarsest layer carry all; the loss of one alone is told by giving the other no weight.
        Recorder recorder;
        run_with(request("scales=1;iterations=1;loss=gatys;coarseness=" + coarseness + ";style-layers=" + layer),
                 recorder);
        return recorder.evaluations.front().style_loss;
    };
    const char *const fine = "relu1_1,relu4_1:0", *const coarse = "relu1_1:0,relu4_1", *const both = "relu1_1,relu4_1";
    const double only_fine = losses("0", fine), only_coarse = losses("0", coarse);
    const auto part_of_coarse = [&](const std::string& coarseness) {
        return (losses(coarseness, both) - only_fine) / (only_coarse - only_fine);
    };
    EXPECT_NEAR(part_of_coarse("0"), 0.5, 1e-3);
    EXPECT_NEAR(part_of_coarse("1"), 64.0 / 65, 1e-3);
    EXPECT_NEAR(part_of_coarse("-1"), 1.0 / 65, 1e-3);
}

TEST(Job, WhereLbfgsFindsNoDescentAdamGoesOn) {
    // Weights so large that the loss is no number: there is no descent to be found.
    Recorder recorder;
    const Request what =
        request("scales=32,40;iterations=6;loss=tutorial;optimiser=lbfgs;style-weight=1e12;style-layers=conv_1:1e12");
    const Outcome outcome = run_with(what, recorder);
    EXPECT_EQ(outcome.kind, Outcome::Kind::finished) << outcome.sentence;
    EXPECT_TRUE(in_range(outcome.picture));
    ASSERT_EQ(recorder.scales.size(), 4u);  // at each scale L-BFGS, then Adam
    for (std::size_t i : {0u, 2u}) {
        EXPECT_EQ(recorder.scales[i].optimiser, "lbfgs");
        EXPECT_EQ(recorder.scales[i].change, ScaleEvent::Change::none);
        EXPECT_EQ(recorder.scales[i + 1].optimiser, "adam");
        EXPECT_EQ(recorder.scales[i + 1].change, ScaleEvent::Change::stalled);
    }
    EXPECT_EQ(recorder.evaluations.size(), 12u);
    Recorder arrived;  // a minimum is not a stall: the content itself with nothing else asked for
    run_with(request("scales=1;iterations=6;loss=gatys;optimiser=lbfgs;style-weight=0"), arrived);
    EXPECT_EQ(arrived.scales.size(), 1u);
}

TEST(Job, RunsInOneWorkshopAreTheSameRuns) {
    Workshop workshop;
    Recorder recorder;
    const auto expect_same = [&](const Request& what) {
        const Outcome outcome = run(what, recorder, recorder.stop, workshop);
        EXPECT_TRUE(same(outcome.picture, finished(what))) << what.settings.to_text();
    };
    for (const char* loss : {"sliced", "covariance", "sliced"}) {
        const std::string settings = "scales=32,40;iterations=3;loss=" + std::string(loss);
        Request what = request(settings);
        expect_same(what);
        what.content = strokes(48, 44);  // the same styles and sizes
        expect_same(what);
        what.styles[0].image.pixel(3, 3)[1] += 0.25F;  // another style
        expect_same(what);
        what.styles.push_back({scene(30, 30), 0.5});
        expect_same(what);
        what.settings.set("colours", "match");
        expect_same(what);
        what.content = scene(40, 36);
        expect_same(what);
        what.settings.set("seed", "9");
        expect_same(what);
    }
}

TEST(Job, ShortOfMemoryItGoesOnInTiles) {
    Recorder whole, tiled;
    const Image one = finished(request("scales=1;iterations=2", scene(400, 300)));
    Request what = request("scales=1;iterations=2;memory=1", scene(400, 300));
    const Outcome outcome = run_with(what, tiled);
    EXPECT_EQ(outcome.kind, Outcome::Kind::finished);
    ASSERT_EQ(tiled.scales.size(), 1u);
    EXPECT_GT(tiled.scales[0].tile_edge, 0);
    EXPECT_LT(distance(one, outcome.picture), 1e-2);  // a tenth of the first step
}

TEST(Job, SeamlessTilesAreComputedInPiecesOnlyWhereThatIsExact) {
    for (const auto& [height, in_tiles] : {std::pair{304, true}, std::pair{302, false}}) {
        Recorder recorder;
        run_with(request("scales=1;iterations=1;memory=1;padding=circular", scene(400, height)), recorder);
        ASSERT_EQ(recorder.scales.size(), 1u);
        EXPECT_EQ(recorder.scales[0].tile_edge > 0, in_tiles) << height;
        PlanRequest plan;
        plan.width = 400;
        plan.height = height;
        plan.styles = {{40, 30}};
        plan.settings.set("memory", "1");
        plan.settings.set("padding", "circular");
        plan.settings.set("network", "builtin");
        plan.settings.set("scales", "1");
        EXPECT_EQ(make_plan(plan).scales[0].tile_edge > 0, in_tiles) << height;
    }
}

TEST(Job, TheSameSeedGivesTheSamePictureBitForBit) {
    for (const char* settings : {"scales=32,40;iterations=4;init=noise;seed=5", "iterations=3;loss=covariance",
                                 "iterations=3;loss=sliced;optimiser=lbfgs;seed=1"})
        EXPECT_TRUE(same(finished(request(settings)), finished(request(settings)))) << settings;
}

/// A network of the tests' own with seeded weights, in files.
class NetworkFiles : public ::testing::Test {
protected:
    std::string settings(int seed) { return "scales=1;" + network_.settings(seed); }

private:
    testing::SmallNetwork network_{"job-test-small", {{4, 4}, {6}}, "relu1_2", "relu1_1, relu2_1"};
};

using JobSettings = NetworkFiles;

TEST_F(JobSettings, EachHasAnEffectOnThePicture) {
    const std::string small = settings(1) + "iterations=3;", own = "scales=1;iterations=3;";
    // key → settings that differ in this key alone
    const std::map<std::string, std::pair<std::string, std::string>> effects = {
        {"network", {small, own}},
        {"weights", {small, settings(2) + "iterations=3;"}},
        {"loss", {own + "loss=sliced", own + "loss=covariance"}},
        {"content-layers", {own, own + "content-layers=relu2_1"}},
        {"style-layers", {own, own + "style-layers=relu2_1"}},
        {"content-weight", {own, own + "content-weight=100"}},
        {"style-weight", {own, own + "style-weight=1"}},
        {"tv-weight", {own, own + "tv-weight=100000"}},
        {"style-scale", {own, own + "style-scale=2"}},
        {"size", {own, own + "size=34"}},
        {"scales", {own, "iterations=3;scales=32,40"}},
        {"iterations", {own, "scales=1;iterations=4"}},
        {"optimiser", {own + "optimiser=adam", own + "optimiser=lbfgs"}},
        {"init", {own, own + "init=style"}},
        {"seed", {own + "init=noise;seed=1", own + "init=noise;seed=2"}},
        {"pooling", {small + "pooling=max", small + "pooling=average"}},
        {"padding", {own + "padding=reflect", own + "padding=circular"}},
        {"colours", {own + "colours=style", own + "colours=content"}},
        {"stop-below", {"scales=1;iterations=60", "scales=1;iterations=60;stop-below=1"}},
    };
    for (const auto& [key, pair] : effects) {
        ASSERT_NE(find_setting(key), nullptr) << key;
        EXPECT_FALSE(same(finished(request(pair.first)), finished(request(pair.second)))) << key;
    }
    EXPECT_FALSE(same(finished(request(own + "colours=match")), finished(request(own + "colours=style"))));
}

TEST_F(JobSettings, ANetworkFromFilesLowersItsLossToo) {
    Recorder recorder;
    const Outcome outcome = run_with(request(settings(1) + "iterations=30;content-weight=0"), recorder);
    ASSERT_EQ(outcome.kind, Outcome::Kind::finished) << outcome.sentence;
    EXPECT_LT(recorder.evaluations.back().style_loss, 0.5 * recorder.evaluations.front().style_loss);
}

TEST(Job, StylesOfSeveralWeightsAreBlended) {
    Request what = request("scales=1;iterations=3");
    const Image alone = finished(what);
    what.styles.push_back({scene(30, 30), 0});
    EXPECT_TRUE(same(finished(what), alone));  // a weight of 0 is no style
    what.styles[1].weight = 1;
    const Image blended = finished(what);
    EXPECT_FALSE(same(blended, alone));
    for (Style& style : what.styles) style.weight *= 8;  // only their relations count
    EXPECT_TRUE(same(finished(what), blended));
}

TEST(Job, AGivenStartIsUsedAtAnySize) {
    Request what = request("scales=1;iterations=1;content-weight=0;style-weight=0;optimiser=lbfgs");
    what.init = strokes(40, 36);
    const Image unchanged = finished(what);
    for (std::size_t i = 0; i < unchanged.rgba.size(); ++i) ASSERT_NEAR(unchanged.rgba[i], what.init.rgba[i], 1e-6);
    what.init = strokes(7, 90);
    EXPECT_TRUE(in_range(finished(what)));
}

TEST(Job, AlphaIsKeptAndHiddenColoursHaveNoInfluence) {
    Image content = scene(40, 36);
    for (int y = 0; y < 36; ++y)
        for (int x = 0; x < 40; ++x) content.pixel(x, y)[3] = x < 10 ? 0 : float(y) / 35;
    const Image result = finished(request("iterations=3", content));
    for (int y = 0; y < 36; ++y)
        for (int x = 0; x < 40; ++x) ASSERT_EQ(result.pixel(x, y)[3], content.pixel(x, y)[3]);
    Image other = content;
    for (int y = 0; y < 36; ++y)
        for (int x = 0; x < 40; ++x)
            if (other.pixel(x, y)[3] == 0) {
                other.pixel(x, y)[0] = 1 - other.pixel(x, y)[0];
                other.pixel(x, y)[1] = nan_value;
            }
    EXPECT_TRUE(same(finished(request("iterations=3", other)), result));
}

TEST(Job, APictureThatDoesNotShowIsRefused) {
    Recorder recorder;
    EXPECT_EQ(run_with(request("", Image(40, 36)), recorder).cause, Cause::picture);
    Request as_style = request("");
    as_style.styles = {{Image(40, 36), 1}};
    EXPECT_EQ(run_with(as_style, recorder).cause, Cause::picture);
    EXPECT_TRUE(recorder.evaluations.empty());
}

TEST(Job, OddPicturesGiveAFinitePictureOfTheirOwnSize) {
    std::map<std::string, Image> contents;
    contents["1x1"] = scene(1, 1);
    contents["1x50"] = scene(1, 50);
    contents["50x1"] = scene(50, 1);
    contents["one colour"] = Image(40, 36);
    for (float& value : contents["one colour"].rgba) value = 0.5F;
    for (int y = 0; y < 36; ++y)
        for (int x = 0; x < 40; ++x) contents["one colour"].pixel(x, y)[3] = 1;
    contents["black"] = Image(40, 36);
    for (int y = 0; y < 36; ++y)
        for (int x = 0; x < 40; ++x) contents["black"].pixel(x, y)[3] = 1;
    contents["not finite"] = scene(40, 36);
    for (std::size_t i = 0; i < contents["not finite"].rgba.size(); i += 7)
        contents["not finite"].rgba[i] = i % 3 == 0 ? nan_value : i % 3 == 1 ? infinity : -infinity;
    contents["far outside"] = scene(40, 36);
    for (float& value : contents["far outside"].rgba) value = value * 1e30F - 1;
    for (const auto& [name, content] : contents)
        for (const char* loss : {"sliced", "covariance", "gatys", "tutorial"}) {
            SCOPED_TRACE(name + " " + loss);
            const std::string settings = "scales=1;iterations=2;loss=" + std::string(loss);
            EXPECT_TRUE(in_range(finished(request(settings, content))));
            Request as_style = request(settings);
            as_style.styles = {{content, 1}};
            EXPECT_TRUE(in_range(finished(as_style)));
        }
    for (const char* settings :
         {"colours=content;iterations=1;scales=1", "colours=match;iterations=1;scales=1",
          "size=200;iterations=1;scales=1", "size=1;iterations=1", "padding=circular;iterations=1"})
        for (const auto& [name, content] : contents) {
            SCOPED_TRACE(name + " " + settings);
            EXPECT_TRUE(in_range(finished(request(settings, content))));
        }
}

TEST(Job, AStopEndsItWithinOneEvaluationWithTheBestSoFar) {
    for (int stop_at : {1, 3, 6}) {
        for (const char* optimiser : {"adam", "lbfgs"}) {
            Recorder recorder;
            recorder.stop_at = stop_at;
            const Outcome outcome =
                run_with(request("scales=32,40;iterations=5;optimiser=" + std::string(optimiser)), recorder);
            EXPECT_EQ(outcome.kind, Outcome::Kind::stopped);
            EXPECT_EQ(int(recorder.evaluations.size()), stop_at);
            EXPECT_EQ(outcome.picture.width, 40);
            EXPECT_EQ(outcome.picture.height, 36);
            EXPECT_TRUE(in_range(outcome.picture));
            EXPECT_EQ(outcome.network, "builtin");
        }
    }
    Recorder recorder;
    recorder.stop = true;
    const Outcome outcome = run_with(request(""), recorder);
    EXPECT_EQ(outcome.kind, Outcome::Kind::stopped);
    EXPECT_TRUE(recorder.evaluations.empty());
    EXPECT_TRUE(in_range(outcome.picture));
}

TEST(Job, ALossThatIsNoNumberIsNoPicture) {
    testing::SmallNetwork wild("job-test-wild", {{4, 4}, {4, 4}, {4}}, "relu2_2", "relu1_1, relu3_1", 1e12F);
    for (const char* optimiser : {"lbfgs", "adam"}) {
        Request what = request("");
        what.settings = Settings::parse("device=cpu;scales=1;iterations=5;optimiser=" + std::string(optimiser) +
                                        ";convolutions=direct;" + wild.settings(1));
        Recorder recorder;
        const Outcome outcome = run_with(what, recorder);
        EXPECT_EQ(outcome.kind, Outcome::Kind::failed);
        EXPECT_EQ(outcome.cause, Cause::weights);
        EXPECT_NE(outcome.sentence.find("not a number at the first evaluation"), std::string::npos) << outcome.sentence;
        EXPECT_TRUE(recorder.evaluations.empty());
    }
}

TEST(Job, FailuresHaveACauseAndASentence) {
    const auto expect = [](const Request& what, Cause cause, const std::string& part) {
        Recorder recorder;
        const Outcome outcome = run_with(what, recorder);
        EXPECT_EQ(outcome.kind, Outcome::Kind::failed) << part;
        EXPECT_EQ(outcome.cause, cause) << outcome.sentence;
        EXPECT_NE(outcome.sentence.find(part), std::string::npos) << outcome.sentence;
        EXPECT_TRUE(outcome.picture.empty());
        EXPECT_TRUE(recorder.evaluations.empty());
    };
    expect(request("network=nothing"), Cause::settings, "nothing");
    expect(request("network=vgg19;weights=/nonexistent.pth"), Cause::weights, "/nonexistent.pth");
    expect(request("style-layers=level7"), Cause::settings, "level7");
    expect(request("scales=3"), Cause::settings, "scales");
    expect(request("init=nonsense"), Cause::settings, "nonsense");
    expect(request("device=cuda:63"), Cause::device, "cuda:63");
    expect(request("", Image()), Cause::picture, "content");
    Request broken = request("");
    broken.content.rgba.pop_back();
    expect(broken, Cause::picture, "content");
    broken = request("");
    broken.styles.clear();
    expect(broken, Cause::picture, "style");
    broken = request("");
    broken.styles[0].image = Image();
    expect(broken, Cause::picture, "style");
    broken = request("");
    broken.styles[0].weight = 0;
    expect(broken, Cause::picture, "style");
    broken.styles[0].weight = -1;
    expect(broken, Cause::settings, "weight");
    broken.styles[0].weight = double(infinity);
    expect(broken, Cause::settings, "weight");
}

}  // namespace
}  // namespace neural_style
