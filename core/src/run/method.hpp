// From settings to the parts of a run: which network, loss, layers and optimiser; the encoder and the terms made of
// them.
#pragma once

#include <c10/core/Device.h>

#include <memory>
#include <string>
#include <vector>

#include "descent/objective.hpp"
#include "descent/optimiser.hpp"
#include "device.hpp"
#include "encoders/encoder.hpp"
#include "memory_plan.hpp"
#include "networks/layer_list.hpp"
#include "networks/network.hpp"
#include "neural-style/plan.hpp"
#include "neural-style/settings.hpp"

namespace neural_style {

/// All that is `auto` in the settings, decided.
struct Method {
    Network network;
    std::string weights;  ///< path
    std::string loss, optimiser, padding;
    bool keeps_detail;  ///< a larger scale begins with the content's own fine detail
    std::vector<WeightedLayer> content_layers, style_layers;
};

/// Throws Error(Cause::settings or Cause::weights) for an unknown network or layer, or weights that are not installed.
Method choose_method(const Settings& settings);

/// The encoder whose feature maps are those of the content layers followed by those of the style layers.
/// Throws Error(Cause::weights).
std::unique_ptr<Encoder> make_encoder(const Method& method, const Settings& settings, const c10::Device& device,
                                      Precision precision);

/// The loss's terms, for maps in make_encoder's order; each region has style terms of its own. Called anew for each
/// scale, whose longest edge is `edge` pixels: terms hold its targets, and the content weighs less in larger ones.
std::vector<ContentTerm> content_terms(const Method& method, const Settings& settings, int edge);
std::vector<StyleTerm> style_terms(const Method& method, const Settings& settings, const std::vector<Region>& regions);

/// "lbfgs" with that many pairs of history, or "adam".
std::unique_ptr<Optimiser> make_optimiser(const std::string& name, int history, bool improves = false);

/// What the memory plan is made from; `resident_mib` is what is held on the device without the request's pictures.
Workload workload(const Method& method, const PlanRequest& request, Encoder& encoder, const c10::Device& device,
                  double resident_mib);

}  // namespace neural_style
