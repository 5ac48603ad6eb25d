// Images that pictures lie in by themselves: while they are brought to the shape that their source has got meanwhile,
// or for good, where there is no place for them any more. Used by the GIMP host, on the main thread.
#pragma once

#include <libgimp/gimp.h>

#include <cstdint>
#include <string>

#include "host.hpp"
#include "object_ref.hpp"

namespace neural_style {

/// What tells whether a layer is as it was, cheaply.
struct Sight {
    int width = 0, height = 0;
    Image thumbnail;
    bool operator==(const Sight& other) const {
        return width == other.width && height == other.height && thumbnail.rgba == other.thumbnail.rgba;
    }
};

/// Throws Error(Cause::picture).
Sight sight_of(Host& host, std::int32_t layer);

/// What images and layers in them are like.
struct ImageKind {
    GimpImageBaseType base_type;
    GimpPrecision precision;
    ObjectRef<GimpColorProfile> profile;  ///< null: the usual one
    GimpImageType layers;
};

ImageKind kind_of(std::int32_t layer);

/// What a picture was made of, and where that was.
struct GimpOrigin final : Origin {
    GimpOrigin(Host& host, std::int32_t layer);

    Sight sight;
    int x = 0, y = 0;
    ImageKind kind;
    const void* meaning;  ///< of the picture's numbers; see pixels::meaning_in()
};

/// An image that nobody sees, without undo; deleted again unless it is shown.
class OwnImage {
public:
    OwnImage(const ImageKind& kind, int width, int height);
    ~OwnImage();
    OwnImage(const OwnImage&) = delete;
    OwnImage& operator=(const OwnImage&) = delete;

    std::int32_t id() const { return image_; }
    /// Flips, turns, scales or crops it with all of its layers, for a source of that size.
    void bring_to(const Fit& fit, int width, int height);
    /// Keeps it, in a window where GIMP has any.
    void show();

private:
    std::int32_t image_;
};

}  // namespace neural_style
