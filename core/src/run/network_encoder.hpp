// The encoder of a network with weights: what computes it on a device. Used by method.
#pragma once

#include <c10/core/Device.h>

#include <memory>
#include <string>
#include <vector>

#include "device.hpp"
#include "encoders/encoder.hpp"
#include "method.hpp"

namespace neural_style {

/// With the layers `names` as its features, in that order. Reads the weights; throws Error where they do not fit.
std::unique_ptr<Encoder> make_network_encoder(const Method& method, const std::vector<std::string>& names,
                                              const Settings& settings, const c10::Device& device, Precision precision);

}  // namespace neural_style
