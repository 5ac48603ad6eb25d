// The vector code of the Winograd convolutions: F(4x4, 3x3) tile transforms, the product on packed weights, and the
// stores that fold bias, ReLU, masks and pooling in. Used by winograd_conv and conv_chain; every function here is
// serial and free of state, so any thread may call it. One table of functions exists per instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

namespace neural_style::winograd {

constexpr int tile_edge = 4;       // outputs of one tile along an axis
constexpr int patch_edge = 6;      // inputs of one tile along an axis, and products along an axis
constexpr int products = 36;       // patch_edge squared
constexpr int channel_block = 16;  // channels of every inner map are padded to a multiple of this; widest vector

/// Channels rounded up to the padding of the inner maps.
constexpr int padded_channels(int channels) { return (channels + channel_block - 1) / channel_block * channel_block; }

constexpr int picture_channels = 3;  // of the maps that the direct convolutions read

/// What a forward tile is stored to; null: not wanted. All maps are NHWC with `channels` padded channels.
struct ForwardStore {
    int height = 0, width = 0, channels = 0;
    const float* bias = nullptr;        // `channels` values
    float* before_relu = nullptr;       // height x width
    float* after_relu = nullptr;        // height x width
    std::uint8_t* relu_mask = nullptr;  // one bit a channel: the output is positive
    enum class Pool { none, max, average } pool = Pool::none;
    float* pooled = nullptr;            // (height / 2) x (width / 2), of the outputs after ReLU
    std::uint8_t* pool_mask = nullptr;  // the output is its window's first maximum, and positive
};

/// What a tile of a gradient is stored to: out = scale * ((relu_mask ? gradient + before_mask : 0) + after_mask), where
/// absent terms are 0 and an absent mask is all ones.
struct BackwardStore {
    int height = 0, width = 0, channels = 0;
    float scale = 1;
    const float* before_mask = nullptr;
    const std::uint8_t* relu_mask = nullptr;
    const float* after_mask = nullptr;
    float* out = nullptr;
};

/// One instruction set's functions.
struct Kernels {
    const char* target;  // Highway's name of the instruction set
    int panel_channels;  // output channels of one panel of packed weights
    int block_rows;      // tiles that the product handles at a time

    /// Bytes of a bit mask over a map of `channels` padded channels. Its bits lie tile by tile, in an order of the
    /// instruction set's own: a mask is made and read by the same Kernels.
    std::size_t (*mask_bytes)(int height, int width, int channels);

    /// Where in a mask the pixel (y, x) lies; the functions below take masks at a pixel.
    std::size_t (*mask_offset)(int y, int x, int width, int channels);

    /// Transforms and packs the 3x3 weights (KCRS, `out_channels` x `in_channels`) of one panel of produced channels
    /// for all 36 products: `packed` is [product][panel][depth][panel_channels], of which panel `panel` is written.
    /// `backward`: the gradient's convolution, with the two channel axes swapped and the kernel rotated.
    void (*pack_panel)(const float* weight, int out_channels, int in_channels, bool backward, int panel, float* packed);

    /// Transforms the 6x6 patch whose rows start at `patch`, `row_stride` floats apart and `channels` floats from pixel
    /// to pixel, into `v`: 36 runs of `channels` floats, `product_stride` floats apart. `relu`: clamp what is read.
    void (*transform_inner)(const float* patch, std::ptrdiff_t row_stride, int channels, bool relu, float* v,
                            std::size_t product_stride);

    /// The same for a patch given by 36 pixel addresses. `masks`, if not null: 36 mask addresses, a channel whose bit
    /// is 0 reads as 0.
    void (*transform_gathered)(const float* const* pixels, const std::uint8_t* const* masks, int channels, bool relu,
                               float* v, std::size_t product_stride);

    /// The same along one axis only: 6 pixels to 6 runs.
    void (*transform_line)(const float* const* pixels, const std::uint8_t* const* masks, int channels, float* v,
                           std::size_t product_stride);

    /// m[rows][panels * panel_channels] = v[rows][depth] * packed panels [panel_begin, panel_end) of one product.
    /// `v_stride` and `m_stride` are floats from row to row.
    void (*multiply)(int rows, int depth, const float* v, std::size_t v_stride, const float* packed, int panel_begin,
                     int panel_end, float* m, std::size_t m_stride);

    /// Transforms the 36 runs at `m` back to the 4x4 tile at (y, x) and stores what lies inside the map.
    void (*store_forward)(const float* m, std::size_t product_stride, const ForwardStore& store, int y, int x);
    void (*store_backward)(const float* m, std::size_t product_stride, const BackwardStore& store, int y, int x);

    /// A convolution of a map of 3 channels without a transform, which would not pay: computes the tile at (y, x) and
    /// stores what lies inside the map. `rows`: the 6 rows of the patch, from its first pixel on. `weights`:
    /// [kernel row][kernel column][3][store.channels].
    void (*direct_forward)(const float* const* rows, const float* weights, const ForwardStore& store, int y, int x);

    /// Its gradient to one row of its padded input, whose first pixel is one step left of the map: width + 2 pixels of
    /// 3 floats. `rows`: the rows of the gradient (`width` pixels of `channels` padded channels) that the kernel's rows
    /// meet, null where there is none. `weights`: [kernel row][kernel column][3][channels].
    void (*direct_backward)(const float* const* rows, int width, int channels, const float* weights, float* out);

    /// Transforms 6 runs back to 4 pixels, of which the first `count` are written `channels` floats apart.
    void (*store_line)(const float* m, std::size_t product_stride, int channels, int count, float* out);

    /// out[c] += mask ? value[c] * scale : 0, over `channels` channels; a null mask is all ones.
    void (*add_masked)(const float* value, const std::uint8_t* mask, float scale, int channels, float* out);

    /// out[c] = (pool_mask ? pooled[c] * scale : 0) + (relu_mask ? after_relu[c] : 0) + before_relu[c]; absent maps are
    /// 0.
    void (*join_gradients)(const float* pooled, const std::uint8_t* pool_mask, float scale, const float* after_relu,
                           const std::uint8_t* relu_mask, const float* before_relu, int channels, float* out);

    /// For Gram matrices: copies `pixels` pixels of exactly `channels` channels into panels, [panel][pixel][channel of
    /// the panel] with zeros after the last channel, and adds them to sums[channel].
    void (*gather_panels)(const float* map, int pixels, int channels, float* panels, float* sums);

    /// gram[i][j] += the sum over pixels of left[pixel][i] * right[pixel][j], for all channels i and j of two panels.
    void (*add_gram_panel)(int pixels, const float* left, const float* right, float* gram, std::size_t gram_stride);
};

/// The functions of the best instruction set of this machine (or of those that Highway was told to use), for
/// convolutions and products that make maps of `channels` channels. They differ in their panels alone: masks of one
/// serve all.
const Kernels& kernels(int channels);

}  // namespace neural_style::winograd
