#include "autograd_gradient.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

namespace neural_style {

at::Tensor autograd_gradient(const std::vector<at::Tensor>& maps, std::vector<at::Tensor> slopes,
                             const at::Tensor& input) {
    std::vector<at::Tensor> outputs, of_outputs;
    for (std::size_t i = 0; i < maps.size(); ++i) {
        if (!slopes[i].defined()) continue;
        outputs.push_back(maps[i]);
        of_outputs.push_back(slopes[i].unsqueeze(0).to(maps[i].scalar_type()));
        slopes[i].reset();
    }
    if (outputs.empty()) return at::zeros_like(input);
    return torch::autograd::grad(outputs, {input}, of_outputs)[0].detach();
}

}  // namespace neural_style
