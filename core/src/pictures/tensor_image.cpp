#include "tensor_image.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <cstring>

#include "colours.hpp"

namespace neural_style {
namespace {

// The picture's own numbers as 1×4×h×w, not a copy: with large pictures each copy counts.
at::Tensor planes(const float* rgba, int width, int height) {
    return at::from_blob(const_cast<float*>(rgba), {1, height, width, 4}, at::kFloat).permute({0, 3, 1, 2});
}

// `count` channels from `first` on, finite, 0..1.
at::Tensor channels(const Image& image, int first, int count) {
    at::Tensor own = at::empty({1, count, image.height, image.width}, at::kFloat);
    own.copy_(planes(image.rgba.data(), image.width, image.height).narrow(1, first, count));
    return own.nan_to_num_(0.0, 1.0, 0.0).clamp_(0, 1);
}

// Push and pull: every level of a pyramid holds the mean of the visible colours below it, and a pixel that is not fully
// visible is completed from the level above.
at::Tensor filled(const at::Tensor& premultiplied, const at::Tensor& alpha) {
    const auto height = alpha.size(2), width = alpha.size(3);
    at::Tensor above;
    if (height == 1 && width == 1) {
        above = at::full_like(premultiplied, 0.5);
    } else {
        const auto shrink = [&](const at::Tensor& t) { return at::avg_pool2d(t, {2, 2}, {2, 2}, 0, true); };
        at::Tensor small_alpha = shrink(alpha), small = shrink(premultiplied);
        // A pixel that sees anything at all counts as nearly whole one level up; its colour is the mean of what it
        // sees.
        const at::Tensor whole = (small_alpha * 4).clamp_max(1);
        small = small / small_alpha.clamp_min(1e-6) * whole;
        above = at::upsample_bilinear2d(filled(small, whole), {height, width}, false);
    }
    return premultiplied + (1 - alpha) * above;
}

// All of it makes a photograph of the painting again, none of it a blur. Chosen by looking.
constexpr double returned_detail = 0.35;

}  // namespace

at::Tensor colours_of(const Image& image, const at::Tensor& mask) {
    at::Tensor colours = channels(image, 0, 3);
    if (!mask.defined()) return colours;
    // Colours that hardly show are hardly known.
    const at::Tensor known = (mask * 8).clamp_max(1);
    if (known.min().item<float>() >= 1) return colours;
    return filled(colours * known, known).clamp_(0, 1).contiguous();
}

at::Tensor mask_of(const Mask& mask, int width, int height) {
    if (mask.empty()) return {};
    at::Tensor rows = at::empty({1, 1, mask.height, mask.width}, at::kFloat);
    std::memcpy(rows.data_ptr<float>(), mask.values.data(), mask.values.size() * sizeof(float));
    return resized(at::nan_to_num(rows, 0.0, 1.0, 0.0).clamp_(0, 1), width, height);
}

at::Tensor alpha_of(const Image& image) { return channels(image, 3, 1); }

Image to_image(const at::Tensor& colours, const at::Tensor& alpha) {
    Image image(static_cast<int>(colours.size(3)), static_cast<int>(colours.size(2)));
    at::Tensor all = planes(image.rgba.data(), image.width, image.height);
    all.narrow(1, 0, 3).copy_(colours.detach());
    all.narrow(1, 3, 1).copy_(alpha);
    return image;
}

Image resized(const Image& image, int width, int height) {
    return to_image(resized(colours_of(image, {}), width, height), resized(alpha_of(image), width, height));
}

Image composed(const Image& below, const Image& above, const Mask& mask) {
    const at::Tensor weights = mask_of(mask, below.width, below.height).contiguous();
    const float* weight = weights.data_ptr<float>();
    Image result = above;
    for (std::size_t i = 0; i < result.rgba.size(); ++i) {
        const float part = weight[i / 4];
        // Not a sum of products: what is below may be no number.
        if (part <= 0)
            result.rgba[i] = below.rgba[i];
        else if (part < 1)
            result.rgba[i] = below.rgba[i] + part * (above.rgba[i] - below.rgba[i]);
    }
    return result;
}

at::Tensor resized(const at::Tensor& picture, int width, int height) {
    if (picture.size(2) == height && picture.size(3) == width) return picture;
    return at::_upsample_bicubic2d_aa(picture, {height, width}, false).clamp_(0, 1);
}

at::Tensor enlarged(const at::Tensor& picture, const at::Tensor& content) {
    const int height = static_cast<int>(content.size(2)), width = static_cast<int>(content.size(3));
    const int small_height = static_cast<int>(picture.size(2)), small_width = static_cast<int>(picture.size(3));
    if (small_height >= height && small_width >= width) return resized(picture, width, height);
    at::Tensor lost = luminance(resized(resized(content, small_width, small_height), width, height));
    lost.sub_(luminance(content)).mul_(-returned_detail);
    return resized(picture, width, height).add_(lost).clamp_(0, 1);
}

}  // namespace neural_style
