#include "recorded_evaluation.hpp"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include <cmath>

#include "fetched.hpp"

namespace neural_style {
namespace {

constexpr int warm_up = 3;  // evaluations before one is recorded
// Of the gradient's length: sums in another order differ by a twentieth of it in half precision, where pools choose
// others of numbers that are almost alike. What was recorded wrongly is off by about the whole.
constexpr double tolerance = 0.15;

}  // namespace

Evaluated RecordedEvaluation::evaluate(const at::Tensor& picture) {
    ++evaluations_;
    if (recording_ && evaluations_ > warm_up) return replayed(picture);
    const Evaluated result = objective_.evaluate(picture);
    if (recording_ && evaluations_ == warm_up) record(picture, result);
    return result;
}

Evaluated RecordedEvaluation::replayed(const at::Tensor& picture) {
    picture_.copy_(picture);
    recording_->replay();
    return {result_.losses, result_.gradient.clone()};  // the gradient is given away
}

// Gives the recording up if it cannot be made or does not give what is expected of the picture. A card that is lost
// will say so again.
void RecordedEvaluation::record(const at::Tensor& picture, const Evaluated& expected) {
    try {
        picture_ = picture.clone();
        recording_->record([&] { result_ = objective_.evaluate(picture_); });
        const Evaluated got = replayed(picture);
        const std::vector<double> numbers =
            fetched({(got.gradient - expected.gradient).norm(), expected.gradient.norm()});
        if (numbers[0] <= tolerance * numbers[1]) return;
    } catch (const c10::Error&) {
    }
    result_ = {};
    picture_.reset();
    recording_.reset();
}

}  // namespace neural_style
