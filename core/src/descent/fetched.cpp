#include "fetched.hpp"

#include <ATen/ATen.h>

#include "losses/precise_sums.hpp"

namespace neural_style {

std::vector<double> fetched(const std::vector<at::Tensor>& tensors) {
    std::vector<at::Tensor> flat;
    for (const at::Tensor& tensor : tensors) flat.push_back(tensor.flatten().to(sum_type(tensor)));
    const at::Tensor numbers = at::cat(flat).to(at::kCPU, at::kDouble);
    const double* const first = numbers.data_ptr<double>();
    return {first, first + numbers.numel()};
}

}  // namespace neural_style
