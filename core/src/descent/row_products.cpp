#include "row_products.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>

namespace neural_style {
namespace {

constexpr std::int64_t piece = 8192;  // numbers of a row; those of three rows lie in a core's own cache
constexpr int lanes = 16;             // sums that a compiler can keep in vector registers, three times

// The products of one piece of a row with the same piece of `count` others.
template <int count>
void multiply_piece(const float* row, const float* const* with, std::int64_t length, double* products) {
    float sums[count][lanes] = {};
    std::int64_t i = 0;
    for (; i + lanes <= length; i += lanes)
        for (int k = 0; k < count; ++k)
            for (int lane = 0; lane < lanes; ++lane) sums[k][lane] += row[i + lane] * with[k][i + lane];
    for (int k = 0; k < count; ++k) {
        double sum = 0;
        for (int lane = 0; lane < lanes; ++lane) sum += sums[k][lane];
        for (std::int64_t rest = i; rest < length; ++rest) sum += double(row[rest]) * with[k][rest];
        products[k] = sum;
    }
}

template <int count>
at::Tensor products_on_cpu(const at::Tensor& rows, const std::vector<at::Tensor>& with) {
    const auto height = rows.size(0), length = rows.size(1), stride = rows.stride(0);
    const std::int64_t pieces = (length + piece - 1) / piece;
    const float* const first_row = rows.data_ptr<float>();
    const float* others[count];
    for (int k = 0; k < count; ++k) others[k] = with[std::size_t(k)].data_ptr<float>();
    std::vector<double> parts(std::size_t(pieces * height * count));
    at::parallel_for(0, pieces, 1, [&](std::int64_t first, std::int64_t last) {
        for (auto part = first; part < last; ++part) {
            const std::int64_t begin = part * piece, numbers = std::min(piece, length - begin);
            const float* own[count];
            for (int k = 0; k < count; ++k) own[k] = others[k] + begin;
            for (std::int64_t row = 0; row < height; ++row)
                multiply_piece<count>(first_row + row * stride + begin, own, numbers,
                                      parts.data() + (part * height + row) * count);
        }
    });
    at::Tensor result = at::zeros({height, count}, at::TensorOptions(at::kDouble));
    double* const sums = result.data_ptr<double>();
    for (std::int64_t part = 0; part < pieces; ++part)
        for (std::int64_t i = 0; i < height * count; ++i) sums[i] += parts[std::size_t(part * height * count + i)];
    return result;
}

}  // namespace

at::Tensor row_products_by_matrices(const at::Tensor& rows, const std::vector<at::Tensor>& with) {
    constexpr std::int64_t batch = 4096;
    const at::Tensor others = at::stack(with);  // count×n
    const auto type = rows.is_cpu() || rows.is_cuda() ? at::kDouble : at::kFloat;
    const auto pieces = rows.size(1) / batch, rest = rows.size(1) % batch;
    at::Tensor result = at::zeros({rows.size(0), others.size(0)}, rows.options().dtype(type));
    // A product this wide and this low is one long sum, which matrix libraries may leave to one processor of a GPU; as
    // a batch of short ones it is spread over all of them. Nothing is copied for it.
    if (pieces > 0) {
        const auto cut = [&](const at::Tensor& matrix) {
            return matrix.narrow(1, 0, pieces * batch).unflatten(1, {pieces, batch}).transpose(0, 1);
        };
        result.add_(at::bmm(cut(rows), cut(others).transpose(1, 2)).sum({0}, false, type));
    }
    if (rest > 0)
        result.add_(at::mm(rows.narrow(1, pieces * batch, rest), others.narrow(1, pieces * batch, rest).t()).to(type));
    return result;
}

at::Tensor row_products(const at::Tensor& rows, const std::vector<at::Tensor>& with) {
    const bool plain = rows.is_cpu() && rows.scalar_type() == at::kFloat && rows.stride(1) == 1;
    if (plain && with.size() == 1) return products_on_cpu<1>(rows, with);
    if (plain && with.size() == 3) return products_on_cpu<3>(rows, with);
    return row_products_by_matrices(rows, with);
}

}  // namespace neural_style
