// How one layer's feature map differs in style from the style pictures', and the derivative of that.
#pragma once

#include <ATen/core/Tensor.h>

#include "encoders/encoder.hpp"

namespace neural_style {

/// A rectangle of one layer's feature map. Large maps come in several, which are disjoint and cover all.
struct MapPart {
    at::Tensor features;  ///< C×h×w, any strides; of short numbers for losses that take them only
    at::Tensor weights;   ///< h×w, how much each position counts, 0..1; undefined: all are 1
    int y = 0, x = 0;     ///< place of its first position in the whole map
    double unit = 1;      ///< a feature is this times what stands in `features`

    std::int64_t channels() const { return features.size(0); }
    std::int64_t positions() const { return features.size(1) * features.size(2); }

    /// The same with the features themselves, in float32.
    MapPart in_full() const;
};

/// One for each style layer and region. A subject's map is taken in between begin() and end(), part by part; after the
/// end of a picture's, slope() is asked for the same parts in the same order, and then loss().
class StyleLoss {
public:
    virtual ~StyleLoss() = default;

    enum class Subject {
        style,    ///< a style picture; there may be several, their shares add up to 1
        start,    ///< the content, once, before the first picture
        picture,  ///< what is evaluated
    };

    /// `height` and `width` are those of the whole map.
    virtual void begin(Subject subject, int height, int width) = 0;
    virtual void take(const MapPart& part) = 0;
    virtual void end(double share = 1) = 0;

    /// Forgets all but the styles: as it was before the first picture.
    virtual void renew() {}

    /// Whether it takes features in short numbers and in units; else they are given in full.
    virtual bool takes_short() const { return false; }

    /// Whether each picture is compared by the same operations on the device, without the host's part.
    virtual bool recordable() const { return true; }

    /// d loss / d `features` of a part of the picture; the caller's until the next call.
    virtual Slope slope(const MapPart& part) = 0;

    /// A scalar on the features' device.
    virtual at::Tensor loss() const = 0;
};

}  // namespace neural_style
