#include "padded_map.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <vector>

namespace neural_style {
namespace {

// Lines beyond the edges, and those that they are like.
struct Border {
    at::Tensor lines, source;
};

// Of a grown map, along one dimension. Few of them: each is a launch on a GPU.
std::vector<Border> borders(const at::Tensor& whole, int dimension, std::int64_t margin, Padding padding) {
    const std::int64_t length = whole.size(dimension) - 2 * margin, behind = margin + length;
    const auto block = [&](std::int64_t begin, std::int64_t count) { return whole.narrow(dimension, begin, count); };
    if (padding == Padding::circular)
        return {{block(0, margin), block(length, margin)}, {block(behind, margin), block(margin, margin)}};
    if (padding == Padding::replicate)
        return {{block(0, margin), block(margin, 1)}, {block(behind, margin), block(behind - 1, 1)}};
    std::vector<Border> result;
    for (std::int64_t i = 0; i < margin; ++i) {
        const std::int64_t left = i, right = behind + margin - 1 - i;
        const std::int64_t of_left = 2 * margin - i, of_right = length - 1 + i;
        const auto both = [&](std::int64_t first, std::int64_t second) {
            return at::slice(whole, dimension, first, second + 1, second - first);
        };
        if (of_left < of_right) {
            result.push_back({both(left, right), both(of_left, of_right)});
        } else {
            result.push_back({block(left, 1), block(of_left, 1)});
            result.push_back({block(right, 1), block(of_right, 1)});
        }
    }
    return result;
}

at::Tensor inside(const at::Tensor& whole, int dimension, std::int64_t margin) {
    return whole.narrow(dimension, margin, whole.size(dimension) - 2 * margin);
}

struct Padded : torch::autograd::Function<Padded> {
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& map, std::int64_t margin,
                              std::int64_t padding) {
        context->saved_data["margin"] = margin;
        context->saved_data["padding"] = padding;
        return grown(map, int(margin), Padding(padding));
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   const torch::autograd::variable_list& slopes) {
        return {folded(slopes[0].clone(), int(context->saved_data["margin"].toInt()),
                       Padding(context->saved_data["padding"].toInt())),
                {},
                {}};
    }
};

}  // namespace

at::Tensor grown(const at::Tensor& map, int margin, Padding padding) {
    padding = padding_for(padding, margin, int(map.size(2)), int(map.size(3)));
    at::Tensor whole = at::empty({map.size(0), map.size(1), map.size(2) + 2 * margin, map.size(3) + 2 * margin},
                                 map.options().memory_format(map.suggest_memory_format()));
    if (padding == Padding::zero) whole.zero_();
    const at::Tensor rows = inside(whole, 2, margin);
    inside(rows, 3, margin).copy_(map);
    if (padding == Padding::zero) return whole;
    for (const Border& border : borders(rows, 3, margin, padding)) at::Tensor(border.lines).copy_(border.source);
    for (const Border& border : borders(whole, 2, margin, padding)) at::Tensor(border.lines).copy_(border.source);
    return whole;
}

at::Tensor folded(const at::Tensor& slope, int margin, Padding padding) {
    const at::Tensor rows = inside(slope, 2, margin), map = inside(rows, 3, margin);
    padding = padding_for(padding, margin, int(map.size(2)), int(map.size(3)));
    if (padding == Padding::zero) return map;
    const auto fold = [](const Border& border) {
        at::Tensor(border.source).add_(at::sum_to(border.lines, border.source.sizes()));
    };
    for (const Border& border : borders(slope, 2, margin, padding)) fold(border);
    for (const Border& border : borders(rows, 3, margin, padding)) fold(border);
    return map;
}

at::Tensor padded(const at::Tensor& map, int margin, Padding padding) {
    return Padded::apply(map, std::int64_t(margin), std::int64_t(padding));
}

}  // namespace neural_style
