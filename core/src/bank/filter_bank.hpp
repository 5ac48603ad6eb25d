// The built-in network on the CPU, without LibTorch: a picture to the maps that are wanted, and the way back by hand.
// bank_encoder.hpp says what is computed. Used by FilterBankEncoder on the job's thread; uses several itself.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <vector>

#include "bank_filters.hpp"
#include "bank_kernels.hpp"
#include "padding.hpp"
#include "winograd/winograd_conv.hpp"

namespace neural_style {

/// A tapped map, channels first, rows and channels without gaps.
struct BankMap {
    const float* data;
    int channels, height, width;
};

class FilterBank {
public:
    /// Each tap once. `threads` from 1.
    FilterBank(std::vector<BankTap> taps, Padding padding, int threads);

    /// Computes the taps' maps of a picture of any size: 3×height×width, 0..1.
    void forward(const float* picture, int height, int width);

    /// Tap `index` of the last forward(); valid until the next one.
    BankMap map(std::size_t index) const;
    int level(std::size_t index) const { return taps_[index].level; }

    /// d loss / d map of a tap, by its index; null stands for zero.
    using Slopes = std::function<const float*(std::size_t tap)>;

    /// d loss / d picture (3×height×width) of the last forward(). Asks for each tap's slope once, from the last level
    /// to the first; none is needed any more once another level's is asked for. The derivative of a rectifier at 0 is
    /// 0. The result does not depend on the number of threads.
    void backward(const Slopes& of_maps, float* of_picture);

    void set_padding(Padding padding) { padding_ = padding; }  ///< from the next forward on

    /// Gives back what forward and backward work in, until the next forward.
    void release();

    /// Bytes that forward and backward work in for a picture of that size.
    std::size_t work_bytes_for(int height, int width) const;

private:
    using Buffer = winograd::Buffer;

    struct Level {
        bool responses_wanted = false, strokes_wanted = false;  // strokes need the responses
        int height = 0, width = 0;
        int window_rows = 0, window_columns = 0;  // of the means that the second layer looks at: 2, or 1
        int halved_height = 0, halved_width = 0;
        Buffer colours;    // 3×h×w
        Buffer planes;     // 3×h×w: opponent colours
        Buffer responses;  // 78×h×w
        Buffer strokes;    // 366×(h/2)×(w/2): the responses' means, then the second layer
        Buffer of_colours;
        std::size_t area() const { return std::size_t(height) * width; }
        std::size_t halved_area() const { return std::size_t(halved_height) * halved_width; }
    };
    // One layer of filters over planes of one size.
    struct Layer {
        int planes, filters, height, width;
        const float* taps;
        const float* scales;  // planes×filters
    };
    struct Halves;

    void respond(const Layer& layer, const float* planes, float* out, float* halved, const Level& level);
    void respond_back(const Layer& layer, const float* out, const float* of_out, const Halves& halves,
                      float* of_planes);
    Layer first_layer(const Level& level) const;
    Layer second_layer(const Level& level) const;
    void resize(int height, int width);
    const float* slope_of(int level, BankTap::Kind kind, const Slopes& of_maps) const;
    float* scratch(int thread) const { return scratch_.floats() + thread * scratch_floats_; }

    const bank::Kernels& kernels_;
    std::vector<BankTap> taps_;
    Padding padding_;
    int threads_;
    std::vector<float> first_taps_, second_taps_;  // packed: 25×13 and 25×12
    std::vector<float> first_scales_, second_scales_;
    std::vector<Level> levels_;
    std::size_t scratch_floats_ = 0;  // for each thread
    Buffer scratch_;
    Buffer of_padded_;  // the gradient of a layer's padded planes
    Buffer of_planes_;  // 3×h×w or 12×(h/2)×(w/2)
    Buffer of_halved_;  // 26×(h/2)×(w/2): of the means of the responses to light
};

}  // namespace neural_style
