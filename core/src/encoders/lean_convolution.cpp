#include "lean_convolution.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "padded_map.hpp"

namespace neural_style {
namespace {

using torch::autograd::AutogradContext, torch::autograd::variable_list;

struct LeanConvolution : torch::autograd::Function<LeanConvolution> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& map, const at::Tensor& filters,
                              const at::Tensor& turned_filters, const at::Tensor& bias, std::int64_t padding,
                              bool rectified) {
        at::Tensor result = Padding(padding) == Padding::zero
                                ? at::conv2d(map, filters, bias, 1, 1)
                                : at::conv2d(grown(map, 1, Padding(padding)), filters, bias);
        if (rectified) result = at::relu_(result);
        context->save_for_backward({turned_filters, rectified ? result : at::Tensor()});
        context->saved_data["padding"] = padding;
        return result;
    }

    static variable_list backward(AutogradContext* context, const variable_list& slopes) {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor &turned_filters = saved[0], &rectified = saved[1];
        at::Tensor slope = slopes[0];
        if (rectified.defined()) at::threshold_backward_out(slope, slope, rectified, 0);  // nobody else needs it
        const auto padding = Padding(context->saved_data["padding"].toInt());
        variable_list result(6);
        result[0] = padding == Padding::zero ? at::conv2d(slope, turned_filters, {}, 1, 1)
                                             : folded(at::conv2d(slope, turned_filters, {}, 1, 2), 1, padding);
        return result;
    }
};

}  // namespace

at::Tensor turned(const at::Tensor& filters) {
    return filters.flip({2, 3}).transpose(0, 1).contiguous(filters.suggest_memory_format());
}

at::Tensor lean_convolution(const at::Tensor& map, const at::Tensor& filters, const at::Tensor& turned_filters,
                            const at::Tensor& bias, Padding padding, bool rectified) {
    return LeanConvolution::apply(map, filters, turned_filters, bias, std::int64_t(padding), rectified);
}

}  // namespace neural_style
