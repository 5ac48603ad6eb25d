// What is to be done, in the terms of the program around us: layers by id and settings. From GIMP's arguments or the
// dialog to the session.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "neural-style/image.hpp"
#include "neural-style/job.hpp"
#include "neural-style/settings.hpp"

namespace neural_style {

struct Origin;  // host.hpp

struct StyleChoice {
    int layer = -1;
    double weight = 1;                          ///< ≥ 0, relative to the others
    std::string name = {};                      ///< of `picture`
    std::string file = {};                      ///< that `picture` was read from; "" for the clipboard's
    std::shared_ptr<const Image> picture = {};  ///< in place of a layer: from a file or the clipboard, in sRGB
    int content_region = -1;                    ///< channel of the content's image that takes it on; -1: everywhere
    int style_region = -1;                      ///< channel of the style's image: what of it counts; -1: all of it
};

/// Two regions that belong together: see Guide.
struct GuideChoice {
    int content = -1;       ///< channel or layer of the content's image, as a mask; -1: all of the content
    std::size_t style = 0;  ///< index into RunRequest::styles
    int region = -1;        ///< channel or layer of that style's image, as a mask; -1: all of the style
};

struct RunRequest {
    int content = -1;  ///< layer id
    std::vector<StyleChoice> styles;
    Settings settings;
    int start = -1;  ///< layer that the picture starts from, in place of the setting `init`; -1: none
    int more = 0;    ///< above 0: that many evaluations at the finest scale only, to go on from `start`
    int above = -1;  ///< layer that the result is put above, with its mask; -1: the content
    std::vector<GuideChoice> guides = {};  ///< besides the regions of each style
    /// What of the content was selected and shown as its pixels were read; the result shows that much of itself, even
    /// where the selection has become another one meanwhile. Null: all, or not read yet.
    std::shared_ptr<const Mask> mask = {};
    std::shared_ptr<const Origin> origin = {};  ///< the content as it was read; null: not read yet
};

/// Its picture, which keeps all of it alive.
inline std::shared_ptr<const Image> picture_of(const std::shared_ptr<const Outcome>& outcome) {
    return {outcome, &outcome->picture};
}

/// Puts a picture that was made into the image as a layer of its own, one undo step: a part with each call, false once
/// the layer is there. Throws Error. Given up before the end it leaves the image as it was.
using Delivery = std::function<bool()>;

/// Begins to deliver the picture of `outcome`, which was made of `request`. Throws Error.
using Deliver = std::function<Delivery(const RunRequest& request, std::shared_ptr<const Outcome> outcome)>;

}  // namespace neural_style
