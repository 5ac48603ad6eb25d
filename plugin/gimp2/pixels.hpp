// Between GIMP's drawables, in every precision and type and with their colour profiles, and Image. Used by the GIMP
// host, on the main thread.
//
// GIMP 2.10 labels every drawable's pixels as sRGB; what their numbers mean is said by the image's colour profile. So
// numbers are fetched as they are, read in the space of the profile (its primaries and its curve), and brought to
// sRGB's curve in the content's primaries, which is what Image holds; and the same way back.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "host.hpp"
#include "neural-style/image.hpp"

namespace neural_style {

/// A drawable as a picture sees it: the picture's upper left corner is the drawable's pixel (x, y). Outside of the
/// drawable there is nothing.
struct PlacedDrawable {
    std::int32_t drawable;
    int x, y;
};

namespace pixels {

/// How bright a pixel is (red, green, blue, alpha), times its alpha: what it says in a mask, weighed as in a mask from
/// a file.
inline float brightness(const float* rgba) {
    return (0.299F * rgba[0] + 0.587F * rgba[1] + 0.114F * rgba[2]) * rgba[3];
}

/// Has babl look on another thread for the best ways from the drawable's numbers to a picture's and back, which takes
/// it up to a third of a second once.
void get_ready(std::int32_t drawable, std::int32_t space_image);

/// What the numbers of pictures that are read for `image` mean (a babl format): later it may have another profile.
const void* meaning_in(std::int32_t image);

/// All of a drawable, in its own size or made smaller by `factor`, in the primaries of `space_image`'s profile. A
/// profile that cannot be used (none but matrix and curve profiles can) counts as sRGB, there and back. Its alpha is
/// multiplied by the values (linear, 0 to 1) of `mask`, a layer mask of its size; below 0: none.
class Reading final : public PixelReading {
public:
    Reading(std::int32_t drawable, std::int32_t space_image, std::int32_t mask, int factor = 1);
    ~Reading() override;
    bool step() override;
    Image take() override;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The product of channels' values, for a picture of that size; no channels: an empty mask.
class ProductReading final : public MaskReading {
public:
    ProductReading(int width, int height, const std::vector<PlacedDrawable>& channels);
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
    bool step() override;
    Mask take() override { return std::move(mask_); }

private:
    Reading reading_;
    Image layer_;  ///< once it is read
    Mask mask_;
    int x_, y_;
};

/// A picture in sRGB, brought to the primaries of `space_image`'s profile.
Image from_srgb(const Image& picture, std::int32_t space_image);

/// Fills a drawable of the same size, which need not belong to its image yet, or a layer mask, which need not belong to
/// its layer, a part at a time. Throws Error(Cause::host).
class Writing {
public:
    /// `meaning`: of the picture's numbers; null: as for the drawable's own image.
    Writing(std::int32_t drawable, std::shared_ptr<const Image> picture, const void* meaning = nullptr);
    Writing(std::int32_t mask, std::shared_ptr<const Mask> values);
    ~Writing();
    bool step();  ///< false once all is written

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace pixels
}  // namespace neural_style
