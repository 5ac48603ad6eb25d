#include "signed_halves.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

namespace neural_style {
namespace {

using torch::autograd::AutogradContext, torch::autograd::variable_list;

// The channels of the positive parts, and those of the negative ones.
at::Tensor upper(const at::Tensor& halves) { return halves.narrow(1, 0, halves.size(1) / 2); }
at::Tensor lower(const at::Tensor& halves) { return halves.narrow(1, halves.size(1) / 2, halves.size(1) / 2); }

// The slope of the map from that of its parts: it goes to the part that is not zero.
at::Tensor joined(const at::Tensor& slope_of_positive, const at::Tensor& slope_of_negative,
                  const at::Tensor& of_positive, const at::Tensor& of_negative) {
    return at::threshold_backward(slope_of_positive, of_positive, 0)
        .sub_(at::threshold_backward(slope_of_negative, of_negative, 0));
}

struct Halving : torch::autograd::Function<Halving> {
    static variable_list forward(AutogradContext* context, const at::Tensor& map, std::int64_t count) {
        const at::Tensor halves = at::empty({1, 2 * map.size(1), map.size(2), map.size(3)}, map.options());
        at::Tensor above = upper(halves), below = lower(halves);
        at::clamp_min_out(above, map, 0);
        at::neg_out(below, map).clamp_min_(0);
        context->save_for_backward({halves});
        context->set_materialize_grads(false);  // a part that nobody looks at has no slope
        if (count == 0) return {halves};
        return {halves, above.narrow(1, 0, count) + below.narrow(1, 0, count)};
    }

    static variable_list backward(AutogradContext* context, const variable_list& slopes) {
        const at::Tensor halves = context->get_saved_variables()[0], above = upper(halves), below = lower(halves);
        at::Tensor result = slopes[0].defined() ? joined(upper(slopes[0]), lower(slopes[0]), above, below)
                                                : at::zeros_like(above, at::MemoryFormat::Contiguous);
        if (slopes.size() > 1 && slopes[1].defined()) {
            const auto count = slopes[1].size(1);
            result.narrow(1, 0, count)
                .add_(joined(slopes[1], slopes[1], above.narrow(1, 0, count), below.narrow(1, 0, count)));
        }
        return {result, {}};
    }
};

}  // namespace

SignedHalves signed_halves(const at::Tensor& map, std::int64_t count) {
    const variable_list made = Halving::apply(map, count);
    return {made[0], count > 0 ? made[1] : at::Tensor()};
}

}  // namespace neural_style
