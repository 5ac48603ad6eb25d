// What tests of whole runs are made of: pictures, an observer that keeps all it is told, a small network.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "neural-style/job.hpp"

namespace neural_style::testing {

inline Image scene(int width, int height) {
    Image image(width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            float* pixel = image.pixel(x, y);
            const bool hill = y > height / 2 + 3 * std::sin(x * 0.3);
            pixel[0] = hill ? 0.3F : 0.5F + 0.01F * float(y);
            pixel[1] = hill ? 0.5F : 0.6F;
            pixel[2] = hill ? 0.2F : 0.9F - 0.01F * float(x);
            pixel[3] = 1;
        }
    return image;
}

/// With no two places alike, where roundings would decide which of a pool's numbers is the largest.
inline Image speckled(Image image) {
    std::mt19937 random(7);
    std::uniform_real_distribution<float> speckle(-0.05F, 0.05F);
    for (std::size_t i = 0; i < image.rgba.size(); ++i)
        if (i % 4 < 3) image.rgba[i] = std::clamp(image.rgba[i] + speckle(random), 0.0F, 1.0F);
    return image;
}

inline Image strokes(int width, int height) {
    Image image(width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            float* pixel = image.pixel(x, y);
            pixel[0] = 0.5F + 0.45F * std::sin(x * 0.8F + 2 * std::sin(y * 0.3F));
            pixel[1] = 0.4F + 0.3F * std::cos(y * 0.9F - x * 0.2F);
            pixel[2] = 0.5F - 0.4F * std::sin((x + y) * 0.5F);
            pixel[3] = 1;
        }
    return image;
}

class Recorder : public Observer {
public:
    void on_scale(const ScaleEvent& event) override { scales.push_back(event); }
    void on_evaluation(const Evaluation& event) override {
        evaluations.push_back(event);
        if (event.evaluation == stop_at) stop = true;
    }
    void on_preview(const Image& picture) override { previews.push_back(picture); }

    std::vector<ScaleEvent> scales;
    std::vector<Evaluation> evaluations;
    std::vector<Image> previews;
    std::atomic<bool> stop{false};
    int stop_at = 0;
};

inline Outcome run_with(const Request& what, Recorder& recorder) { return run(what, recorder, recorder.stop); }

inline bool same(const Image& a, const Image& b) {
    return a.width == b.width && a.height == b.height &&
           std::memcmp(a.rgba.data(), b.rgba.data(), a.rgba.size() * sizeof(float)) == 0;
}

/// The mean difference of their numbers.
inline double distance(const Image& a, const Image& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.rgba.size(); ++i) sum += std::abs(double(a.rgba[i]) - double(b.rgba[i]));
    return sum / double(a.rgba.size());
}

/// A network of VGG's form with seeded weights in files, as long as this lives. It is trained on colours of 0..1 and
/// has conv1_1, conv1_2, … with as many channels as `blocks` says, pools between the blocks.
class SmallNetwork {
public:
    using Blocks = std::vector<std::vector<int>>;

    SmallNetwork(const std::string& name, Blocks blocks, const std::string& content_layers,
                 const std::string& style_layers, float gain = 1)
        : name_(name), blocks_(std::move(blocks)), gain_(gain) {
        std::ofstream file(description());
        file << "[network]\nname = " << name_ << "\ntitle = Small\nloss = gatys\n[layers]\nsequence =";
        for (std::size_t i = 0; i < blocks_.size(); ++i) {
            if (i > 0) file << " pool" << i;
            for (std::size_t k = 0; k < blocks_[i].size(); ++k)
                file << " conv" << i + 1 << "_" << k + 1 << ":" << blocks_[i][k];
        }
        file << "\nweight-key = f.{position}.weight\nbias-key = f.{position}.bias\n[input]\nrange = 1\n"
                "order = rgb\nmean = 0.4 0.4 0.4\ndeviation = 0.2 0.2 0.2\n";
        for (const char* loss : {"gatys", "tutorial", "covariance", "sliced"})
            file << "[loss " << loss << "]\ncontent-layers = " << content_layers << "\nstyle-layers = " << style_layers
                 << "\n";
    }
    ~SmallNetwork() {
        std::remove(description().c_str());
        for (const std::string& file : written_) std::remove(file.c_str());
    }
    SmallNetwork(const SmallNetwork&) = delete;
    SmallNetwork& operator=(const SmallNetwork&) = delete;

    /// Settings that name the description and weights of a seed.
    std::string settings(int seed) {
        const std::string weights = ::testing::TempDir() + name_ + "-" + std::to_string(seed) + ".safetensors";
        if (std::find(written_.begin(), written_.end(), weights) == written_.end()) write_weights(weights, seed);
        return "network=" + description() + ";weights=" + weights + ";";
    }

private:
    std::string description() const { return ::testing::TempDir() + name_ + ".ini"; }

    // He's deviations, so that features keep their size from layer to layer, or grow by the gain.
    void write_weights(const std::string& path, int seed) {
        written_.push_back(path);
        std::mt19937 random(static_cast<unsigned>(seed));
        std::string head, data;
        int channels = 3, position = 0;
        for (const std::vector<int>& block : blocks_) {
            for (const int wanted : block) {
                std::normal_distribution<float> normal(0, gain_ * std::sqrt(2 / (9 * float(channels))));
                for (const bool bias : {false, true}) {
                    const std::size_t start = data.size();
                    const int count = wanted * (bias ? 1 : channels * 9);
                    for (int k = 0; k < count; ++k) {
                        const float value = bias ? 0.3F * normal(random) : normal(random);
                        data.append(reinterpret_cast<const char*>(&value), sizeof value);
                    }
                    const std::string shape =
                        std::to_string(wanted) + (bias ? "" : "," + std::to_string(channels) + ",3,3");
                    head += (head.empty() ? "{\"f." : ",\"f.") + std::to_string(position) +
                            (bias ? ".bias" : ".weight") + "\":{\"dtype\":\"F32\",\"shape\":[" + shape +
                            "],\"data_offsets\":[" + std::to_string(start) + "," + std::to_string(data.size()) + "]}";
                }
                channels = wanted;
                position += 2;
            }
            ++position;  // the pool
        }
        head += "}";
        const std::uint64_t length = head.size();
        std::ofstream(path, std::ios::binary) << std::string(reinterpret_cast<const char*>(&length), 8) << head << data;
    }

    std::string name_;
    Blocks blocks_;
    float gain_;
    std::vector<std::string> written_;
};

}  // namespace neural_style::testing
