// From what a person chose (layers by id) to what the engine computes (pixels). Used by the session and the dialog, on
// the main thread.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "host.hpp"
#include "neural-style/job.hpp"
#include "run_request.hpp"

namespace neural_style {

/// Throws Error(Cause::picture or settings) with a translated sentence if `request` cannot be run: no style, a style
/// that is the content, a layer that cannot be used, weights that are all zero. Reads no pixels.
void check(Host& host, const RunRequest& request);

/// The layer that `init=layer:NUMBER` starts the picture from; -1 if it starts from something else. Throws
/// Error(Cause::settings) if what follows is no number.
int start_layer(const Settings& settings);

/// All regions that belong together: the request's guides, and those of its styles' own regions.
std::vector<GuideChoice> all_guides(const RunRequest& request);

/// Whether the style takes part: by its weight, or because a guide names it.
bool takes_part(const RunRequest& request, std::size_t style);

/// The style's place among those that take part, which are all that the engine is told of and that is recorded.
std::size_t place_of(const RunRequest& request, std::size_t style);

/// Gives `engine`, which has the request's styles that take part already, all guides within edge × edge pixels. Throws
/// Error(Cause::picture).
void add_small_guides(Host& host, const RunRequest& request, int edge_pixels, Request& engine);

/// Reads all layers a part at a time. Every call may throw as check(), and for layers of which nothing is seen or
/// selected.
class RequestReading {
public:
    /// Checks at once. `init`, if given, is what the picture starts from, in place of the request's own start.
    RequestReading(Host& host, RunRequest request, std::shared_ptr<const Image> init = {});

    /// Reads for a few hundredths of a second; false once all is read.
    bool step();
    Request take() { return std::move(engine_); }

    /// What the result is to show of itself, once all is read; see RunRequest::mask.
    std::shared_ptr<const Mask> mask() const { return mask_; }
    std::shared_ptr<const Origin> origin() const { return origin_; }  ///< see RunRequest::origin

private:
    enum class Part { content, look, content_mask, mask_copy, styles, guides, start, done };
    void take_content_mask(Mask mask);
    bool read_guide();
    bool read_region(int region, int layer, const Image& picture, const Mask& counts, Mask& mask);
    bool read_start();
    int style_edge() const;

    Host& host_;
    RunRequest request_;
    std::shared_ptr<const Image> init_;
    Part part_ = Part::content;
    std::size_t style_ = 0;  ///< of the request, the one that is being read
    std::vector<GuideChoice> guides_;
    std::size_t guide_ = 0;
    bool content_guided_ = false;  ///< the guide's first half is read
    std::unique_ptr<PixelReading> reading_;
    std::unique_ptr<MaskReading> mask_reading_;
    Request engine_;
    std::shared_ptr<const Mask> mask_;
    std::shared_ptr<Origin> origin_;
};

/// Checks and reads all layers at once, and keeps in `request` what is selected and how the content looked. Throws as
/// above.
Request engine_request(Host& host, RunRequest& request);

}  // namespace neural_style
