// Whole runs in half precision on a card that is none: its range and its roundings are the real ones.
#include <gtest/gtest.h>

#include <cmath>

#include "../small_runs.hpp"
#include "pretend_card.hpp"

namespace neural_style {
namespace {

using testing::pretend_card;

class HalfPrecisionRun : public ::testing::Test {
protected:
    void SetUp() override { testing::reset_pretend_card(); }
    void TearDown() override { testing::reset_pretend_card(); }

    double reached(const std::string& settings, bool records) {
        testing::reset_pretend_card();
        pretend_card().records = records;
        Request what;
        what.content = testing::speckled(testing::scene(64, 48));
        what.styles = {{testing::strokes(44, 40), 1}};
        what.settings =
            Settings::parse("threads=1;preview-every=0;scales=1;iterations=60;" + network_.settings(1) + settings);
        testing::Recorder recorder;
        const Outcome outcome = run_with(what, recorder);
        EXPECT_EQ(outcome.kind, Outcome::Kind::finished) << outcome.sentence;
        for (const Evaluation& event : recorder.evaluations) EXPECT_TRUE(std::isfinite(event.total_loss));
        return recorder.evaluations.back().total_loss;
    }

    testing::SmallNetwork network_{
        "half-precision-test", {{16, 16}, {32, 32}, {64, 64}, {64}}, "relu3_2", "relu1_1, relu2_1, relu3_1, relu4_1"};
};

TEST_F(HalfPrecisionRun, ComesDownAsFarAsInFloat32) {
    for (const char* loss : {"loss=gatys", "loss=tutorial", "loss=covariance", "loss=sliced"}) {
        const double precise = reached(std::string(loss) + ";precision=float32", false),
                     coarse = reached(std::string(loss) + ";precision=float16", false);
        EXPECT_GT(pretend_card().traffic["pass_on"].operations, 60) << "kernels were given up";
        EXPECT_LT(std::abs(coarse / precise - 1), 0.1) << loss;
        EXPECT_NE(coarse, precise) << loss;
    }
}

TEST_F(HalfPrecisionRun, ThatHasNoNumbersSaysSo) {
    testing::SmallNetwork wild("half-precision-wild", {{8, 8}, {8, 8}, {8}}, "relu2_2", "relu1_1, relu3_1", 1e12F);
    Request what;
    what.content = testing::scene(40, 36);
    what.styles = {{testing::strokes(44, 40), 1}};
    what.settings = Settings::parse("scales=1;iterations=5;precision=float16;" + wild.settings(1));
    testing::Recorder recorder;
    const Outcome outcome = run_with(what, recorder);
    EXPECT_EQ(outcome.kind, Outcome::Kind::failed);
    EXPECT_NE(outcome.sentence.find("in float16; choose precision=float32"), std::string::npos) << outcome.sentence;
}

TEST_F(HalfPrecisionRun, IsReplayedAsItIsComputed) {
    const double plain = reached("precision=float16", false);
    EXPECT_EQ(reached("precision=float16", true), plain);
    EXPECT_EQ(pretend_card().recordings, 1);
}

TEST(HalfPrecision, IsRefusedWhereNoCardIs) {
    Request what;
    what.content = testing::scene(40, 36);
    what.styles = {{testing::strokes(44, 40), 1}};
    what.settings = Settings::parse("device=cpu;precision=float16");
    testing::Recorder recorder;
    const Outcome outcome = run_with(what, recorder);
    EXPECT_EQ(outcome.kind, Outcome::Kind::failed);
    EXPECT_NE(outcome.sentence.find("needs a GPU"), std::string::npos) << outcome.sentence;
}

}  // namespace
}  // namespace neural_style
