// Between GIMP's drawables, in every precision and type and with their colour profiles, and Image. Used by the GIMP
// host, on the main thread.
//
// GIMP 2.10 labels every drawable's pixels as sRGB; what their numbers mean is said by the image's colour profile. So
// numbers are fetched as they are, read in the space of the profile (its primaries and its curve), and brought to
// sRGB's curve in the content's primaries, which is what Image holds; and the same way back.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "host.hpp"
#include "neural-style/image.hpp"

namespace neural_style::pixels {

/// A drawable in parts, as read() gives it at once. Its alpha is multiplied by the values (linear, 0 to 1) of `mask`, a
/// layer mask of its size; below 0: none.
class Reading final : public PixelReading {
public:
    Reading(std::int32_t drawable, std::int32_t space_image, std::int32_t mask);
    ~Reading() override;
    bool step() override;
    Image take() override;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// A channel, layer mask or selection as a picture sees it: the picture's upper left corner is the channel's pixel (x,
/// y). Outside of the channel there is nothing.
struct PlacedChannel {
    std::int32_t drawable;
    int x, y;
};

/// The product of channels' values, for a picture of that size; no channels: an empty mask.
class ProductReading final : public MaskReading {
public:
    ProductReading(int width, int height, const std::vector<PlacedChannel>& channels);
    ~ProductReading() override;
    bool step() override;
    Mask take() override;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// How bright a layer is for a picture of that size, times its alpha and its `mask` (below 0: none); the picture's
/// upper left corner is the layer's pixel (x, y), and outside of the layer there is nothing.
class BrightnessReading final : public MaskReading {
public:
    BrightnessReading(std::int32_t layer, std::int32_t mask, int x, int y, int width, int height);
    bool step() override { return layer_.step(); }
    Mask take() override;

private:
    Reading layer_;
    int x_, y_, width_, height_;
};

/// All of a drawable, in its own size, in the primaries of `space_image`'s profile. A profile that cannot be used (none
/// but matrix and curve profiles can) counts as sRGB, there and back. Throws Error(Cause::picture).
Image read(std::int32_t drawable, std::int32_t space_image);

/// The part of a channel that begins at x, y and has this size, 0 outside of it; shrunk to fit edge × edge if that is
/// above 0. Throws Error(Cause::picture).
Mask read_mask(std::int32_t channel, int x, int y, int width, int height, int edge_pixels);

/// A picture in sRGB, brought to the primaries of `space_image`'s profile.
Image from_srgb(const Image& picture, std::int32_t space_image);

/// Fills a drawable of the same size, which need not belong to its image yet. Throws Error(Cause::host).
void write(std::int32_t drawable, const Image& picture);

/// Fills a layer mask of the same size, which need not belong to its layer yet. Throws Error(Cause::host).
void write_mask(std::int32_t mask, const Mask& values);

}  // namespace neural_style::pixels
