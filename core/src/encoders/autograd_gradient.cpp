#include "autograd_gradient.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

namespace neural_style {

at::Tensor autograd_gradient(const std::vector<at::Tensor>& maps, const std::vector<at::Tensor>& of_maps,
                             const at::Tensor& input) {
    std::vector<at::Tensor> outputs, slopes;
    for (std::size_t i = 0; i < maps.size(); ++i) {
        if (!of_maps[i].defined()) continue;
        outputs.push_back(maps[i]);
        slopes.push_back(of_maps[i].unsqueeze(0).to(maps[i].scalar_type()));
    }
    if (outputs.empty()) return at::zeros_like(input);
    return torch::autograd::grad(outputs, {input}, slopes)[0].detach();
}

}  // namespace neural_style
