#include "style_loss.hpp"

#include <ATen/ATen.h>

#include "encoders/short_numbers.hpp"

namespace neural_style {

MapPart MapPart::in_full() const {
    MapPart result = *this;
    result.features = in_float32(features);
    if (unit != 1) result.features = result.features * unit;
    result.unit = 1;
    return result;
}

}  // namespace neural_style
