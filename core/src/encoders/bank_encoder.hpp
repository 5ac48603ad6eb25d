// The built-in network: an analytical bank of filters on a pyramid. Needs no file, and is not VGG.
//
// The picture is normalised, turned into three opponent colours and halved four times (binomial blur, then means of
// 2×2). On each of the five levels thirteen 7×7 filters look at each colour: first and second derivative of an
// elongated Gaussian in six orientations, and a Gaussian. Each response is scaled to unit deviation on photographs, and
// its positive and negative parts are two channels: 78 a level. A second layer looks at how strongly light is
// structured: the absolute values of its twelve derivative responses, halved, are seen through the twelve derivative
// filters again, which tells the length, bend and spacing of strokes; rectified likewise and joined with the halved
// first layer: 366 channels. Filters of this family go back to Freeman and Adelson (PAMI 1991), the second layer to the
// scattering transform (Bruna and Mallat, PAMI 2013); without it strokes fall apart into specks.
#pragma once

#include <vector>

#include "bank/bank_filters.hpp"
#include "bank/padding.hpp"
#include "encoder.hpp"
#include "signed_halves.hpp"

namespace neural_style {

/// With LibTorch's operations, for every device; FilterBankEncoder does the same faster on the CPU.
class BankEncoder : public Encoder {
public:
    BankEncoder(std::vector<BankTap> taps, Padding padding, const at::Device& device);

    std::vector<at::Tensor> features(const at::Tensor& picture, bool keep) override;
    at::Tensor gradient(const std::vector<Slope>& of_features) override;
    void release() override;
    void set_padding(Padding padding) override { padding_ = padding; }
    std::vector<MapShape> shapes() const override;
    int halo() const override { return bank_halo(taps_); }
    std::size_t work_bytes(int height, int width) const override;

private:
    SignedHalves responses(const at::Tensor& colours) const;
    at::Tensor strokes(const SignedHalves& responses) const;

    std::vector<BankTap> taps_;
    Padding padding_;
    at::Tensor filters_;        // 13×1×7×7
    at::Tensor scales_;         // 3×13×1×1
    at::Tensor stroke_scales_;  // 12×12×1×1: of a response's absolute value, seen by a filter
    at::Tensor opponent_;       // 3×3×1×1
    at::Tensor blur_;           // 3×1×3×3
    at::Tensor mean_, deviation_;
    at::Tensor picture_;
    std::vector<at::Tensor> maps_;
    std::vector<at::Tensor> features_;  // as they were given
};

}  // namespace neural_style
