#include "method.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "descent/adam.hpp"
#include "descent/lbfgs.hpp"
#include "losses/moment_loss.hpp"
#include "losses/sliced_loss.hpp"
#include "network_encoder.hpp"
#include "neural-style/error.hpp"
#include "vector_code.hpp"

namespace neural_style {
namespace {

// By what a content term is multiplied, so that 1 : 1000 keeps shapes and lets strokes cover them: of a VGG network,
// chosen by looking at what Simonyan and Zisserman's VGG-16 paints. A description may say otherwise.
double content_factor(const Method& method) {
    const double own = method.network.layers_for(method.loss).content_factor;
    if (own > 0) return own;
    if (method.loss == "covariance") return 250;
    if (method.loss == "sliced") return 60;
    if (method.loss == "gatys") return 300;
    return 1;
}

// Whether content terms are relative to the content's own features, as these losses' style terms are relative too.
bool is_relative(const Method& method) { return method.loss == "covariance" || method.loss == "sliced"; }

constexpr int sliced_directions = 32;

std::vector<WeightedLayer> choose_layers(const char* key, const std::string& standard, const Settings& settings) {
    const std::string text = settings.text(key);
    return parse_layers(key, text == "auto" ? standard : text);
}

double weight_sum(const std::vector<WeightedLayer>& layers) {
    double sum = 0;
    for (const WeightedLayer& layer : layers) sum += layer.weight;
    return std::max(sum, 1e-30);
}

std::vector<std::string> names_of(const Method& method) {
    std::vector<std::string> names;
    for (const auto* layers : {&method.content_layers, &method.style_layers})
        for (const WeightedLayer& layer : *layers) names.push_back(layer.name);
    return names;
}

// The style layers with their weights shifted towards those that see little (coarseness below 0) or much (above): from
// the finest to the coarsest by a factor of 64 at the ends.
std::vector<WeightedLayer> tilted(const Method& method, double coarseness) {
    std::vector<double> depths;
    for (const WeightedLayer& layer : method.style_layers)
        depths.push_back(double(find_layer(method.network, layer.name).layer));
    std::vector<WeightedLayer> layers = method.style_layers;
    if (layers.empty()) return layers;
    const auto [least, most] = std::minmax_element(depths.begin(), depths.end());
    const double middle = (*least + *most) / 2, half = std::max((*most - *least) / 2, 1e-9);
    for (std::size_t i = 0; i < layers.size(); ++i)
        layers[i].weight *= std::pow(8, coarseness * (depths[i] - middle) / half);
    return layers;
}

[[noreturn]] void refuse_absent(const Network& network) {
    if (network.built_in)
        throw Error(Cause::weights, "The weights of the built-in network, " + network.name +
                                        ".safetensors, are not where its description is (" + network.description_path +
                                        "); install the program again.");
    throw Error(Cause::weights, "The weights of " + network.title +
                                    " are not installed; run neural-style --get-network " + network.name +
                                    ", give a file with the setting weights, or use network=builtin.");
}

}  // namespace

Method choose_method(const Settings& settings) {
    Method method;
    const std::string wanted = settings.text("network");
    const bool own_weights = !settings.text("weights").empty();
    method.network = find_network(wanted != "auto" ? wanted : own_weights ? "vgg19" : auto_network());
    method.weights = own_weights ? settings.text("weights") : installed_weights(method.network);
    if (method.weights.empty()) refuse_absent(method.network);
    const auto decided = [&](const char* key, const std::string& standard) {
        const std::string text = settings.text(key);
        return text == "auto" ? standard : text;
    };
    method.loss = decided("loss", method.network.loss);
    method.optimiser = decided("optimiser", method.loss == "sliced" ? "adam" : "lbfgs");
    method.keeps_detail = decided("detail", "keep") == "keep";
    method.padding = decided("padding", method.loss == "tutorial" ? "zero" : "reflect");
    const LayerDefaults layers = method.network.layers_for(method.loss);
    method.content_layers = choose_layers("content-layers", layers.content_layers, settings);
    method.style_layers = choose_layers("style-layers", layers.style_layers, settings);
    for (const std::string& name : names_of(method))
        find_layer(method.network, name);  // refused before weights are read
    return method;
}

std::unique_ptr<Encoder> make_encoder(const Method& method, const Settings& settings, const c10::Device& device,
                                      Precision precision) {
    return make_network_encoder(method, names_of(method), settings, device, precision);
}

// What of the content's weight counts at a scale. Larger scales begin with the content's own detail and have fewer
// evaluations to paint over it, so the content would count for more in a large picture than in a draft of it.
double share_at(int edge) {
    constexpr int draft_edge = 256;
    return edge > draft_edge ? std::sqrt(double(draft_edge) / edge) : 1;
}

std::vector<ContentTerm> content_terms(const Method& method, const Settings& settings, int edge) {
    const double weight = settings.real("content-weight"), sum = weight_sum(method.content_layers);
    std::vector<ContentTerm> terms;
    for (const WeightedLayer& layer : method.content_layers) {
        double factor = weight * share_at(edge) * layer.weight / sum * content_factor(method);
        if (method.loss == "gatys") factor /= std::pow(method.network.magnitude, 2);
        if (method.loss == "tutorial")
            factor = weight * weight * layer.weight * layer.weight;  // inside the square there
        terms.push_back({terms.size(), factor, is_relative(method)});
    }
    return terms;
}

std::vector<StyleTerm> style_terms(const Method& method, const Settings& settings, const std::vector<Region>& regions) {
    const std::vector<WeightedLayer> layers = tilted(method, settings.real("coarseness"));
    const double weight = settings.real("style-weight"), sum = weight_sum(layers);
    const auto seed = static_cast<std::uint64_t>(settings.integer("seed"));
    std::vector<StyleTerm> terms;
    for (std::size_t region = 0; region < regions.size(); ++region)
        for (std::size_t i = 0; i < layers.size(); ++i) {
            const WeightedLayer& layer = layers[i];
            const double share = weight * layer.weight / sum * regions[region].share;
            std::unique_ptr<StyleLoss> loss;
            if (method.loss == "tutorial")
                loss = std::make_unique<GramLoss>(weight * weight * layer.weight * layer.weight * regions[region].share,
                                                  true);
            else if (method.loss == "gatys")
                loss = std::make_unique<GramLoss>(share / std::pow(method.network.magnitude, 4), false);
            else if (method.loss == "covariance")
                loss = std::make_unique<CovarianceLoss>(share);
            else
                loss = std::make_unique<SlicedLoss>(share, sliced_directions, method.optimiser == "adam",
                                                    (seed * 64 + region) * 64 + i);
            terms.push_back({method.content_layers.size() + i, std::move(loss), region});
        }
    return terms;
}

std::unique_ptr<Optimiser> make_optimiser(const std::string& name, int history, bool improves) {
    if (name == "adam") return improves ? std::make_unique<Adam>(Adam::last_rate) : std::make_unique<Adam>();
    return std::make_unique<Lbfgs>(history);
}

Workload workload(const Method& method, const PlanRequest& request, Encoder& encoder, const c10::Device& device,
                  double resident_mib) {
    Workload load;
    load.encoder = &encoder;
    load.content_maps = method.content_layers.size();
    load.lbfgs = method.optimiser == "lbfgs";
    load.sliced = method.loss == "sliced";
    load.masked = request.masked;
    load.circular = method.padding == "circular";
    load.variation = request.settings.real("tv-weight") > 0;
    load.regions = request.guides + 1;
    load.full_width = request.width;
    load.full_height = request.height;
    load.styles = request.styles;
    load.stroke = request.settings.real("style-scale");
    load.resident_mib = resident_mib;
    double share = 1;  // of the picture's pixels in a map
    for (const NetworkLayer& layer : method.network.layers) {
        if (layer.kind == NetworkLayer::Kind::pool)
            share /= 4;
        else
            load.multiplications += share * 9 * layer.in_channels * layer.out_channels;
    }
    load.on_card = !device.is_cpu();
    return load;
}

}  // namespace neural_style
