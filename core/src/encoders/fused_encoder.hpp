// VGG networks on a GPU: LibTorch's convolutions, and between them one pass over memory. Used by the objective where
// ConvolutionEncoder, which it does the same as, could be; on the job's thread.
#pragma once

#include <memory>
#include <vector>

#include "convolution_encoder.hpp"
#include "passages.hpp"

namespace neural_style {

/// Whether it can: layers begin with a convolution, and the channels of each are a multiple of passage_channels.
bool can_be_fused(const std::vector<ConvolutionLayer>& layers);

/// Of what it computes it keeps the features for the gradient, and else one bit a number, which says whether a slope
/// goes through there: that is all that a ReLU's or a pool's map is wanted for on the way back. Features are of the
/// layers' number type.
class FusedEncoder : public Encoder {
public:
    /// As ConvolutionEncoder's, with maps that lie pixel by pixel; `passages` are for the layers' number type. `input`
    /// is for pictures; the map that another network's part hands over is taken as it is.
    FusedEncoder(std::vector<ConvolutionLayer> layers, std::vector<LayerTap> taps, const InputConvention& input,
                 Padding padding, bool average_pooling, std::unique_ptr<Passages> passages);

    std::vector<at::Tensor> features(const at::Tensor& picture, bool keep) override;
    at::Tensor gradient(const std::vector<Slope>& of_features) override;
    void release() override;
    void set_padding(Padding padding) override { padding_ = padding; }
    std::vector<MapShape> shapes() const override;
    int halo() const override;
    std::string engine() const override { return "LibTorch, with kernels of our own between its convolutions"; }
    std::size_t work_bytes(int height, int width) const override;

private:
    /// A convolution, or nothing, and the passage behind it. Where a map before a pool is wanted, the pool is a step of
    /// its own.
    struct Step {
        at::Tensor weight, turned, bias;
        int channels = 0;
        int pool = 1;
        std::vector<std::size_t> before, after;  ///< taps of the map before the ReLU, and of that at the end
    };
    /// What a step did at the last features(…, true).
    struct Done {
        PassageShape shape;
        at::Tensor passes;
    };

    PassageShape shape_of_map(const at::Tensor& picture) const;
    at::Tensor entering(const at::Tensor& picture);
    at::Tensor leaving(const at::Tensor& slope, const at::Tensor& unit);
    Done take(const Step& step, const Step* next_step, at::Tensor& map, bool keep, std::vector<at::Tensor>& features);

    std::vector<ConvolutionLayer> layers_;
    std::vector<LayerTap> taps_;
    std::vector<Step> steps_;
    const PictureColours colours_;
    Padding padding_;
    const bool average_pooling_;
    const std::unique_ptr<Passages> passages_;
    const at::ScalarType number_;
    at::Tensor picture_;                // of the last features(…, true)
    std::vector<Done> done_;            // likewise
    std::vector<at::Tensor> features_;  // likewise, as they were given
};

}  // namespace neural_style
