// Test program: dump_features SETTINGS PICTURE WIDTH HEIGHT reads a picture (red, green and blue planes of raw floats)
// and writes the feature maps of the content layers and then of the style layers that the settings ask for, as raw
// floats, channel by channel.
#include <ATen/ATen.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "run/method.hpp"

int main(int count, char** arguments) {
    using namespace neural_style;
    if (count != 5) return 2;
    const int width = std::atoi(arguments[3]), height = std::atoi(arguments[4]);
    std::vector<float> pixels(std::size_t(3) * std::size_t(width) * std::size_t(height));
    std::FILE* file = std::fopen(arguments[2], "rb");
    if (!file || std::fread(pixels.data(), sizeof(float), pixels.size(), file) != pixels.size()) return 2;
    std::fclose(file);
    try {
        const Settings settings = Settings::parse(arguments[1]);
        const auto encoder = make_encoder(choose_method(settings), settings, at::Device(at::kCPU), Precision::float32);
        const at::Tensor picture = at::from_blob(pixels.data(), {1, 3, height, width}, at::kFloat);
        for (const at::Tensor& map : encoder->features(picture, false)) {
            const at::Tensor dense = map.contiguous();
            std::fwrite(dense.data_ptr<float>(), sizeof(float), std::size_t(dense.numel()), stdout);
        }
    } catch (const Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
