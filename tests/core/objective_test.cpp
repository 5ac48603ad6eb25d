#include "descent/objective.hpp"

#include <c10/core/GradMode.h>

#include "drawn_tensors.hpp"
#include "encoders/autograd_gradient.hpp"
#include "losses/moment_loss.hpp"
#include "objective_value.hpp"

namespace neural_style {
namespace {

using testing::drawn;
using testing::drawn_picture;
using testing::expect_gradient;
using testing::ObjectiveValue;
using testing::relative_distance;

/// The tests' own network, smooth everywhere and in double precision: two convolutions, each followed by tanh.
class TinyEncoder : public Encoder {
public:
    std::vector<at::Tensor> maps_of(const at::Tensor& picture) const {
        const at::Tensor first = at::tanh(at::conv2d(picture, first_, at::Tensor(), 1, 1));
        const at::Tensor second = at::tanh(at::conv2d(first, second_, at::Tensor(), 2, 1));
        return {first, second};
    }
    std::vector<at::Tensor> features(const at::Tensor& picture, bool keep) override {
        c10::AutoGradMode record(keep);
        picture_ = picture.detach().requires_grad_(keep);
        maps_ = maps_of(picture_);
        return seen();
    }
    at::Tensor gradient(const std::vector<Slope>& of_features) override {
        return autograd_gradient(maps_, as_maps(of_features, seen()), picture_);
    }
    void set_padding(Padding) override {}
    void release() override { maps_.clear(); }
    std::vector<MapShape> shapes() const override { return {{4, 1}, {6, 2}}; }
    std::size_t work_bytes(int, int) const override { return 0; }
    int halo() const override { return 2; }

private:
    std::vector<at::Tensor> seen() const { return {maps_[0].detach().squeeze(0), maps_[1].detach().squeeze(0)}; }

    at::Tensor first_ = drawn({4, 3, 3, 3}, 1, at::kDouble) * 0.4, second_ = drawn({6, 4, 3, 3}, 2, at::kDouble) * 0.3;
    at::Tensor picture_;
    std::vector<at::Tensor> maps_;
};

const at::Tensor content = drawn_picture(14, 11, 1, at::kDouble), style = drawn_picture(17, 9, 2, at::kDouble),
                 other_style = drawn_picture(9, 9, 4, at::kDouble), picture = drawn_picture(14, 11, 3, at::kDouble);

enum class Parts { content, style, tv, all };

std::unique_ptr<Objective> objective(Encoder& encoder, Parts parts, bool relative) {
    std::vector<ContentTerm> content_terms;
    std::vector<StyleTerm> style_terms;
    if (parts == Parts::content || parts == Parts::all) {
        content_terms.push_back({1, 2.0, relative});
        content_terms.push_back({0, 0.5, relative});
    }
    if (parts == Parts::style || parts == Parts::all) {
        style_terms.push_back({0, std::make_unique<GramLoss>(10.0, false)});
        style_terms.push_back({1, std::make_unique<CovarianceLoss>(3.0)});
        style_terms.push_back({1, std::make_unique<GramLoss>(7.0, true)});
    }
    auto result = std::make_unique<Objective>(encoder, std::move(content_terms), std::move(style_terms),
                                              parts == Parts::tv || parts == Parts::all ? 1.5 : 0);
    result->set_targets(content, {}, {{{}, {{style, {}, 0.75}, {other_style, {}, 0.25}}, 1}});
    return result;
}

TEST(Objective, GradientsAreTheSlopes) {
    for (Parts parts : {Parts::content, Parts::style, Parts::tv, Parts::all})
        for (bool relative : {false, true}) {
            SCOPED_TRACE(int(parts) * 2 + relative);
            TinyEncoder encoder;
            const auto whole = objective(encoder, parts, relative);
            const ObjectiveValue value(whole->evaluate(picture));
            expect_gradient([&](const at::Tensor& p) { return ObjectiveValue(whole->evaluate(p)).total(); }, picture,
                            value.gradient, 1e-4, 1e-5);
        }
}

TEST(Objective, ContentAndVariationAreTheirFormulas) {
    TinyEncoder encoder;
    const auto maps = encoder.maps_of(picture), targets = encoder.maps_of(content);
    double expected = 0, expected_relative = 0;
    for (auto [index, factor] : {std::pair(1, 2.0), {0, 0.5}}) {
        const at::Tensor squares = (maps[index] - targets[index]).pow(2);
        expected += factor * squares.mean().item<double>();
        const at::Tensor centred = targets[index] - targets[index].mean({2, 3}, true);
        expected_relative += factor * squares.sum().item<double>() / (2 * centred.pow(2).sum().item<double>());
    }
    EXPECT_NEAR(ObjectiveValue(objective(encoder, Parts::content, false)->evaluate(picture)).content, expected,
                1e-9 * expected);
    EXPECT_NEAR(ObjectiveValue(objective(encoder, Parts::content, true)->evaluate(picture)).content, expected_relative,
                1e-9 * expected_relative);

    const at::Tensor across = picture.narrow(3, 1, 13) - picture.narrow(3, 0, 13),
                     down = picture.narrow(2, 1, 10) - picture.narrow(2, 0, 10);
    const double variation = 1.5 * (across.pow(2).mean() + down.pow(2).mean()).item<double>();
    const ObjectiveValue value(objective(encoder, Parts::tv, false)->evaluate(picture));
    EXPECT_NEAR(value.tv, variation, 1e-9 * variation);
    EXPECT_EQ(value.content, 0);
    EXPECT_EQ(value.style, 0);
}

TEST(Objective, PartsAddUp) {
    TinyEncoder encoder;
    const ObjectiveValue all(objective(encoder, Parts::all, false)->evaluate(picture));
    at::Tensor gradient = at::zeros_like(picture);
    double sum = 0;
    for (Parts parts : {Parts::content, Parts::style, Parts::tv}) {
        const ObjectiveValue value(objective(encoder, parts, false)->evaluate(picture));
        gradient += value.gradient;
        sum += value.total();
    }
    EXPECT_NEAR(all.total(), sum, 1e-9 * sum);
    EXPECT_LT(relative_distance(all.gradient, gradient), 1e-9);
}

TEST(Objective, TheContentItselfHasNoContentLoss) {
    TinyEncoder encoder;
    for (bool relative : {false, true}) {
        const ObjectiveValue value(objective(encoder, Parts::content, relative)->evaluate(content));
        EXPECT_EQ(value.content, 0);
        EXPECT_EQ(value.gradient.abs().max().item<double>(), 0);
    }
}

TEST(Objective, SmallAndFlatPicturesAreFinite) {
    TinyEncoder encoder;
    for (auto [width, height] : {std::pair(1, 1), {1, 7}, {8, 1}, {5, 5}}) {
        const at::Tensor flat = at::full({1, 3, height, width}, 0.5, at::TensorOptions(at::kDouble));
        Objective whole(encoder, {}, {}, 1);
        whole.set_targets(flat, {}, {{{}, {{flat, {}, 1}}, 1}});
        const ObjectiveValue value(whole.evaluate(flat));
        EXPECT_EQ(value.total(), 0);
        EXPECT_EQ(value.gradient.sizes(), flat.sizes());
    }
}

}  // namespace
}  // namespace neural_style
