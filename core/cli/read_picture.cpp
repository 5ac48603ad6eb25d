// The part of the program that reads a picture file for the GIMP plug-in's window: a module of its own, so that
// LibTorch is not loaded for it.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "engine.hpp"
#include "neural-style/error.hpp"
#include "neural-style/wire.hpp"
#include "picture_file.hpp"

namespace neural_style {
namespace {

// The mean of what falls onto each pixel of a picture within edge × edge, by area; colours by how much they are seen.
Image fitted(const Image& picture, int edge) {
    const int longest = std::max(picture.width, picture.height);
    if (longest <= edge) return picture;
    const auto length = [&](int own) { return std::max(1, int(std::lround(double(own) * edge / longest))); };
    Image small(length(picture.width), length(picture.height));
    const double across = double(picture.width) / small.width, down = double(picture.height) / small.height;
    for (int y = 0; y < small.height; ++y)
        for (int x = 0; x < small.width; ++x) {
            const double left = x * across, right = left + across, top = y * down, bottom = top + down;
            double sum[4] = {}, area = 0;
            for (int v = int(top); v < std::min(picture.height, int(std::ceil(bottom))); ++v)
                for (int u = int(left); u < std::min(picture.width, int(std::ceil(right))); ++u) {
                    const double part = (std::min(right, u + 1.) - std::max(left, double(u))) *
                                        (std::min(bottom, v + 1.) - std::max(top, double(v)));
                    const float* pixel = picture.pixel(u, v);
                    for (int c = 0; c < 3; ++c) sum[c] += part * double(pixel[3]) * double(pixel[c]);
                    sum[3] += part * double(pixel[3]);
                    area += part;
                }
            float* pixel = small.pixel(x, y);
            for (int c = 0; c < 3; ++c) pixel[c] = sum[3] > 0 ? float(sum[c] / sum[3]) : 0;
            pixel[3] = area > 0 ? float(sum[3] / area) : 0;
        }
    return small;
}

void send(const wire::Bytes& frame) {
    for (std::size_t sent = 0; sent < frame.size();) {
        const ssize_t count = write(STDOUT_FILENO, frame.data() + sent, frame.size() - sent);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0)
            throw Error(Cause::output, std::string("The picture cannot be sent (") + std::strerror(errno) + ").");
        sent += std::size_t(count);
    }
}

}  // namespace
}  // namespace neural_style

extern "C" __attribute__((visibility("default"))) int neural_style_pictures(const neural_style::Arguments& arguments) {
    using namespace neural_style;
    const int size = int(arguments.settings.integer("size"));
    Image picture = read_picture(arguments.contents.front(), size).image;
    if (size > 0) picture = fitted(picture, size);
    send(wire::encode_preview(picture));
    return 0;
}
