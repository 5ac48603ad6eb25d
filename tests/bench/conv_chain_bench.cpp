// An evaluation of VGG-19 to conv5_1 (taps relu1_1, 2_1, 3_1, 4_1, 4_2, 5_1; Gram losses of the style layers and a
// content loss; gradient to the picture) by ConvChain and by LibTorch as neural-style-pt does it, in turns.
//
//   conv_chain_bench [edge pixels = 512] [pairs = 7] [threads = 2] [zero | reflect] [check]
//
// Prints the medians of both and the median of the pairs' ratios; with `check` also how far both gradients are from
// LibTorch's in float64.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "winograd/conv_chain.hpp"
#include "winograd/map_products.hpp"

namespace {

using neural_style::ChainLayer;
using neural_style::ConvChain;
using neural_style::Pooling;
using neural_style::Tap;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// of all threads together; tells more than the time of day where other programs want the cores too
double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
    return values[values.size() / 2];
}

constexpr int content_tap = 4;

struct Network {
    std::vector<ChainLayer> layers;
    std::vector<Tap> taps;
    std::vector<at::Tensor> weights, biases;  // a pooling's are undefined
};

Network vgg19() {
    Network network;
    int channels = 3;
    const auto convolution = [&](int out) {
        const at::Tensor weight = at::randn({out, channels, 3, 3}) * std::sqrt(2.0 / (9 * channels));
        const at::Tensor bias = at::randn({out}) * 0.05;
        network.weights.push_back(weight);
        network.biases.push_back(bias);
        ChainLayer layer;
        layer.in_channels = channels;
        layer.out_channels = channels = out;
        layer.weight.assign(weight.data_ptr<float>(), weight.data_ptr<float>() + weight.numel());
        layer.bias.assign(bias.data_ptr<float>(), bias.data_ptr<float>() + bias.numel());
        network.layers.push_back(layer);
    };
    int tapped = 0;
    for (const int out : {64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0, 512, 512, 512, 512, 0, 512}) {
        const int layer = static_cast<int>(network.layers.size());
        if (out) {
            convolution(out);
        } else {
            network.layers.emplace_back().kind = ChainLayer::Kind::pool;
            network.weights.emplace_back();
            network.biases.emplace_back();
        }
        const int wanted[] = {0, 3, 6, 11, 12, 16};
        if (tapped < 6 && layer == wanted[tapped]) network.taps.push_back({wanted[tapped++], true});
    }
    return network;
}

struct Times {
    double forward = 0, losses = 0, backward = 0;
    double total() const { return forward + losses + backward; }
};

class ByTorch {
public:
    ByTorch(const Network& network, bool reflect, at::ScalarType type) : network_(network), reflect_(reflect) {
        for (std::size_t i = 0; i < network.weights.size(); ++i) {
            const bool pool = !network.weights[i].defined();
            weights_.push_back(pool ? at::Tensor() : network.weights[i].to(type));
            biases_.push_back(pool ? at::Tensor() : network.biases[i].to(type));
        }
    }

    std::vector<at::Tensor> features(const at::Tensor& picture) const {
        std::vector<at::Tensor> taps;
        at::Tensor x = picture;
        for (std::size_t i = 0; i < network_.layers.size(); ++i) {
            if (network_.layers[i].kind == ChainLayer::Kind::pool)
                x = at::max_pool2d(x, {2, 2}, {2, 2});
            else if (reflect_)
                x = at::relu(at::conv2d(at::reflection_pad2d(x, {1, 1, 1, 1}), weights_[i], biases_[i]));
            else
                x = at::relu(at::conv2d(x, weights_[i], biases_[i], {1, 1}, {1, 1}));
            if (network_.taps[taps.size()].layer == static_cast<int>(i)) taps.push_back(x);
        }
        return taps;
    }

    static at::Tensor gram(const at::Tensor& map) {
        const at::Tensor flat = map.reshape({map.size(1), -1});
        return at::mm(flat, flat.t()) / flat.size(1);
    }

    at::Tensor evaluate(const at::Tensor& picture, const std::vector<at::Tensor>& targets, Times& times) const {
        const double start = now();
        const at::Tensor variable = picture.detach().requires_grad_(true);
        const std::vector<at::Tensor> taps = features(variable);
        times.forward = now() - start;
        at::Tensor loss = at::zeros({}, picture.options());
        for (std::size_t i = 0; i < taps.size(); ++i)
            loss = loss + at::mse_loss(static_cast<int>(i) == content_tap ? taps[i] : gram(taps[i]), targets[i]);
        times.losses = now() - start - times.forward;
        torch::autograd::backward({loss}, {});
        times.backward = now() - start - times.forward - times.losses;
        return variable.grad();
    }

private:
    const Network& network_;
    bool reflect_;
    std::vector<at::Tensor> weights_, biases_;
};

class ByChain {
public:
    ByChain(const Network& network, bool reflect, int threads)
        : chain(network.layers, network.taps,
                reflect ? neural_style::winograd::Padding::reflect : neural_style::winograd::Padding::zero,
                Pooling::max, threads) {
        for (const Tap& tap : network.taps) products_.emplace_back(network.layers[tap.layer].out_channels, threads);
        gradients_.resize(network.taps.size());
    }

    at::Tensor evaluate(const at::Tensor& picture, const std::vector<at::Tensor>& targets, Times& times) {
        const double start = now();
        chain.forward(picture.data_ptr<float>(), static_cast<int>(picture.size(0)), static_cast<int>(picture.size(1)));
        times.forward = now() - start;
        std::vector<neural_style::TapGradient> slopes(targets.size());
        for (std::size_t i = 0; i < targets.size(); ++i) {
            const neural_style::FeatureMap map = chain.tap(i);
            const std::int64_t pixels = std::int64_t{map.height} * map.width;
            if (static_cast<int>(i) == content_tap) {
                const at::Tensor flat = at::from_blob(const_cast<float*>(map.data), {pixels, map.channels});
                if (!gradients_[i].defined()) gradients_[i] = at::empty_like(flat);
                at::sub_out(gradients_[i], flat, targets[i]);
                gradients_[i].mul_(2.0 / flat.numel());
                slopes[i].map = gradients_[i].data_ptr<float>();
            } else {
                gradients_[i] = at::empty({map.channels, map.channels});
                products_[i].gram(map.data, pixels, gradients_[i].data_ptr<float>());
                gradients_[i] = (gradients_[i] / pixels - targets[i]) * (4.0 / pixels / gradients_[i].numel());
                slopes[i].matrix = gradients_[i].data_ptr<float>();
            }
        }
        times.losses = now() - start - times.forward;
        at::Tensor gradient = at::empty_like(picture);
        chain.backward(slopes, gradient.data_ptr<float>());
        times.backward = now() - start - times.forward - times.losses;
        return gradient;
    }

    ConvChain chain;

private:
    std::vector<neural_style::MapProducts> products_;
    std::vector<at::Tensor> gradients_;
};

}  // namespace

int main(int argc, char** argv) {
    const int edge = argc > 1 ? std::atoi(argv[1]) : 512, pairs = argc > 2 ? std::atoi(argv[2]) : 7;
    const int threads = argc > 3 ? std::atoi(argv[3]) : 2;
    const bool reflect = argc > 4 && std::string(argv[4]) == "reflect";
    const bool check = argc > 5 && std::string(argv[5]) == "check";
    at::set_num_threads(threads);
    at::manual_seed(1);
    const Network network = vgg19();
    double start = now();
    ByChain by_chain(network, reflect, threads);
    std::printf("weights transformed in %.2f s\n", now() - start);
    const ByTorch by_torch(network, reflect, at::kFloat);

    const at::Tensor picture = at::randn({1, 3, edge, edge});
    const at::Tensor pixels = picture[0].permute({1, 2, 0}).contiguous();
    std::vector<at::Tensor> targets, flat_targets;
    {
        const std::vector<at::Tensor> style = by_torch.features(at::randn({1, 3, edge, edge}) * 0.5 + 0.3);
        for (std::size_t i = 0; i < style.size(); ++i) {
            const bool content = static_cast<int>(i) == content_tap;
            targets.push_back(content ? style[i] : ByTorch::gram(style[i]));
            flat_targets.push_back(content ? style[i][0].permute({1, 2, 0}).reshape({-1, style[i].size(1)}).contiguous()
                                           : targets.back());
        }
    }
    Times ours, theirs;
    // the first round plans buffers and is not counted
    const at::Tensor our_gradient = by_chain.evaluate(pixels, flat_targets, ours).permute({2, 0, 1});
    const at::Tensor their_gradient = by_torch.evaluate(picture, targets, theirs)[0];
    if (check) {
        std::vector<at::Tensor> exact_targets;
        for (const at::Tensor& target : targets) exact_targets.push_back(target.to(at::kDouble));
        Times unused;
        const at::Tensor exact =
            ByTorch(network, reflect, at::kDouble).evaluate(picture.to(at::kDouble), exact_targets, unused)[0];
        const auto error = [&](const at::Tensor& gradient) {
            return ((gradient.to(at::kDouble) - exact).norm() / exact.norm()).item<double>();
        };
        std::printf("gradient against float64: ConvChain %.1e, LibTorch %.1e of its norm\n", error(our_gradient),
                    error(their_gradient));
    }
    std::vector<double> forward[2], losses[2], backward[2], total[2], processor[2], ratio, processor_ratio;
    for (int pair = 0; pair < pairs; ++pair) {
        const double begin = processor_seconds();
        by_chain.evaluate(pixels, flat_targets, ours);
        const double between = processor_seconds();
        by_torch.evaluate(picture, targets, theirs);
        const double end = processor_seconds();
        processor[0].push_back(between - begin);
        processor[1].push_back(end - between);
        processor_ratio.push_back((end - between) / (between - begin));
        const Times* both[] = {&ours, &theirs};
        for (int i = 0; i < 2; ++i) {
            forward[i].push_back(both[i]->forward);
            losses[i].push_back(both[i]->losses);
            backward[i].push_back(both[i]->backward);
            total[i].push_back(both[i]->total());
        }
        ratio.push_back(theirs.total() / ours.total());
    }
    std::printf("%d px, %d threads, %s padding, %s, medians of %d pairs\n", edge, threads, reflect ? "reflect" : "zero",
                neural_style::winograd::kernels(64).target, pairs);
    for (int i = 0; i < 2; ++i)
        std::printf("%-10s %.3f s = forward %.3f + losses %.3f + backward %.3f; %.3f s of processor time\n",
                    i ? "LibTorch" : "ConvChain", median(total[i]), median(forward[i]), median(losses[i]),
                    median(backward[i]), median(processor[i]));
    std::printf("times faster: %.2f (%.2f to %.2f), by processor time %.2f; work memory %.0f MB, weights %.0f MB\n",
                median(ratio), *std::min_element(ratio.begin(), ratio.end()),
                *std::max_element(ratio.begin(), ratio.end()), median(processor_ratio),
                by_chain.chain.work_bytes() / 1e6, by_chain.chain.weight_bytes() / 1e6);
}
