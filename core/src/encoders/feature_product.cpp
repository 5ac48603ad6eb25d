#include "feature_product.hpp"

#include <ATen/ATen.h>
#include <ATen/Context.h>

#include <algorithm>

namespace neural_style {
namespace {

constexpr std::int64_t most_partial = 1 << 20;  // numbers of all pieces' products: as many pieces as a card has use for
constexpr std::int64_t shortest_piece = 1024;

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

at::Tensor feature_gram(const at::Tensor& features, at::ScalarType type) {
    const auto channels = features.size(0), positions = features.size(1);
    const auto pieces = std::max<std::int64_t>(1, most_partial / (channels * channels));
    const auto piece = std::max(shortest_piece, positions / pieces);
    if (features.is_cpu() || positions < 2 * piece) return feature_product(features, features.t()).to(type);
    const AsConvolutions rounding;
    return long_product(features, features, piece, type);
}

at::Tensor long_product(const at::Tensor& a, const at::Tensor& b, std::int64_t piece, at::ScalarType type) {
    const auto pieces = a.size(1) / piece, rest = a.size(1) % piece;
    at::Tensor result;
    if (pieces > 0) {
        const auto cut = [&](const at::Tensor& matrix) {
            return matrix.narrow(1, 0, pieces * piece).unflatten(1, {pieces, piece}).transpose(0, 1);
        };
        result = at::bmm(cut(a), cut(b).transpose(1, 2)).sum({0}, false, type);
    }
    if (rest == 0) return result;
    const auto last = [&](const at::Tensor& matrix) { return matrix.narrow(1, pieces * piece, rest); };
    const at::Tensor product = at::mm(last(a), last(b).t()).to(type);
    return result.defined() ? result.add_(product) : product;
}

}  // namespace neural_style
