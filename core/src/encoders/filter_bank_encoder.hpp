// The encoder of the built-in network on the CPU: what BankEncoder computes, by FilterBank.
#pragma once

#include <cstdint>
#include <vector>

#include "bank/filter_bank.hpp"
#include "encoder.hpp"

namespace neural_style {

class FilterBankEncoder : public Encoder {
public:
    FilterBankEncoder(const std::vector<BankTap>& taps, Padding padding, int threads);

    /// The maps are contiguous and stay valid until the next call.
    std::vector<at::Tensor> features(const at::Tensor& picture, bool keep) override;
    at::Tensor gradient(const std::vector<Slope>& of_features) override;
    void release() override { bank_.release(); }
    void set_padding(Padding padding) override { bank_.set_padding(padding); }
    std::vector<MapShape> shapes() const override;
    int halo() const override { return bank_halo(taps_); }
    std::string engine() const override { return "our own filters"; }
    std::size_t work_bytes(int height, int width) const override;
    std::size_t slope_bytes(int height, int width) const override;

private:
    std::vector<BankTap> taps_;
    std::vector<std::size_t> place_;  // of each tap that was asked for among the bank's, where each is named once
    std::int64_t height_ = 0, width_ = 0;
    FilterBank bank_;
};

}  // namespace neural_style
