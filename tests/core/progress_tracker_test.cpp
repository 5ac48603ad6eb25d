#include "run/progress_tracker.hpp"

#include <gtest/gtest.h>

namespace neural_style {
namespace {

const std::vector<Scale> two_scales = {{32, 32, 24, 5}, {64, 64, 48, 3}};

TEST(ProgressTracker, CountsOverAllScales) {
    ProgressTracker tracker(two_scales);
    tracker.begin_scale(0);
    double seconds = 0;
    for (int i = 1; i <= 8; ++i) {
        if (i == 6) tracker.begin_scale(1);
        const Evaluation event = tracker.count(10.0 / i);
        EXPECT_EQ(event.evaluation, i);
        EXPECT_EQ(event.evaluations, 8);
        EXPECT_EQ(event.scale, i <= 5 ? 0 : 1);
        EXPECT_EQ(event.width, i <= 5 ? 32 : 64);
        EXPECT_EQ(event.height, i <= 5 ? 24 : 48);
        EXPECT_EQ(event.total_loss, 10.0 / i);
        EXPECT_GE(event.seconds, seconds);
        EXPECT_GE(event.remaining_seconds, 0);
        EXPECT_GT(event.memory_mib, 1);
        EXPECT_GT(event.available_mib, 0);
        EXPECT_EQ(tracker.left(), i <= 5 ? 5 - i : 8 - i);
        seconds = event.seconds;
        if (i == 8) {
            EXPECT_EQ(event.remaining_seconds, 0);
        }
    }
}

TEST(ProgressTracker, WhatAScaleLeavesUnusedIsNotExpectedAnyMore) {
    ProgressTracker tracker(two_scales);
    tracker.begin_scale(0);
    tracker.count(1);
    tracker.count(1);
    tracker.begin_scale(1);
    const Evaluation event = tracker.count(1);
    EXPECT_EQ(event.evaluation, 3);
    EXPECT_EQ(event.evaluations, 5);
}

TEST(ProgressTracker, RestIsAMeanThatHardlyFallsAnyMore) {
    ProgressTracker tracker({{32, 32, 32, 1000}});
    tracker.begin_scale(0);
    for (int i = 0; i < 39; ++i) {
        tracker.count(5);
        EXPECT_FALSE(tracker.at_rest(0.5)) << i;
    }
    tracker.count(5);
    EXPECT_TRUE(tracker.at_rest(0.01));
    EXPECT_FALSE(tracker.at_rest(0));               // 0: never
    for (int i = 0; i < 20; ++i) tracker.count(4);  // a fifth less
    EXPECT_TRUE(tracker.at_rest(0.25));
    EXPECT_FALSE(tracker.at_rest(0.15));
    for (int i = 0; i < 20; ++i) tracker.count(6);  // a rise is rest too
    EXPECT_TRUE(tracker.at_rest(0.01));
}

TEST(ProgressTracker, RestOfOneScaleIsNotRestOfTheNext) {
    ProgressTracker tracker({{32, 32, 32, 100}, {64, 64, 64, 100}});
    tracker.begin_scale(0);
    for (int i = 0; i < 40; ++i) tracker.count(5);
    EXPECT_TRUE(tracker.at_rest(0.01));
    tracker.begin_scale(1);
    EXPECT_FALSE(tracker.at_rest(0.01));
}

}  // namespace
}  // namespace neural_style
