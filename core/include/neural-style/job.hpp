// One stylisation from request to outcome: the engine's whole public face. Any thread, one job at a time a process.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "neural-style/error.hpp"
#include "neural-style/image.hpp"
#include "neural-style/settings.hpp"

namespace neural_style {

struct Style {
    Image image;
    double weight = 1;  ///< ≥ 0, relative to the other styles
};

/// Two regions that belong together: what `content` covers takes on what `region` covers of one style. Masks of any
/// size are brought to their pictures'.
struct Guide {
    Mask content;
    std::size_t style = 0;  ///< index into Request::styles
    Mask region;            ///< of the style; empty: all of it
};

struct Request {
    Image content;
    Mask content_mask;          ///< what of the content counts (besides its alpha); the rest has no influence at all
    std::vector<Guide> guides;  ///< where none covers the content, it takes on all styles by their weights
    std::vector<Style> styles;  ///< at least one with a weight above 0
    Image init;                 ///< the start if not empty (any size, resampled), else as the setting `init` says
    Settings settings;
};

/// What is about to be computed. Sent at each scale's start, and again when the way of computing it changes.
struct ScaleEvent {
    int scale = 0;  ///< from 0
    int scales = 1;
    int width = 0, height = 0;  ///< pixels of this scale
    int evaluations = 0;        ///< of this scale at the most
    std::string network;        ///< "vgg19", "builtin", …: what really makes the picture
    std::string device;         ///< "cpu", "cuda:0", …
    std::string loss, optimiser;
    int tile_edge = 0;  ///< pixels of a tile; 0: in one piece
    enum class Change {
        none,
        short_of_memory,  ///< begun again in a way that takes less, from the picture so far
        stalled,          ///< L-BFGS found no descent any more; Adam goes on
    } change = Change::none;
};

/// After each evaluation of the loss. Losses are weighted: they are what enters the sum.
struct Evaluation {
    int evaluation = 0;   ///< from 1, counted over all scales
    int evaluations = 0;  ///< of all scales together, at the most
    int scale = 0;
    int width = 0, height = 0;
    double content_loss = 0, style_loss = 0, tv_loss = 0, total_loss = 0;
    double seconds = 0;             ///< since the optimisation started
    double remaining_seconds = -1;  ///< an estimate over all scales left; below 0 if not known yet
    double memory_mib = 0;          ///< resident in this process
    double available_mib = 0;       ///< free for it besides
};

/// Called on the job's thread. None may throw.
class Observer {
public:
    virtual ~Observer() = default;
    virtual void on_scale(const ScaleEvent&) {}
    virtual void on_evaluation(const Evaluation&) {}
    virtual void on_preview(const Image&) {}  ///< the picture so far, at the present scale's size
};

struct Outcome {
    enum class Kind {
        finished,
        stopped,  ///< asked to; `picture` is the best so far
        failed,   ///< `cause` and `sentence` say why
    };

    Kind kind = Kind::failed;
    Image picture;  ///< of the content's own size, its alpha kept; empty if it failed
    Cause cause = Cause::internal;
    std::string sentence;
    std::string network;  ///< what made the picture
};

/// Keeps what runs in a row have in common, so that it is made once: the network with its weights, and the styles'
/// statistics at each size. For batches and for the worker; one run at a time.
class Workshop {
public:
    Workshop();
    ~Workshop();
    struct Kept;
    Kept& kept() { return *kept_; }

private:
    std::unique_ptr<Kept> kept_;
};

/// Runs to the end. Setting `stop` ends it within one evaluation, or within one tile of it. Throws nothing.
Outcome run(Request request, Observer& observer, const std::atomic<bool>& stop);
Outcome run(Request request, Observer& observer, const std::atomic<bool>& stop, Workshop& workshop);

}  // namespace neural_style
