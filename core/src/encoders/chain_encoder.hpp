// An encoder for the CPU: the same networks as ConvolutionEncoder, by Winograd's convolution (ConvChain).
#pragma once

#include <cstdint>
#include <vector>

#include "convolution_encoder.hpp"
#include "winograd/conv_chain.hpp"

namespace neural_style {

class ChainEncoder : public Encoder {
public:
    /// As ConvolutionEncoder; the weights are on the CPU. A first layer of other than 3 channels takes a map as it is,
    /// in place of a picture (then gradients are channels-last). Throws std::invalid_argument for a sequence of layers
    /// that ConvChain does not know.
    ChainEncoder(const std::vector<ConvolutionLayer>& layers, const std::vector<LayerTap>& taps,
                 const InputConvention& input, Padding padding, bool average_pooling, int threads);

    /// The maps are channels-last and stay valid until the next call.
    std::vector<at::Tensor> features(const at::Tensor& picture, bool keep) override;
    at::Tensor gradient(const std::vector<Slope>& of_features) override;
    void set_padding(Padding padding) override;
    void release() override { chain_.release(); }
    std::vector<MapShape> shapes() const override { return shapes_; }
    int halo() const override { return halo_; }
    std::string engine() const override { return "our own convolutions, by Winograd's method"; }
    std::size_t work_bytes(int height, int width) const override;

private:
    std::vector<std::size_t> place_;  // of each tap that was asked for among the chain's, where each is named once
    std::size_t tap_count_;           // the chain's
    std::int64_t in_channels_;
    at::Tensor scale_, shift_;  // of the input: 1×1×3; undefined: it is a map
    bool bgr_;
    std::vector<MapShape> shapes_;
    int halo_;
    std::int64_t height_ = 0, width_ = 0;  // of the last picture
    ConvChain chain_;
};

}  // namespace neural_style
