#include "pictures.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "colours.hpp"
#include "tensor_image.hpp"

namespace neural_style {
namespace {

constexpr int largest_preview = 2048;  // longest edge, pixels
constexpr double least_area = 1e-3;  // of the content: a rest that guides leave uncovered and that is not worth styling

bool is_whole(const Image& image) {
    return image.rgba.size() == std::size_t(4) * std::size_t(image.width) * std::size_t(image.height);
}

bool is_whole(const Mask& mask) {
    return mask.empty() || mask.values.size() == std::size_t(mask.width) * std::size_t(mask.height);
}

// Undefined if everything counts.
at::Tensor product(const at::Tensor& a, const at::Tensor& b) {
    at::Tensor result = a.defined() && b.defined() ? a * b : a.defined() ? a : b;
    if (result.defined() && result.min().item<float>() > 1 - 1e-4F) return {};
    return result;
}

// FNV-1a, by words of four bytes.
std::uint64_t fingerprint(const Image& image) {
    std::uint64_t hash = 14695981039346656037u;
    for (float value : image.rgba) {
        std::uint32_t bits;
        std::memcpy(&bits, &value, sizeof bits);
        hash = (hash ^ bits) * 1099511628211u;
    }
    return hash;
}

double area_of(const at::Tensor& mask) { return mask.defined() ? mask.mean(at::kDouble).item<double>() : 1; }

// Gaussian noise about the middle of the range.
at::Tensor drawn_noise(const Scale& scale, long long seed) {
    at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(std::uint64_t(seed));
    const at::Tensor drawn = at::randn({1, 3, scale.height, scale.width}, generator, at::TensorOptions(at::kFloat));
    return drawn.mul_(0.2).add_(0.5);
}

at::Tensor resized_mask(const at::Tensor& mask, const Scale& scale, const c10::Device& device) {
    return mask.defined() ? resized(mask, scale.width, scale.height).to(device) : mask;
}

}  // namespace

void check_pictures(const Request& request) {
    if (request.content.empty() || !is_whole(request.content))
        throw Error(Cause::picture, "The content picture is empty; choose a layer or file with pixels in it.");
    double sum = 0;
    for (const Style& style : request.styles) {
        if (style.image.empty() || !is_whole(style.image))
            throw Error(Cause::picture, "The style picture is empty; choose a layer or file with pixels in it.");
        if (!(style.weight >= 0) || !std::isfinite(style.weight))
            throw Error(Cause::settings, "A style's weight must be a number from 0; correct it and start again.");
        sum += style.weight;
    }
    if (!(sum > 0)) throw Error(Cause::picture, "There is no style picture with a weight above 0; choose one.");
    for (const Guide& guide : request.guides)
        if (guide.style >= request.styles.size() || guide.content.empty() || !is_whole(guide.content) ||
            !is_whole(guide.region))
            throw Error(Cause::settings, "A guide names a style that is not there or has no mask; correct it.");
    if (!is_whole(request.content_mask))
        throw Error(Cause::picture, "The content's mask is damaged; select what is to be painted anew.");
}

Pictures::Pictures(Request request) : colours_(request.settings.text("colours")) {
    // A picture that is all style has no use for the content's detail.
    begins_as_content_ = request.init.empty() && request.settings.text("init") == "content" &&
                         request.settings.real("content-weight") > 0;
    const int width = request.content.width, height = request.content.height;
    alpha_ = alpha_of(request.content);
    const at::Tensor visible = product(alpha_, {});
    own_content_ = colours_of(request.content, visible);
    content_mask_ = product(visible, mask_of(request.content_mask, width, height));
    const bool limited = content_mask_.defined() && !request.content_mask.empty();
    content_ = limited ? colours_of(request.content, content_mask_) : own_content_;
    if (colours_ == "content") content_ = greyed(content_);
    request.content = {};  // its memory is needed
    grey_ = is_grey(limited ? content_ : own_content_);
    if (!(area_of(content_mask_) > 0))
        throw Error(Cause::picture, "Nothing of the content picture shows; choose one that is not transparent.");

    const auto target = [&](const Image& image, const Mask& part, const at::Tensor& goal_mask, double share) {
        const at::Tensor mask = product(alpha_of(image), mask_of(part, image.width, image.height));
        if (!(area_of(mask) > 0))
            throw Error(Cause::picture, "Nothing shows of a style picture or of its guide; choose ones that meet.");
        at::Tensor picture = colours_of(image, mask);
        grey_ = grey_ && is_grey(picture);
        if (colours_ == "content") picture = recoloured(greyed(picture), mask, content_, goal_mask);
        if (colours_ == "match" || colours_ == "histogram")
            picture = recoloured(picture, mask, content_, goal_mask, colours_ == "histogram");
        return StyleTarget{picture, mask, share};
    };
    if (colours_ == "style" && request.guides.empty())
        for (const Style& style : request.styles)
            styles_key_ += std::to_string(style.image.width) + "x" + std::to_string(style.weight) + ":" +
                           std::to_string(fingerprint(style.image)) + " ";
    at::Tensor rest = content_mask_;
    for (const Guide& guide : request.guides) {
        const at::Tensor guided = mask_of(guide.content, width, height);
        const at::Tensor mask = product(content_mask_, guided);
        if (!(area_of(mask) > 0))
            throw Error(Cause::picture, "A guide covers nothing that shows of the content; paint it where it should.");
        rest = (rest.defined() ? rest : at::ones_like(alpha_)) - (mask.defined() ? mask : at::ones_like(alpha_));
        regions_.push_back({mask, {target(request.styles[guide.style].image, guide.region, mask, 1)}, area_of(mask)});
    }
    if (!request.guides.empty()) rest.clamp_(0, 1);
    if (request.guides.empty() || area_of(rest) > least_area * area_of(content_mask_)) {
        Region everything = {rest, {}, area_of(rest)};
        double sum = 0;
        for (const Style& style : request.styles) sum += style.weight;
        for (const Style& style : request.styles)
            if (style.weight > 0) everything.styles.push_back(target(style.image, {}, rest, style.weight / sum));
        regions_.push_back(std::move(everything));
    }
    double sum = 0;
    for (const Region& region : regions_) sum += region.share;
    for (Region& region : regions_) region.share /= sum;

    if (!request.init.empty()) init_ = colours_of(request.init, product(alpha_of(request.init), {}));
    if (grey_) drop_colours();
}

void Pictures::drop_colours() {
    // Recolouring and rounding leave traces.
    content_ = greyed(content_);
    if (init_.defined()) init_ = greyed(init_);
    for (Region& region : regions_)
        for (StyleTarget& style : region.styles) style.picture = greyed(style.picture);
    if (!styles_key_.empty()) styles_key_ += "grey";
}

at::Tensor Pictures::content(const Scale& scale, const c10::Device& device) const {
    return resized(content_, scale.width, scale.height).to(device);
}

at::Tensor Pictures::content_mask(const Scale& scale, const c10::Device& device) const {
    return resized_mask(content_mask_, scale, device);
}

std::vector<StyleTarget> Pictures::targets(const std::vector<StyleTarget>& styles, const Scale& scale, double stroke,
                                           const c10::Device& device) const {
    std::vector<StyleTarget> targets;
    for (const StyleTarget& style : styles) {
        const double height = double(style.picture.size(2)), width = double(style.picture.size(3));
        const double factor = std::max(scale.width, scale.height) * stroke / std::max(width, height);
        const auto scaled = [&](double length) { return std::max(smallest_edge, int(std::lround(length * factor))); };
        const auto fitted = [&](const at::Tensor& tensor) {
            return tensor.defined() ? resized(tensor, scaled(width), scaled(height)).to(device) : tensor;
        };
        targets.push_back({fitted(style.picture), fitted(style.mask), style.share});
    }
    return targets;
}

std::vector<Region> Pictures::regions(const Scale& scale, double stroke, const c10::Device& device) const {
    std::vector<Region> result;
    for (const Region& region : regions_)
        result.push_back(
            {resized_mask(region.mask, scale, device), targets(region.styles, scale, stroke, device), region.share});
    return result;
}

at::Tensor Pictures::start(const Settings& settings, const Scale& scale, const c10::Device& device) const {
    const std::string init = settings.text("init");
    const auto seed = settings.integer("seed");
    const StyleTarget& style = regions_.front().styles.front();
    if (init_.defined()) return resized(init_, scale.width, scale.height).to(device);
    if (init == "content") return content(scale, device);
    if (init == "style") return resized(style.picture, scale.width, scale.height).to(device);
    at::Tensor noise = drawn_noise(scale, seed);
    if (grey_) noise = noise.narrow(1, 0, 1).expand_as(noise).contiguous();
    if (init == "noise") return noise.clamp_(0, 1).to(device);
    if (init == "style-noise") {
        noise = recoloured(noise, {}, style.picture, style.mask).clamp_(0, 1);
        return (grey_ ? greyed(noise) : noise).to(device);
    }
    throw Error(Cause::settings, "The setting init cannot be \"" + init +
                                     "\" here; allowed: content, noise, style-noise, style, or the path of a picture "
                                     "file.");
}

at::Tensor Pictures::carried(at::Tensor picture, const Scale& scale, bool keep_detail) const {
    const auto height = picture.size(2), width = picture.size(3);
    if (height == scale.height && width == scale.width) return picture;
    if (!keep_detail || !begins_as_content_) return resized(picture, scale.width, scale.height);
    // What was painted, -1..1, in the range that resized() keeps.
    picture = picture.sub(resized(content_, int(width), int(height)).to(picture.device())).add_(1).div_(2);
    picture = resized(picture, scale.width, scale.height).mul_(2).sub_(1);
    return picture.add_(content(scale, picture.device())).clamp_(0, 1);
}

at::Tensor Pictures::fetched(const at::Tensor& picture) const {
    const auto longest = std::max(picture.size(2), picture.size(3));
    if (longest <= largest_preview) return picture.to(at::kCPU);
    const double factor = double(largest_preview) / double(longest);
    const auto scaled = [&](std::int64_t length) { return std::max(1, int(double(length) * factor)); };
    return resized(picture, scaled(picture.size(3)), scaled(picture.size(2))).to(at::kCPU);
}

Image Pictures::preview(at::Tensor fetched) const {
    const int width = int(fetched.size(3)), height = int(fetched.size(2));
    if (grey_)
        fetched = greyed(fetched);
    else if (colours_ == "content")
        fetched = with_colours_of(resized(own_content_, width, height), fetched);
    return to_image(fetched, resized(alpha_, width, height));
}

Image Pictures::result(const at::Tensor& picture) const {
    at::Tensor shown = enlarged(picture.to(at::kCPU), own_content_);
    if (grey_)
        shown = greyed(shown);
    else if (colours_ == "content")
        shown = with_colours_of(own_content_, shown);
    return to_image(shown, alpha_);
}

}  // namespace neural_style
