// The engine on a card that is none (pretend_card.hpp): what runs on a GPU runs here.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "../small_runs.hpp"
#include "neural-style/plan.hpp"
#include "neural-style/scale_schedule.hpp"
#include "pretend_card.hpp"
#include "run/device.hpp"
#include "run/method.hpp"

namespace neural_style {
namespace {

using testing::distance, testing::pretend_card, testing::Recorder, testing::reset_pretend_card, testing::run_with;

const c10::Device card(testing::pretend_card_type, 0);

TEST(PretendCard, ComputesWhatTheProcessorDoes) {
    const at::Tensor a = at::randn({2, 3, 8, 8}), weight = at::randn({4, 3, 3, 3}), bias = at::randn({4});
    const auto result = [&](const c10::Device& device) {
        const at::Tensor x = a.clone().to(device).set_requires_grad(true);
        at::Tensor map = at::conv2d(x, weight.to(device), bias.to(device), 1, 1);
        map = at::relu_(map);
        map = at::max_pool2d(map, {2, 2});
        map.pow(2).sum().backward();
        return x.grad().to(at::kCPU);
    };
    EXPECT_TRUE(at::allclose(result(card), result(at::kCPU), 1e-5, 1e-5));
}

// Bytes, when autograd's thread has let go of its last gradient.
std::size_t used_in_the_end() {
    for (int wait = 0; wait < 500 && testing::pretend_card_used() > 0; ++wait)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return testing::pretend_card_used();
}

class Card : public ::testing::Test {
protected:
    void SetUp() override {
        used_in_the_end();  // of the last test
        reset_pretend_card();
    }
    void TearDown() override { reset_pretend_card(); }

    Request request(const std::string& settings, const std::string& device, int width = 40, int height = 36) {
        Request result;
        result.content = testing::speckled(testing::scene(width, height));
        result.styles = {{testing::strokes(44, 40), 1}};
        result.settings = Settings::parse("threads=1;preview-every=0;device=" + device + ";" + settings);
        return result;
    }

    // The first suits kernels of our own, of the second only what lies behind the second pool does.
    testing::SmallNetwork network_{"card-test-small", {{8, 8}, {8, 16}, {8}}, "relu2_2", "relu1_1, relu2_1, relu3_1"};
    testing::SmallNetwork odd_network_{"card-test-odd", {{4, 4}, {6, 6}, {8}}, "relu2_2", "relu1_1, relu2_1, relu3_1"};
};

TEST_F(Card, AutoLeavesOutACardThatHasNoKernels) {
    EXPECT_EQ(resolve_device("auto"), card);
    EXPECT_EQ(trouble_with(card), "");
    pretend_card().fails_at = 0;
    pretend_card().failure = "CUDA error: no kernel image is available for execution on the device";
    EXPECT_NE(trouble_with(card).find("no kernel image"), std::string::npos);
    EXPECT_TRUE(resolve_device("auto").is_cpu());
    EXPECT_EQ(resolve_device(card.str()), card);  // asked for by name it is what it is, and fails with its sentence
    PlanRequest plan;
    plan.width = plan.height = 64;
    plan.styles = {{64, 64}};
    plan.settings = Settings::parse("network=builtin");
    const Plan made = make_plan(plan);
    EXPECT_EQ(made.device, "cpu");
    EXPECT_NE(made.chosen.find("no kernel image"), std::string::npos) << made.chosen;
    Recorder recorder;
    const Outcome painted = run_with(request("network=builtin;iterations=2", "auto"), recorder);
    EXPECT_EQ(painted.kind, Outcome::Kind::finished) << painted.sentence;
    pretend_card().failure = "CUDA out of memory";  // which is for the memory plan
    EXPECT_EQ(resolve_device("auto"), card);
}

TEST_F(Card, PaintsWhatTheProcessorPaints) {
    const std::string settled = "convolutions=direct;scales=32,40;iterations=4;";
    const std::string small = network_.settings(1) + settled;
    for (const std::string& settings :
         {small, odd_network_.settings(1) + settled, small + "padding=circular", small + "loss=tutorial",
          small + "pooling=average;tv-weight=10", small + "optimiser=adam", small + "loss=covariance",
          small + "loss=sliced", std::string("network=builtin;scales=32,40;iterations=4;"),
          std::string("network=builtin;loss=sliced;scales=32,40;iterations=4;init=noise;seed=3"),
          std::string("network=builtin;scales=32,40;iterations=2;colours=match;padding=circular")}) {
        Recorder here;
        const Outcome on_cpu = run_with(request(settings, "cpu"), here);
        ASSERT_EQ(on_cpu.kind, Outcome::Kind::finished) << on_cpu.sentence << " " << settings;
        EXPECT_EQ(here.scales.at(0).device, "cpu");
        for (const bool compiles : {false, true}) {
            SCOPED_TRACE(settings + (compiles ? " with kernels" : ""));
            reset_pretend_card();
            pretend_card().compiles = compiles;
            Recorder there;
            const Outcome on_card = run_with(request(settings, "auto"), there);
            ASSERT_EQ(on_card.kind, Outcome::Kind::finished) << on_card.sentence;
            EXPECT_EQ(there.scales.at(0).device, "privateuseone:0");
            EXPECT_EQ(pretend_card().traffic.count("pass_on"), compiles ? 1u : 0u);
            EXPECT_LT(distance(on_card.picture, on_cpu.picture), 1e-4);
            for (std::size_t i = 0; i < here.evaluations.size(); ++i)
                EXPECT_NEAR(there.evaluations.at(i).total_loss / here.evaluations[i].total_loss, 1, 1e-3) << i;
        }
    }
}

TEST_F(Card, SaysWhatComputes) {
    for (const bool compiles : {false, true}) {
        reset_pretend_card();
        pretend_card().compiles = compiles;
        const auto engine = [&](testing::SmallNetwork& network) {
            const Settings settings = Settings::parse(network.settings(1));
            return make_encoder(choose_method(settings), settings, card, Precision::float32)->engine();
        };
        const std::string kernels = "LibTorch, with kernels of our own between its convolutions";
        EXPECT_EQ(engine(network_), compiles ? kernels : "LibTorch");
        EXPECT_EQ(engine(odd_network_), compiles ? "LibTorch, behind the second pool " + kernels : "LibTorch");
    }
}

TEST_F(Card, DoesWithoutKernelsThatGiveSomethingElse) {
    const std::string settings = network_.settings(1) + "scales=1;iterations=3";
    Recorder plain, wrong;
    pretend_card().compiles = false;
    const Outcome expected = run_with(request(settings, "auto"), plain);
    const long long without = pretend_card().operations;
    reset_pretend_card();
    pretend_card().miscompiles = true;
    const Outcome outcome = run_with(request(settings, "auto"), wrong);
    ASSERT_EQ(outcome.kind, Outcome::Kind::finished) << outcome.sentence;
    EXPECT_GT(pretend_card().traffic["pass_on"].operations, 0);  // they were tried
    EXPECT_GT(pretend_card().operations, without);
    EXPECT_TRUE(testing::same(outcome.picture, expected.picture));
}

TEST_F(Card, WithKernelsHoldsLess) {
    std::size_t held[2];
    for (const bool compiles : {false, true}) {
        ASSERT_EQ(used_in_the_end(), 0u);
        reset_pretend_card();
        pretend_card().compiles = compiles;
        Recorder recorder;
        EXPECT_EQ(
            run_with(request(network_.settings(1) + "scales=1;iterations=3;optimiser=adam", "auto", 288, 256), recorder)
                .kind,
            Outcome::Kind::finished);
        held[compiles] = pretend_card().peak;
    }
    EXPECT_LT(held[1], held[0] * 4 / 5);
}

TEST_F(Card, PaintsUnderMasksAndGuidesToo) {
    for (const std::string loss : {"gatys", "sliced"}) {
        testing::SmallNetwork& network = loss == "gatys" ? network_ : odd_network_;
        Image pictures[2];
        for (const bool on_card : {false, true}) {
            Request what = request(network.settings(1) + "convolutions=direct;scales=1;iterations=4;loss=" + loss,
                                   on_card ? "auto" : "cpu");
            for (int y = 0; y < what.content.height; ++y)
                for (int x = 0; x < 8; ++x) what.content.pixel(x, y)[3] = 0.1F * float(x);
            what.styles.push_back({testing::speckled(testing::scene(30, 30)), 0.5});
            Mask right{what.content.width, what.content.height, {}};
            for (int i = 0; i < right.width * right.height; ++i)
                right.values.push_back(i % right.width > right.width / 2 ? 1.0F : 0.0F);
            Guide guide;
            guide.style = 1;
            guide.content = right;
            what.guides.push_back(guide);
            Recorder recorder;
            Outcome outcome = run_with(what, recorder);
            ASSERT_EQ(outcome.kind, Outcome::Kind::finished) << outcome.sentence;
            pictures[on_card] = std::move(outcome.picture);
        }
        // With weights a sliced loss goes by tables of quantiles, which the two fill in another way, and Adam's first
        // steps are as large where the gradient is almost nothing.
        EXPECT_LT(distance(pictures[0], pictures[1]), loss == "sliced" ? 5e-3 : 1e-4) << loss;
    }
}

TEST_F(Card, InHalfPrecisionPaintsAlikeWhateverIsAsked) {
    const auto painted = [&](const std::string& settings, bool masked) {
        reset_pretend_card();
        Request what = request(network_.settings(1) + "scales=1;iterations=4;" + settings, "auto", 72, 64);
        if (masked)
            for (int y = 0; y < what.content.height; ++y)
                for (int x = 0; x < 20; ++x) what.content.pixel(x, y)[3] = 0.04F * float(x);
        if (masked) {
            Guide guide;
            guide.content = {2, 1, {0, 1}};
            what.guides.push_back(guide);
        }
        Recorder recorder;
        Outcome outcome = run_with(what, recorder);
        EXPECT_EQ(outcome.kind, Outcome::Kind::finished) << outcome.sentence;
        return std::move(outcome.picture);
    };
    for (const char* settings :
         {"loss=gatys", "loss=tutorial", "loss=covariance;pooling=average", "loss=sliced", "padding=circular",
          "optimiser=adam;tv-weight=10;content-layers=conv2_2", "style-layers=relu1_1,pool1,relu2_2,relu3_1",
          "memory=6;optimiser=adam", "memory=6;optimiser=adam;loss=covariance"})
        for (const bool masked : {false, true}) {
            SCOPED_TRACE(std::string(settings) + (masked ? " masked" : ""));
            const std::string all = settings;
            EXPECT_LT(
                distance(painted(all + ";precision=float16", masked), painted(all + ";precision=float32", masked)),
                0.02);
        }
}

// Of a run's waits those of its evaluations, as many as twice as many evaluations have more.
TEST_F(Card, IsWaitedForOnceAnEvaluation) {
    for (const char* settings :
         {"optimiser=lbfgs;loss=gatys", "optimiser=lbfgs;loss=tutorial", "optimiser=adam;loss=gatys",
          "optimiser=lbfgs;loss=covariance", "optimiser=adam;loss=sliced"}) {
        long long waits[2];
        for (const int times : {1, 2}) {
            Recorder recorder;
            const long long before = pretend_card().waits;
            const Outcome outcome = run_with(
                request(network_.settings(1) + "scales=1;" + settings + ";iterations=" + std::to_string(10 * times),
                        "auto"),
                recorder);
            ASSERT_EQ(outcome.kind, Outcome::Kind::finished) << outcome.sentence;
            waits[times - 1] = pretend_card().waits - before;
        }
        EXPECT_EQ(waits[1] - waits[0], 10) << settings;
    }
}

// Notes how many operations had begun when it was told something.
class Clock : public Recorder {
public:
    void on_evaluation(const Evaluation& event) override {
        at_evaluation.push_back(pretend_card().operations);
        Recorder::on_evaluation(event);
    }
    void on_preview(const Image& picture) override {
        at_preview.push_back(pretend_card().operations);
        evaluations_before.push_back(evaluations.size());
        Recorder::on_preview(picture);
    }
    std::vector<long long> at_evaluation, at_preview;
    std::vector<std::size_t> evaluations_before;
};

TEST_F(Card, ComputesWhileAPreviewIsMade) {
    Clock clock;
    pretend_card().records = false;
    const Outcome outcome =
        run_with(request(network_.settings(1) + "scales=1;iterations=8;preview-every=4", "auto"), clock);
    ASSERT_EQ(outcome.kind, Outcome::Kind::finished) << outcome.sentence;
    ASSERT_EQ(clock.previews.size(), 2u);
    EXPECT_EQ(clock.evaluations_before, (std::vector<std::size_t>{4, 8}));  // before the next one is told
    const long long an_evaluation = clock.at_evaluation[2] - clock.at_evaluation[1];
    EXPECT_GT(clock.at_preview[0] - clock.at_evaluation[3], an_evaluation / 2);  // the next one has begun
    EXPECT_LT(clock.at_preview[1] - clock.at_evaluation[7], an_evaluation / 2);  // there is none
    EXPECT_LT(distance(clock.previews[1], outcome.picture), 0.02);
}

TEST_F(Card, ReplaysWhatItHasRecorded) {
    for (const char* settings :
         {"loss=gatys", "loss=gatys;padding=circular;tv-weight=5", "loss=tutorial;pooling=average",
          "loss=covariance;optimiser=adam", "loss=gatys;network=builtin;weights=", "loss=gatys;scales=32,40"}) {
        Recorder plain, replayed;
        const std::string all = network_.settings(1) + "scales=1;iterations=20;" + settings;
        pretend_card().records = false;
        const Outcome expected = run_with(request(all, "auto"), plain);
        ASSERT_EQ(expected.kind, Outcome::Kind::finished) << expected.sentence;
        reset_pretend_card();
        const Outcome outcome = run_with(request(all, "auto"), replayed);
        ASSERT_EQ(outcome.kind, Outcome::Kind::finished) << outcome.sentence;
        const auto scales = (long long)replayed.scales.size();
        EXPECT_EQ(pretend_card().recordings, scales) << settings;
        EXPECT_EQ(pretend_card().replays, scales * (20 - 3 + 1)) << settings;  // all but the first three, and a trial
        EXPECT_TRUE(testing::same(outcome.picture, expected.picture)) << settings;
        EXPECT_EQ(used_in_the_end(), 0u);
    }
}

TEST_F(Card, DoesWithoutARecordingThatGivesSomethingElse) {
    const std::string settings = network_.settings(1) + "scales=1;iterations=20";
    Recorder plain, forgetful;
    pretend_card().records = false;
    const Outcome expected = run_with(request(settings, "auto"), plain);
    reset_pretend_card();
    pretend_card().forgets = true;
    const Outcome outcome = run_with(request(settings, "auto"), forgetful);
    ASSERT_EQ(outcome.kind, Outcome::Kind::finished) << outcome.sentence;
    EXPECT_EQ(pretend_card().replays, 1);
    EXPECT_TRUE(testing::same(outcome.picture, expected.picture));
}

TEST_F(Card, InTf32ComesDownAsFarAsInFloat32) {
    testing::SmallNetwork network("card-test-deep", {{16, 16}, {32, 32}, {64, 64}, {64}}, "relu3_2",
                                  "relu1_1, relu2_1, relu3_1, relu4_1");
    for (const char* loss : {"gatys", "tutorial"}) {
        const auto reached = [&](int bits) {
            reset_pretend_card();
            pretend_card().records = false;
            pretend_card().convolution_bits = bits;
            Recorder recorder;
            const Outcome outcome = run_with(
                request(network.settings(1) + "scales=1;iterations=60;loss=" + loss, "auto", 64, 48), recorder);
            EXPECT_EQ(outcome.kind, Outcome::Kind::finished) << outcome.sentence;
            for (const Evaluation& event : recorder.evaluations) EXPECT_TRUE(std::isfinite(event.total_loss));
            return recorder.evaluations.back().total_loss;
        };
        const double in_float32 = reached(24);
        EXPECT_LT(std::abs(reached(11) / in_float32 - 1), 0.1) << loss;
        EXPECT_GT(std::abs(reached(5) / in_float32 - 1), 0.1) << loss << ": nothing was rounded";
    }
}

TEST_F(Card, RecordsNoSlicedLossesAndNoFewEvaluations) {
    for (const char* settings : {"loss=sliced;iterations=20", "loss=gatys;iterations=5"}) {
        Recorder recorder;
        EXPECT_EQ(run_with(request(network_.settings(1) + "scales=1;" + settings, "auto"), recorder).kind,
                  Outcome::Kind::finished);
        EXPECT_EQ(pretend_card().recordings, 0) << settings;
    }
}

TEST_F(Card, IsEmptyAfterARun) {
    ASSERT_EQ(used_in_the_end(), 0u);
    Recorder recorder;
    EXPECT_EQ(run_with(request(network_.settings(1) + "scales=32,40;iterations=3", "auto"), recorder).kind,
              Outcome::Kind::finished);
    EXPECT_GT(pretend_card().peak, 0u);
    EXPECT_EQ(used_in_the_end(), 0u);
    recorder.stop_at = 2;
    EXPECT_EQ(run_with(request(network_.settings(1) + "iterations=30", "auto"), recorder).kind, Outcome::Kind::stopped);
    EXPECT_EQ(used_in_the_end(), 0u);
}

TEST_F(Card, ThatIsLostEndsTheRunWithWhatToDo) {
    // One that fails from the beginning is left out by auto, but not where it was asked for.
    for (const long long after : {0, 60, 700}) {
        reset_pretend_card();
        pretend_card().fails_at = after;
        Recorder recorder;
        const Outcome outcome = run_with(
            request(network_.settings(1) + "scales=1;iterations=30", after > 0 ? "auto" : card.str()), recorder);
        EXPECT_EQ(outcome.kind, Outcome::Kind::failed);
        EXPECT_EQ(outcome.cause, Cause::device);
        EXPECT_NE(outcome.sentence.find("device=cpu"), std::string::npos) << outcome.sentence;
        EXPECT_TRUE(outcome.picture.empty());
        EXPECT_EQ(used_in_the_end(), 0u) << after;
    }
}

TEST_F(Card, WithLessMemoryThanItSaidGoesOnInTiles) {
    const std::string settings = network_.settings(1) + "convolutions=direct;scales=1;iterations=6;optimiser=adam";
    Recorder whole, tiled;
    const Outcome one = run_with(request(settings, "auto", 300, 200), whole);
    ASSERT_EQ(one.kind, Outcome::Kind::finished) << one.sentence;
    EXPECT_EQ(whole.scales.at(0).tile_edge, 0);
    const std::size_t all = pretend_card().peak;
    reset_pretend_card();
    pretend_card().limit = all * 17 / 20;  // which the plan is not told: it goes by memory=
    const Outcome other = run_with(request(settings + ";memory=100000", "auto", 300, 200), tiled);
    ASSERT_EQ(other.kind, Outcome::Kind::finished) << other.sentence;
    EXPECT_GT(tiled.scales.size(), 1u);
    EXPECT_EQ(tiled.scales.back().change, ScaleEvent::Change::short_of_memory);
    EXPECT_GT(tiled.scales.back().tile_edge, 0);
    EXPECT_LT(distance(one.picture, other.picture), 1e-3);
}

TEST_F(Card, TakesNoMoreThanThePlanSays) {
    const auto expect_planned = [&](const std::string& settings, Precision precision, bool compiles) {
        SCOPED_TRACE(settings + (compiles ? " with kernels" : ""));
        reset_pretend_card();
        pretend_card().compiles = compiles;
        const Request what = request(settings + ";scales=1", "auto", 288, 256);
        const Method method = choose_method(what.settings);
        std::unique_ptr<Encoder> encoder = make_encoder(method, what.settings, card, precision);
        const Workload load = workload(method, {288, 256, {{44, 40}}, 0, false, what.settings}, *encoder, card, 0);
        const Scale scale = plan_scales(288, 256, what.settings).at(0);
        const Way way = ways(load, scale)[first_that_fits(load, scale, double(what.settings.integer("memory")))];
        const double planned = needed_mib(load, scale, way);
        encoder.reset();
        reset_pretend_card();
        pretend_card().compiles = compiles;
        Recorder recorder;
        const Outcome outcome = run_with(what, recorder);
        EXPECT_EQ(outcome.kind, Outcome::Kind::finished) << outcome.sentence;
        EXPECT_EQ(recorder.scales.back().tile_edge, way.tile_edge);
        const double taken = double(pretend_card().peak) / (1 << 20);
        EXPECT_LE(taken, planned) << way.tile_edge;
        EXPECT_GT(taken, planned / 2) << way.tile_edge;
    };
    bool compiles = false;
    for (const std::string loss : {"gatys", "covariance", "sliced"})
        for (const std::string optimiser : {"lbfgs", "adam"}) {
            // Ten evaluations are recorded.
            const std::string run =
                ";optimiser=" + optimiser + ";loss=" + loss + ";iterations=" + (loss == "sliced" ? "3" : "10");
            for (const std::string memory : {"100000", "12"}) {
                compiles = !compiles;  // by turns
                expect_planned(network_.settings(1) + run + ";memory=" + memory, Precision::float32, compiles);
                if (loss == "gatys")
                    expect_planned(network_.settings(1) + run + ";memory=" + memory + ";precision=float16",
                                   Precision::float16, !compiles);
            }
            if (loss + optimiser == "covariancelbfgs" || loss + optimiser == "slicedadam")  // as it has them by itself
                expect_planned("network=builtin" + run + ";memory=100000", Precision::float32, false);
        }
}

}  // namespace
}  // namespace neural_style
