#include "row_products.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cstring>

#include "encoders/feature_product.hpp"
#include "losses/precise_sums.hpp"

namespace neural_style {
namespace {

constexpr std::int64_t piece = 2048;       // numbers of a row; those of three rows lie in a core's nearest cache
constexpr std::int64_t group = 8 * piece;  // what a thread takes at once

// A vector register that every processor has; compilers turn operations on it into single instructions.
typedef float Four __attribute__((vector_size(16)));

Four load(const float* from) {
    Four four;
    std::memcpy(&four, from, sizeof four);
    return four;
}

// Adds the products of one piece of `rows` rows, `stride` numbers apart, with the same piece of `count` others.
template <int rows, int count>
void multiply_piece(const float* row, std::int64_t stride, const float* const* with, std::int64_t length,
                    double* products) {
    Four sums[rows][count] = {};
    std::int64_t i = 0;
    for (; i + 4 <= length; i += 4)
        for (int k = 0; k < count; ++k) {
            const Four other = load(with[k] + i);
            for (int r = 0; r < rows; ++r) sums[r][k] += load(row + r * stride + i) * other;
        }
    for (int r = 0; r < rows; ++r)
        for (int k = 0; k < count; ++k) {
            double sum = (double(sums[r][k][0]) + sums[r][k][1]) + (double(sums[r][k][2]) + sums[r][k][3]);
            for (std::int64_t rest = i; rest < length; ++rest) sum += double(row[r * stride + rest]) * with[k][rest];
            products[r * count + k] += sum;
        }
}

template <int count>
at::Tensor products_on_cpu(const at::Tensor& rows, const std::vector<at::Tensor>& with) {
    const auto height = rows.size(0), length = rows.size(1), stride = rows.stride(0), numbers = height * count;
    const std::int64_t groups = (length + group - 1) / group;
    const float* const first_row = rows.data_ptr<float>();
    const float* others[count];
    for (int k = 0; k < count; ++k) others[k] = with[std::size_t(k)].data_ptr<float>();
    std::vector<double> parts(std::size_t(groups * numbers));
    at::parallel_for(0, groups, 1, [&](std::int64_t first, std::int64_t last) {
        for (auto begin = first * group; begin < std::min(length, last * group); begin += piece) {
            const std::int64_t end = std::min(length, begin + piece);
            double* const sums = parts.data() + begin / group * numbers;
            const float* own[count];
            for (int k = 0; k < count; ++k) own[k] = others[k] + begin;
            std::int64_t row = 0;
            for (; row + 2 <= height; row += 2)
                multiply_piece<2, count>(first_row + row * stride + begin, stride, own, end - begin,
                                         sums + row * count);
            if (row < height)
                multiply_piece<1, count>(first_row + row * stride + begin, stride, own, end - begin,
                                         sums + row * count);
        }
    });
    at::Tensor result = at::zeros({height, count}, at::TensorOptions(at::kDouble));
    double* const sums = result.data_ptr<double>();
    for (std::int64_t part = 0; part < groups; ++part)
        for (std::int64_t i = 0; i < numbers; ++i) sums[i] += parts[std::size_t(part * numbers + i)];
    return result;
}

}  // namespace

at::Tensor row_products_by_matrices(const at::Tensor& rows, const std::vector<at::Tensor>& with) {
    return long_product(rows, at::stack(with), 4096, sum_type(rows));
}

at::Tensor row_products(const at::Tensor& rows, const std::vector<at::Tensor>& with) {
    const bool plain = rows.is_cpu() && rows.scalar_type() == at::kFloat && rows.stride(1) == 1;
    if (plain && with.size() == 1) return products_on_cpu<1>(rows, with);
    if (plain && with.size() == 3) return products_on_cpu<3>(rows, with);
    return row_products_by_matrices(rows, with);
}

}  // namespace neural_style
