#include "feature_product.hpp"

#include <ATen/ATen.h>
#include <ATen/Context.h>

namespace neural_style {
namespace {

class AsConvolutions {
public:
    AsConvolutions() { at::globalContext().setAllowTF32CuBLAS(at::globalContext().allowTF32CuDNN()); }
    ~AsConvolutions() { at::globalContext().setAllowTF32CuBLAS(false); }
    AsConvolutions(const AsConvolutions&) = delete;
    AsConvolutions& operator=(const AsConvolutions&) = delete;
};

}  // namespace

at::Tensor feature_product(const at::Tensor& a, const at::Tensor& b) {
    const AsConvolutions rounding;
    return at::mm(a, b);
}

}  // namespace neural_style
