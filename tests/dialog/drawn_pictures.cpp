#include "drawn_pictures.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace neural_style {
namespace {

using Colour = std::array<double, 3>;

Colour mix(const Colour& a, const Colour& b, double t) {
    t = std::clamp(t, 0., 1.);
    return {a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t};
}

double noise(int x, int y) {
    unsigned n = unsigned(x) * 374761393u + unsigned(y) * 668265263u;
    n = (n ^ (n >> 13)) * 1274126177u;
    return double((n ^ (n >> 16)) & 0xffff) / 65535.;
}

double smooth_noise(double x, double y) {
    const int left = int(std::floor(x)), top = int(std::floor(y));
    const auto ease = [](double t) { return t * t * (3 - 2 * t); };
    const double u = ease(x - left), v = ease(y - top);
    const double upper = noise(left, top) * (1 - u) + noise(left + 1, top) * u;
    const double lower = noise(left, top + 1) * (1 - u) + noise(left + 1, top + 1) * u;
    return upper * (1 - v) + lower * v;
}

template <class Paint>
Image draw(int width, int height, Paint paint) {
    Image image(width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const Colour colour = paint(double(x) / height, double(y) / height);
            float* pixel = image.pixel(x, y);
            for (int c = 0; c < 3; ++c) pixel[c] = float(std::clamp(colour[c], 0., 1.));
            pixel[3] = 1;
        }
    return image;
}

}  // namespace

Image draw_scene(int width, int height) {
    return draw(width, height, [](double x, double y) {
        Colour colour = mix({0.28, 0.42, 0.68}, {0.98, 0.80, 0.58}, y / 0.6);
        colour = mix(colour, {1, 0.96, 0.86}, 0.7 * smooth_noise(3 * x, 9 * y) * smooth_noise(7 * x + 5, 18 * y));
        const double sun = std::hypot(x - 0.95, y - 0.44);
        colour = mix({1, 0.93, 0.7}, colour, sun < 0.06 ? 0 : std::min(1., 0.4 + sun * 1.6));
        const double hill = 0.55 - 0.10 * smooth_noise(2.2 * x, 1) - 0.03 * smooth_noise(9 * x, 4);
        if (y > hill) colour = mix({0.20, 0.28, 0.40}, {0.30, 0.38, 0.46}, (y - hill) / 0.2);
        const int house = int(std::floor(x / 0.11));
        const double roof = 0.48 + 0.12 * noise(house, 7), at = x / 0.11 - house;
        if (y > roof + 0.05 * std::abs(at - 0.5) && y < 0.72 && x < 0.9) {
            const Colour walls[] = {{0.80, 0.46, 0.34}, {0.90, 0.76, 0.54}, {0.62, 0.36, 0.32}, {0.84, 0.84, 0.78}};
            colour = walls[int(noise(house, 3) * 3.99)];
            if (y < roof + 0.05) colour = {0.46, 0.20, 0.16};
            const double window_x = at * 4 - std::floor(at * 4), window_y = y * 18 - std::floor(y * 18);
            if (y > roof + 0.07 && window_x > 0.35 && window_x < 0.75 && window_y > 0.3 && window_y < 0.8)
                colour = {0.22, 0.20, 0.26};
        }
        if (y > 0.72) {
            const double ripple = smooth_noise(9 * x, 60 * y) - 0.5;
            colour = mix({0.76, 0.62, 0.52}, {0.10, 0.22, 0.34}, (y - 0.72) / 0.28 + 0.5 * ripple);
        }
        const double hull = std::abs(x - 1.08);
        if (y > 0.74 && y < 0.79 && hull < 0.14 - (y - 0.74)) colour = {0.92, 0.92, 0.90};
        if (y > 0.5 && y < 0.74 && x > 1.06 && x < 1.065) colour = {0.15, 0.1, 0.1};
        if (y > 0.52 && y < 0.72 && x > 1.07 && x - 1.07 < (y - 0.52) * 0.5) colour = {0.96, 0.94, 0.88};
        return colour;
    });
}

const std::vector<std::string>& drawn_styles() {
    static const std::vector<std::string> names = {"Swirls", "Blocks", "Dots", "Weave", "Ink", "Embers"};
    return names;
}

Image draw_style(const std::string& name, int width, int height) {
    return draw(width, height, [&](double x, double y) -> Colour {
        const double drift = smooth_noise(3 * x, 3 * y), fine = smooth_noise(11 * x + 3, 11 * y);
        if (name == "Swirls") {
            const double angle = 6.3 * drift + 3 * fine;
            const double line = std::sin(40 * (x * std::cos(angle) + y * std::sin(angle)) + 9 * drift);
            return mix(mix({0.07, 0.13, 0.42}, {0.33, 0.56, 0.80}, 0.5 + 0.5 * line), {0.97, 0.83, 0.34},
                       3 * (fine - 0.7));
        }
        if (name == "Blocks") {
            const int column = int(x * 4.5 + 0.7 * noise(int(y * 5), 2)), row = int(y * 5);
            const Colour tones[] = {{0.85, 0.16, 0.12}, {0.95, 0.92, 0.84}, {0.96, 0.80, 0.16}, {0.12, 0.24, 0.58}};
            return tones[int(noise(column, row) * 3.99)];
        }
        if (name == "Dots") {
            const double u = x * 22 - std::floor(x * 22) - 0.5, v = y * 22 - std::floor(y * 22) - 0.5;
            return std::hypot(u, v) < 0.2 + 0.35 * drift ? Colour{0.90, 0.36, 0.45} : Colour{0.98, 0.93, 0.80};
        }
        if (name == "Weave") {
            const bool over = (int(x * 16) + int(y * 16)) % 2 == 0;
            const double thread = 0.5 + 0.5 * std::cos((over ? x : y) * 16 * 6.2832);
            return mix(over ? Colour{0.16, 0.40, 0.30} : Colour{0.80, 0.66, 0.36}, {0.05, 0.1, 0.08}, 0.6 * thread);
        }
        if (name == "Ink") {
            const double stroke = std::abs(std::sin(9 * (x + 0.8 * drift)) * std::sin(7 * (y - drift)));
            return mix({0.10, 0.10, 0.12}, {0.95, 0.94, 0.90}, 4 * stroke - 0.4 + 0.5 * fine);
        }
        const double flame = std::sin(8 * x + 6 * drift) + 2 * (y - 0.5) + fine;
        return mix(mix({0.12, 0.03, 0.05}, {0.80, 0.20, 0.06}, flame), {1.0, 0.83, 0.32}, flame - 0.9);
    });
}

Image shrunk(const Image& image, int edge) {
    const int longest = std::max(image.width, image.height);
    if (longest <= edge) return image;
    Image result(std::max(1, image.width * edge / longest), std::max(1, image.height * edge / longest));
    for (int y = 0; y < result.height; ++y)
        for (int x = 0; x < result.width; ++x) {
            const int left = x * image.width / result.width, top = y * image.height / result.height;
            const int right = std::max(left + 1, (x + 1) * image.width / result.width);
            const int bottom = std::max(top + 1, (y + 1) * image.height / result.height);
            float* out = result.pixel(x, y);
            for (int v = top; v < bottom; ++v)
                for (int u = left; u < right; ++u)
                    for (int c = 0; c < 4; ++c) out[c] += image.pixel(u, v)[c] / float((right - left) * (bottom - top));
        }
    return result;
}

}  // namespace neural_style
