// A request's pictures as tensors: what the job optimises from, towards, and delivers. On the job's thread.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <vector>

#include "descent/region.hpp"
#include "neural-style/job.hpp"
#include "neural-style/scale_schedule.hpp"

namespace neural_style {

/// Throws Error(Cause::picture or Cause::settings) for a request that nothing can be made of.
void check_pictures(const Request& request);

/// All are kept on the CPU at their own sizes, colours treated as the setting `colours` asks.
class Pictures {
public:
    /// The request is one that check_pictures allows. Throws Error(Cause::picture) for a guide that covers nothing.
    explicit Pictures(Request request);

    /// Whether part of the content does not count, or counts for one style only.
    bool masked() const { return content_mask_.defined() || regions_.size() > 1; }

    /// Whether neither the content nor a style has colour, where they count: then the picture is to have none either,
    /// whatever a start or a network brings in.
    bool grey() const { return grey_; }

    /// Tells styles apart that would have different targets; "" where those depend on the content or on guides too.
    const std::string& styles_key() const { return styles_key_; }

    at::Tensor content(const Scale& scale, const c10::Device& device) const;

    /// What of the content counts, 1×1×h×w; undefined if all of it does.
    at::Tensor content_mask(const Scale& scale, const c10::Device& device) const;

    /// The content's regions with their styles, whose longest edges are the scale's times `stroke`.
    std::vector<Region> regions(const Scale& scale, double stroke, const c10::Device& device) const;

    /// Whether it begins with a picture that was given for that, and is to be improved.
    bool improves() const { return init_.defined(); }

    /// Where the optimisation begins. Throws Error(Cause::settings) for an `init` that cannot be had here.
    at::Tensor start(const Settings& settings, const Scale& scale, const c10::Device& device) const;

    /// An optimised picture (1×3×h×w; the caller's is used up) at the next scale. With `keep_detail`, and if it began
    /// as the content, what was painted is enlarged and laid upon the content, which is as sharp there as it was; else
    /// the picture is enlarged.
    at::Tensor carried(at::Tensor picture, const Scale& scale, bool keep_detail) const;

    /// An optimised picture on its way to be shown: on the CPU, with at most 2048 pixels along its longest edge. What is
    /// left to do for it, preview() does without the picture's device.
    at::Tensor fetched(const at::Tensor& picture) const;

    /// An optimised picture as it is delivered: in the content's colours if asked, alpha as it was.
    Image preview(at::Tensor fetched) const;
    Image result(const at::Tensor& picture) const;

private:
    void drop_colours();
    std::vector<StyleTarget> targets(const std::vector<StyleTarget>& styles, const Scale& scale, double stroke,
                                     const c10::Device& device) const;

    bool grey_ = false;
    std::string colours_, styles_key_;
    at::Tensor own_content_, alpha_;
    at::Tensor content_, content_mask_;  // as it is optimised towards
    at::Tensor init_;
    bool begins_as_content_ = false;
    std::vector<Region> regions_;  // at full size
};

}  // namespace neural_style
