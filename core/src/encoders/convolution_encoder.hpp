// An encoder made of 3×3 convolutions with ReLUs and 2×2 pools (VGG), through LibTorch and its autograd: every device.
#pragma once

#include <vector>

#include "numerics/padding.hpp"
#include "encoder.hpp"
#include "network_input.hpp"

namespace neural_style {

struct ConvolutionLayer {
    at::Tensor weight = {};  ///< out×in×3×3; undefined: a 2×2 pool with stride 2
    at::Tensor bias = {};    ///< out
    float scale = 1;         ///< what is computed here is this times the feature: a power of two
    at::Tensor turned = {};  ///< the filters, turned round for the way back; an encoder that has none makes them
    bool is_pool() const { return !weight.defined(); }
};

/// Lays the weights in memory as cards read them and turns them round, once for all encoders that share them.
void prepare_for_cards(std::vector<ConvolutionLayer>& layers);

/// A feature map that is wanted: of a convolution before or after its ReLU, or of a pool.
struct LayerTap {
    std::size_t layer;
    bool after_relu;
};

/// Drops the layers behind the deepest tap.
void drop_unseen(std::vector<ConvolutionLayer>& layers, const std::vector<LayerTap>& taps);

/// Encoder::shapes and halo of such a network, tapped so.
std::vector<MapShape> convolution_shapes(const std::vector<ConvolutionLayer>& layers,
                                         const std::vector<LayerTap>& taps);
int convolution_halo(const std::vector<ConvolutionLayer>& layers, const std::vector<LayerTap>& taps);

/// How maps lie in memory: one plane after the other, or pixel by pixel with all their channels, which is what a GPU's
/// matrix units read.
enum class MapLayout { planes, pixels };

class ConvolutionEncoder : public Encoder {
public:
    /// Layers behind the deepest tap are dropped. All weights are on one device, where pictures must be too, and of one
    /// number type (float32, bfloat16 or float16), in which the maps are computed; features are float32, or float16.
    ConvolutionEncoder(std::vector<ConvolutionLayer> layers, std::vector<LayerTap> taps, const InputConvention& input,
                       Padding padding, bool average_pooling, MapLayout layout = MapLayout::planes);

    std::vector<at::Tensor> features(const at::Tensor& picture, bool keep) override;
    at::Tensor gradient(const std::vector<Slope>& of_features) override;
    void release() override;
    void set_padding(Padding padding) override { padding_ = padding; }
    std::vector<MapShape> shapes() const override;
    int halo() const override;
    std::size_t work_bytes(int height, int width) const override;

private:
    bool wanted_before_relu(std::size_t layer) const;
    bool is_half() const;

    std::vector<ConvolutionLayer> layers_;
    std::vector<LayerTap> taps_;
    NetworkInput input_;
    Padding padding_;
    bool average_pooling_;
    bool by_pixels_;
    at::Tensor picture_;                // of the last features(…, true)
    std::vector<at::Tensor> maps_;      // likewise
    std::vector<at::Tensor> features_;  // likewise, as they were given
};

}  // namespace neural_style
