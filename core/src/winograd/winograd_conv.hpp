// One 3x3 convolution by Winograd's F(4x4, 3x3), forward or backward to its input, over threads. Used by conv_chain,
// which owns every buffer; nothing here allocates while it computes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "winograd_kernels.hpp"

namespace neural_style::winograd {

constexpr int most_channels = 8192;  // of any map

enum class Padding { zero, reflect, replicate, circular };

/// Memory that is aligned for vectors and huge pages; its contents start undefined. Throws std::bad_alloc.
class Buffer {
public:
    Buffer() = default;
    explicit Buffer(std::size_t bytes);
    Buffer(Buffer&& other) noexcept;
    Buffer& operator=(Buffer&& other) noexcept;
    ~Buffer() { std::free(memory_); }
    float* floats() const { return static_cast<float*>(memory_); }
    std::uint8_t* bytes() const { return static_cast<std::uint8_t*>(memory_); }
    std::size_t size() const { return bytes_; }

private:
    void* memory_ = nullptr;
    std::size_t bytes_ = 0;
};

/// The weights of one direction of a convolution, transformed and packed.
struct Weights {
    int depth = 0;     // channels summed over
    int produced = 0;  // channels made
    int panels = 0;
    Buffer packed;
    const float* product(int index, int panel_channels) const {
        return packed.floats() + static_cast<std::size_t>(index) * panels * depth * panel_channels;
    }
};

/// Bytes of such weights.
std::size_t packed_bytes(int depth, int produced);

/// Transforms `weight` (KCRS); `backward`: for the gradient to the input.
Weights pack_weights(const float* weight, int out_channels, int in_channels, bool backward, int threads);

/// The map that a convolution reads, NHWC with `channels` padded channels.
struct Source {
    const float* data = nullptr;
    int height = 0, width = 0;
    int channels = 0;
    Padding padding = Padding::zero;
    bool relu = false;  // clamp what is read
    /// Not null: `data` is the gradient of a pooling's output, (height / 2) x (width / 2), and the map is what it
    /// spreads to: the pooled element where this mask of height x width has a bit, else 0.
    const std::uint8_t* unpool_mask = nullptr;
};

/// A gradient that is not held as a map but made where it is needed: map (or 0) + features * matrix + shift (or 0), of
/// `channels` padded channels that are whole panels.
struct LinearGradient {
    const float* features = nullptr;  // NHWC, of the size of the map that the gradient belongs to
    int depth = 0;                    // channels of a pixel of the features that are summed over
    int panels = 0;
    const float* packed = nullptr;  // [panel][depth][panel_channels]
    const float* shift = nullptr;   // `channels` values
    const float* map = nullptr;
};

/// Writes such a gradient for `pixels` pixels from `first` on into the map `out`.
void write_gradient(const LinearGradient& gradient, int channels, std::size_t first, int pixels, float* out);

/// Floats that `convolve` needs as scratch memory for a map of this size.
std::size_t scratch_floats(int depth, int produced, int height, int width, int threads);

/// Convolves `source` (whose size is the size of `store`'s map) into `store`.
void convolve(const Weights& weights, const Source& source, const ForwardStore& store, float* scratch, int threads);
/// `linear`, unless null, is written into store.out first, tile by tile; store.before_mask or store.after_mask may be
/// store.out to take it from there.
void convolve(const Weights& weights, const Source& source, const BackwardStore& store, const LinearGradient* linear,
              float* scratch, int threads);

/// Where padding takes the pixel at `index`, one step outside [0, size) at most, from; -1: it is zero. Reflection of a
/// single pixel repeats it.
int padded_index(int index, int size, Padding padding);

/// The rest of the gradient of a convolution whose input was padded by anything but zeros: what flows to the frame of
/// padding around the map is added to the pixels that the frame was copied from, through `store`'s mask and scale.
/// Call after `convolve` with the same arguments.
void add_frame_gradient(const Weights& weights, const Source& source, const BackwardStore& store, Padding padding,
                        float* scratch, int threads);

}  // namespace neural_style::winograd
