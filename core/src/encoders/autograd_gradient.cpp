#include "autograd_gradient.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

namespace neural_style {

at::Tensor autograd_gradient(const std::vector<at::Tensor>& maps, const std::vector<at::Tensor>& features,
                             const std::vector<Slope>& of_features, const at::Tensor& input) {
    std::vector<at::Tensor> outputs, slopes;
    for (std::size_t i = 0; i < maps.size(); ++i) {
        const at::Tensor of_map = as_map(of_features[i], features[i]);
        if (!of_map.defined()) continue;
        outputs.push_back(maps[i]);
        slopes.push_back(of_map.unsqueeze(0).to(maps[i].scalar_type()));
    }
    if (outputs.empty()) return at::zeros_like(input);
    return torch::autograd::grad(outputs, {input}, slopes)[0].detach();
}

}  // namespace neural_style
