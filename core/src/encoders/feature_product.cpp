#include "feature_product.hpp"

#include <ATen/ATen.h>
#include <ATen/Context.h>

#include <algorithm>
#include <unordered_map>

#include "short_numbers.hpp"

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

// Whether short numbers are multiplied into float32 on a device: asked once of each, by a product that short numbers
// cannot hold.
bool multiplies_into_float32([[maybe_unused]] const c10::Device& device) {
#ifdef HAVE_WIDE_PRODUCTS
    static std::unordered_map<c10::Device, bool> known;
    const auto found = known.find(device);
    if (found != known.end()) return found->second;
    bool& can = known[device];
    try {
        const at::Tensor numbers = at::full({2, 8, 4096}, 8, at::TensorOptions(device).dtype(at::kHalf));
        can = at::bmm(numbers, numbers.transpose(1, 2), at::kFloat).eq(4096 * 64).all().item<bool>();
    } catch (const c10::Error&) {
        can = false;  // a device that is lost will say so again
    }
    return can;
#else
    return false;
#endif
}

// The matrix product of each pair, n×m×k and n×k×m; of short numbers into float32, where that is to be had.
at::Tensor products(const at::Tensor& a, const at::Tensor& b) {
#ifdef HAVE_WIDE_PRODUCTS
    if (is_short(a.scalar_type())) return at::bmm(a, b, at::kFloat);
#endif
    return at::bmm(a, b);
}

at::Tensor product(const at::Tensor& a, const at::Tensor& b) {
    return is_short(a.scalar_type()) ? products(a.unsqueeze(0), b.unsqueeze(0)).squeeze(0) : at::mm(a, b);
}

}  // namespace

at::Tensor feature_product(const at::Tensor& a, const at::Tensor& b) {
    const AsConvolutions rounding;
    return at::mm(a, b);
}

at::Tensor feature_gram(const at::Tensor& given, at::ScalarType type) {
    const at::Tensor features = multiplies_into_float32(given.device()) ? given : in_float32(given);
    const auto channels = features.size(0), positions = features.size(1);
    const auto pieces = std::max<std::int64_t>(1, most_partial / (channels * channels));
    const auto piece = std::max(shortest_piece, positions / pieces);
    const AsConvolutions rounding;
    if (features.is_cpu() || positions < 2 * piece) return product(features, features.t()).to(type);
    return long_product(features, features, piece, type);
}

at::Tensor long_product(const at::Tensor& a, const at::Tensor& b, std::int64_t piece, at::ScalarType type) {
    const auto pieces = a.size(1) / piece, rest = a.size(1) % piece;
    at::Tensor result;
    if (pieces > 0) {
        const auto cut = [&](const at::Tensor& matrix) {
            return matrix.narrow(1, 0, pieces * piece).unflatten(1, {pieces, piece}).transpose(0, 1);
        };
        result = products(cut(a), cut(b).transpose(1, 2)).sum({0}, false, type);
    }
    if (rest == 0) return result;
    const auto last = [&](const at::Tensor& matrix) { return matrix.narrow(1, pieces * piece, rest); };
    const at::Tensor of_rest = product(last(a), last(b).t()).to(type);
    return result.defined() ? result.add_(of_rest) : of_rest;
}

}  // namespace neural_style
