// What an objective makes of a network in half precision, whose features come in units, beside the same in float32.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "card_device.hpp"
#include "drawn_tensors.hpp"
#include "encoders/fused_encoder.hpp"
#include "encoders/half_layers.hpp"
#include "encoders/split_encoder.hpp"
#include "host_passages.hpp"
#include "losses/moment_loss.hpp"
#include "losses/sliced_loss.hpp"
#include "objective_value.hpp"

namespace neural_style {
namespace {

using testing::card, testing::convention, testing::drawn, testing::drawn_picture, testing::relative_distance;
using Layers = std::vector<ConvolutionLayer>;
using Taps = std::vector<LayerTap>;

// Each convolution gives some five times what it gets, so that units are far from 1 and from each other.
Layers layers() {
    Layers result;
    int channels = 3, seed = 80;
    double size = 1;
    for (const int out : {8, 8, 0, 16, 16, 0, 24, 24}) {
        result.emplace_back();
        if (out == 0) continue;
        size *= 5;
        const auto own = std::uint64_t(seed++);
        result.back().weight = drawn({out, channels, 3, 3}, own).mul(5 * std::sqrt(2.0 / (9 * channels))).to(card());
        result.back().bias = drawn({out}, own + 100).mul(0.1 * size).to(card());
        channels = out;
    }
    return result;
}

constexpr std::size_t cut = 6;
const Taps taps = {{7, true}, {0, true}, {3, true}, {6, true}};  // one of the content, three of the style

class HalfObjective : public ::testing::Test {
protected:
    HalfObjective() { bring_to_half(half_layers_, half_input_, true); }

    static std::unique_ptr<Encoder> fused(const Layers& own, const Taps& own_taps, const InputConvention& input) {
        const c10::Device device = card();
        return std::make_unique<FusedEncoder>(
            own, own_taps, input, Padding::reflect, true,
            device.is_cpu() ? testing::make_host_passages(device, at::kHalf) : make_passages(device, at::kHalf));
    }
    static std::unique_ptr<Encoder> plain(const Layers& own, const Taps& own_taps, const InputConvention& input) {
        return std::make_unique<ConvolutionEncoder>(own, own_taps, input, Padding::reflect, true, MapLayout::pixels);
    }
    template <class Make>
    static std::unique_ptr<Encoder> split(const Make& make, const Layers& own, const InputConvention& input) {
        const auto middle = own.begin() + cut;
        return std::make_unique<SplitEncoder>(
            make({own.begin(), middle}, {{0, true}, {3, true}, {cut - 1, true}}, input),
            make({middle, own.end()}, {{1, true}, {0, true}}, InputConvention()),
            std::vector<SplitEncoder::Place>{{false, 0}, {true, 0}, {true, 1}, {false, 1}},
            convolution_halo(own, taps));
    }

    static testing::ObjectiveValue evaluate(Encoder& encoder, const std::string& loss, bool masked, int edge,
                                            bool hybrid) {
        std::vector<StyleTerm> terms;
        for (std::size_t i = 1; i < taps.size(); ++i) {
            const double size = std::pow(5, 2.0 * double(i) - 1);  // of the features, or about it
            std::unique_ptr<StyleLoss> made;
            if (loss == "covariance") made = std::make_unique<CovarianceLoss>(1);
            if (loss == "sliced") made = std::make_unique<SlicedLoss>(1, 8, false, i);
            if (!made) made = std::make_unique<GramLoss>(std::pow(size, -4), loss == "tutorial");
            terms.push_back({i, std::move(made)});
        }
        const auto picture = [](std::uint64_t seed) { return drawn_picture(72, 64, seed).to(card()); };
        at::Tensor mask;
        if (masked) {
            mask = at::ones({1, 1, 64, 72});
            mask.narrow(3, 40, 20).zero_();
            mask = mask.to(card());
        }
        Objective objective(encoder, {{0, loss == "sliced" ? 1 : std::pow(5, -12), loss == "sliced"}}, std::move(terms),
                            0, {edge, hybrid});
        objective.set_targets(picture(5), mask, {{mask, {{picture(4), {}, 1}}, 1}});
        return testing::ObjectiveValue(objective.evaluate(picture(3)));
    }

    void expect_close(Encoder& half, Encoder& precise, bool masked, int edge = 0, bool hybrid = false) {
        for (const char* loss : {"gatys", "tutorial", "covariance", "sliced"}) {
            SCOPED_TRACE(std::string(loss) + (masked ? " masked" : "") + (hybrid ? " hybrid " : " ") +
                         std::to_string(edge));
            const testing::ObjectiveValue got = evaluate(half, loss, masked, edge, hybrid),
                                          expected = evaluate(precise, loss, masked, edge, hybrid);
            EXPECT_NEAR(got.content / expected.content, 1, 5e-3);
            EXPECT_NEAR(got.style / expected.style, 1, 5e-3);
            EXPECT_EQ(got.gradient.scalar_type(), at::kFloat);
            EXPECT_LT(relative_distance(got.gradient.to(at::kCPU), expected.gradient.to(at::kCPU)), 0.03);
        }
    }

    Layers half_layers_ = layers();
    InputConvention half_input_ = convention();
};

TEST_F(HalfObjective, HasTheLossesAndGradientsOfFloat32) {
    const auto precise = plain(layers(), taps, convention());
    for (const bool kernels : {false, true}) {
        const auto half = (kernels ? fused : plain)(half_layers_, taps, half_input_);
        EXPECT_NE(half->shapes()[0].unit, half->shapes()[1].unit);
        for (const bool masked : {false, true}) expect_close(*half, *precise, masked);
    }
}

TEST_F(HalfObjective, HasThemInTilesToo) {
    const auto precise = split(plain, layers(), convention());
    for (const bool kernels : {false, true}) {
        const auto half = split(kernels ? fused : plain, half_layers_, half_input_);
        for (const bool hybrid : {false, true}) expect_close(*half, *precise, false, 32, hybrid);
        expect_close(*half, *precise, false);
    }
}

}  // namespace
}  // namespace neural_style
