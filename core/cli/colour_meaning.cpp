#include "colour_meaning.hpp"

#include <lcms2.h>

#include <algorithm>
#include <cmath>

namespace neural_style {
namespace {

using Profile = std::unique_ptr<void, decltype(&cmsCloseProfile)>;

cmsUInt32Number pixels_of(int colours, bool fine) {
    const cmsUInt32Number space = colours == 1 ? PT_GRAY : colours == 3 ? PT_RGB : PT_CMYK;
    const cmsUInt32Number numbers = fine ? FLOAT_SH(1) | BYTES_SH(4) : BYTES_SH(2);
    return COLORSPACE_SH(space) | CHANNELS_SH(cmsUInt32Number(colours)) | numbers;
}

// Null if the profile is damaged, of other pixels, or none of a device.
Profile opened(const std::string& bytes, int colours) {
    Profile profile(bytes.empty() ? nullptr : cmsOpenProfileFromMem(bytes.data(), cmsUInt32Number(bytes.size())),
                    cmsCloseProfile);
    if (!profile) return profile;
    const auto space = cmsGetColorSpace(profile.get());
    const auto kind = cmsGetDeviceClass(profile.get());
    const bool fits = space == (colours == 1 ? cmsSigGrayData : colours == 3 ? cmsSigRgbData : cmsSigCmykData);
    const bool of_a_device = kind == cmsSigInputClass || kind == cmsSigDisplayClass || kind == cmsSigOutputClass ||
                             kind == cmsSigColorSpaceClass;
    if (!fits || !of_a_device) profile.reset();
    return profile;
}

Profile made(const ColourMeaning& meaning) {
    const std::unique_ptr<cmsToneCurve, decltype(&cmsFreeToneCurve)> curve(cmsBuildGamma(nullptr, 1 / meaning.gamma),
                                                                           cmsFreeToneCurve);
    const auto& xy = meaning.primaries;
    const cmsCIExyY white = {xy[0], xy[1], 1};
    const cmsCIExyYTRIPLE primaries = {{xy[2], xy[3], 1}, {xy[4], xy[5], 1}, {xy[6], xy[7], 1}};
    cmsToneCurve* const curves[] = {curve.get(), curve.get(), curve.get()};
    return Profile(meaning.colours == 1 ? cmsCreateGrayProfile(&white, curve.get())
                                        : cmsCreateRGBProfile(&white, &primaries, curves),
                   cmsCloseProfile);
}

}  // namespace

ColourMeaning adobe_rgb() {
    ColourMeaning meaning;
    meaning.gamma = 256 / 563.;
    meaning.primaries[4] = 0.21;
    meaning.primaries[5] = 0.71;
    return meaning;
}

WayToScreen::WayToScreen(const ColourMeaning& meaning, bool fine, const std::string& inks)
    : colours_(meaning.colours), fine_(fine) {
    Profile from = opened(meaning.profile, colours_);
    if (!from && meaning.profile.empty() && meaning.gamma > 0) from = made(meaning);
    if (!from && colours_ == 4) from = opened(inks, colours_);
    if (!from) return;
    const Profile screen(cmsCreate_sRGBProfile(), cmsCloseProfile);
    transform_ = cmsCreateTransform(from.get(), pixels_of(colours_, fine), screen.get(), pixels_of(3, fine),
                                    INTENT_RELATIVE_COLORIMETRIC, 0);
}

WayToScreen::~WayToScreen() {
    if (transform_) cmsDeleteTransform(transform_);
}

void WayToScreen::convert(const float* from, int samples, float* to, int count) {
    const auto pixels = std::size_t(count), colours = std::size_t(colours_);
    if (!transform_) {
        for (std::size_t i = 0; i < pixels; ++i, from += samples, to += 4)
            for (int channel = 0; channel < 3; ++channel) {
                // Inks without any profile at all: what they leave of the paper's white.
                if (colours_ == 4)
                    to[channel] = (1 - from[channel]) * (1 - from[3]);
                else
                    to[channel] = from[colours_ == 1 ? 0 : channel];
            }
        return;
    }
    const auto number = [&](std::size_t i) { return from[i / colours * std::size_t(samples) + i % colours]; };
    if (fine_) {
        floats_in_.resize(pixels * colours);
        floats_out_.resize(pixels * 3);
        for (std::size_t i = 0; i < floats_in_.size(); ++i) floats_in_[i] = number(i);
        cmsDoTransform(transform_, floats_in_.data(), floats_out_.data(), cmsUInt32Number(count));
        // Colours that a screen does not have come out below nothing.
        for (std::size_t i = 0; i < floats_out_.size(); ++i) to[i / 3 * 4 + i % 3] = std::max(0.F, floats_out_[i]);
        return;
    }
    levels_in_.resize(pixels * colours);
    levels_out_.resize(pixels * 3);
    for (std::size_t i = 0; i < levels_in_.size(); ++i)
        levels_in_[i] = static_cast<unsigned short>(std::lround(std::clamp(number(i), 0.F, 1.F) * 65535));
    cmsDoTransform(transform_, levels_in_.data(), levels_out_.data(), cmsUInt32Number(count));
    for (std::size_t i = 0; i < levels_out_.size(); ++i) to[i / 3 * 4 + i % 3] = float(levels_out_[i]) / 65535;
}

}  // namespace neural_style
