// What L-BFGS remembers of the way: steps, the changes of the gradient on them, and all their inner products. Used by
// Lbfgs, on the job's thread.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace neural_style {

/// Steps and changes are rows of one matrix on the picture's device, beside the gradient; their inner products are
/// numbers on the host. A new pair and a new gradient cost one pass over the matrix and one small copy to the host; the
/// two-loop recursion (Nocedal 1980) is then done on the products alone, as in the "vector-free" L-BFGS of Chen, Wang
/// and Zhou (NIPS 2014), and a second pass adds the rows up. The recursion itself would be four passes, with two waits
/// for the device a pair.
class CurvaturePairs {
public:
    explicit CurvaturePairs(int capacity) : capacity_(capacity) {}

    /// Begins anew with vectors like `flat`; memory is allocated once a size.
    void start(const at::Tensor& flat);
    void forget();
    bool empty() const { return stored_ == 0; }

    /// Rows to write: the gradient that a direction is wanted for, and the pair that may be remembered next. Writing
    /// that pair takes the oldest one's place, if all places are taken.
    at::Tensor gradient() const { return rows_[0]; }
    at::Tensor step() const { return rows_[1 + 2 * next_]; }
    at::Tensor change() const { return rows_[2 + 2 * next_]; }

    /// The products that are new with the gradient and, if `with_pair`, with the pair that may be remembered: on the
    /// device, for read().
    at::Tensor measure(bool with_pair) const;
    /// Takes what measure(with_pair) gave, from the host: as many numbers, row by row.
    void read(const double* products, bool with_pair);

    double gradient_norm() const;
    double step_norm() const;  ///< of the pair that may be remembered
    bool finite() const;       ///< whether that pair and the gradient are

    /// Remembers the pair that was read, unless its curvature is not positive: it would spoil the metric.
    void keep();

    /// −H·gradient as a sum of rows.
    struct Direction {
        std::vector<double> weights;  ///< of the rows: the gradient, then step and change by turns
        double descent;               ///< −direction · gradient
        double length;                ///< its norm
    };
    Direction direction() const;
    /// Adds the rows up into `sum` (n).
    void add_up(const Direction& direction, at::Tensor& sum) const;

private:
    double& at(std::vector<double>& matrix, int row, int column) const { return matrix[row * capacity_ + column]; }
    double at(const std::vector<double>& matrix, int row, int column) const { return matrix[row * capacity_ + column]; }
    /// The slots of the pairs from the oldest to the newest.
    std::vector<int> by_age() const;

    int capacity_;
    at::Tensor rows_;  // (1 + 2·capacity)×n
    int stored_ = 0, next_ = 0;
    int written_ = 0;  // slots that hold numbers: all before this one

    // By slot: step·step, step·change, change·change; with the gradient.
    std::vector<double> steps_, mixed_, changes_, step_gradient_, change_gradient_;
    double gradient_gradient_ = 0;
};

}  // namespace neural_style
