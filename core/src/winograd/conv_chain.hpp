// A frozen chain of 3x3 convolutions, each with its ReLU, and 2x2 poolings, forward and backward to the input on the
// CPU, by Winograd's convolution and without LibTorch. The encoder for machines without a GPU is built on it. One
// object belongs to one thread at a time; it uses `threads` threads of OpenMP itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "winograd_conv.hpp"

namespace neural_style {

/// A layer of the chain. A convolution is 3x3 with stride 1 and one step of padding, and a ReLU follows it; a pooling
/// is 2x2 with stride 2, directly after a convolution, and drops an odd last row or column.
struct ChainLayer {
    enum class Kind { convolution, pool } kind = Kind::convolution;
    int in_channels = 0, out_channels = 0;
    std::vector<float> weight;  // of a convolution: out_channels x in_channels x 3 x 3
    std::vector<float> bias;    // of a convolution: out_channels
};

/// Where features are read: at `layer` of the chain; of a convolution before or after its ReLU.
struct Tap {
    int layer = 0;
    bool after_relu = true;
};

/// A map that a ConvChain owns: height x width pixels of `channels` floats. Valid until the chain's next forward.
struct FeatureMap {
    const float* data = nullptr;
    int height = 0, width = 0, channels = 0;
};

/// The gradient of a loss to the features F of a tap: map + F * matrix + shift, absent terms 0. A loss on a Gram matrix
/// or a covariance has such a gradient; given like this it is never held as a map.
struct TapGradient {
    const float* map = nullptr;     // height x width x channels
    const float* matrix = nullptr;  // channels x channels: sum over i of F[i] * matrix[i * channels + j]
    const float* shift = nullptr;   // channels; only with a matrix
};

enum class Pooling { max, average };

class ConvChain {
public:
    /// Transforms the weights, once and for both directions; that takes 8 times the memory of the weights themselves.
    /// Layers after the last tap are left out.
    /// `padding` is done before every convolution; reflection of a map that is one pixel high or wide repeats it.
    /// Throws std::invalid_argument where the layers do not fit together, are of another form, or a tap is named twice
    /// or is none.
    ConvChain(const std::vector<ChainLayer>& layers, const std::vector<Tap>& taps, winograd::Padding padding,
              Pooling pooling, int threads);

    /// Computes all taps of a picture of height x width pixels with the first layer's channels, already normalised.
    /// Buffers are planned at the first call and at a change of size. Throws std::invalid_argument if the picture is so
    /// small that a pooling has nothing left, std::bad_alloc if the memory is not there.
    void forward(const float* input, int height, int width);

    /// The features of taps[index] of the last forward.
    FeatureMap tap(std::size_t index) const;

    /// Writes the gradient to the last forward's input (height x width x channels) of a loss whose gradients to the
    /// taps are given, one a tap.
    void backward(const std::vector<TapGradient>& tap_gradients, float* input_gradient);

    /// The same for maps alone, null for none.
    void backward(const std::vector<const float*>& tap_maps, float* input_gradient);

    void set_padding(winograd::Padding padding) { padding_ = padding; }  ///< from the next forward on

    /// Gives back what forward and backward work in, until the next forward.
    void release();

    /// Bytes of the transformed weights.
    std::size_t weight_bytes() const;

    /// Bytes that forward and backward work in, planned for the last forward's size. (A gradient with a matrix takes a
    /// map more where the tap is a pooling or its channels fill no whole panels.)
    std::size_t work_bytes() const;
    std::size_t work_bytes_for(int height, int width) const;  ///< the same, planned for another size

    /// Both of these together, for a chain of these layers (whose weights may be missing) at a size.
    static std::size_t predicted_bytes(const std::vector<ChainLayer>& layers, const std::vector<Tap>& taps,
                                       winograd::Padding padding, Pooling pooling, int threads, int height, int width);

private:
    // a convolution and the pooling that may follow it
    struct Step {
        int layer = 0, in_channels = 0, out_channels = 0;
        bool pools = false;
        int tap_before = -1, tap_after = -1, tap_pooled = -1;  // indices into the taps
        winograd::Weights forward, backward;                   // empty of a first step that takes a picture
        winograd::Buffer bias;
        // for one size
        int height = 0, width = 0;
        float *before_relu = nullptr, *after_relu = nullptr, *pooled = nullptr;
        std::uint8_t *relu_mask = nullptr, *pool_mask = nullptr;
        winograd::Buffer tap_memory[3], mask_memory[2];
    };
    // what a step keeps at a size, in floats or bytes
    struct StepSizes {
        std::size_t before_relu = 0, after_relu = 0, pooled = 0;
        bool own_after_relu = false, own_pooled = false;  // else in the shared maps
        std::size_t relu_mask = 0, pool_mask = 0;
    };
    struct Sizes {
        std::vector<StepSizes> steps;
        std::vector<std::size_t> dense_taps;  // copies without padded channels, 0: none needed
        std::size_t shared_map[2] = {}, scratch = 0, matrices = 0, picture = 0;
        std::size_t bytes() const;
    };

    // whether a step's convolution is the direct one of a picture
    static bool is_direct(const Step& step) {
        return step.layer == 0 && step.in_channels == winograd::picture_channels;
    }
    static std::vector<Step> make_steps(const std::vector<ChainLayer>& layers, const std::vector<Tap>& taps);
    static Sizes sizes(const std::vector<Step>& steps, std::size_t taps, Pooling pooling, int threads, int height,
                       int width);
    void plan(int height, int width);
    // a tap's gradient with its channels padded; `linear` is used if it has a matrix, else `map`, null: none
    struct PaddedGradient {
        const float* map = nullptr;
        winograd::LinearGradient linear;
        bool is_linear() const { return linear.packed; }
        explicit operator bool() const { return map || is_linear(); }
    };
    PaddedGradient padded_gradient(std::size_t tap, const TapGradient& given, bool may_be_linear);
    std::vector<PaddedGradient> padded_gradients(const std::vector<TapGradient>& given);
    winograd::Source backward_source(std::size_t index, bool deepest, const std::vector<PaddedGradient>& gradients,
                                     int& shared);
    FeatureMap padded_tap(std::size_t index) const;

    winograd::Padding padding_;
    Pooling pooling_;
    int threads_;
    std::size_t taps_;
    std::vector<Step> steps_;
    int height_ = 0, width_ = 0;
    Sizes sizes_;
    // Maps that only the next step reads, and gradients to the steps' outputs: those of step i in shared_[i % 2] (until
    // a join of gradients turns that round).
    winograd::Buffer shared_[2];
    winograd::Buffer scratch_;
    winograd::Buffer picture_weights_, picture_;  // of the direct convolution: its weights, the padded picture
    std::vector<winograd::Buffer> dense_taps_, gradient_memory_, matrices_;  // of each tap, if needed
    bool computed_ = false;
};

}  // namespace neural_style
