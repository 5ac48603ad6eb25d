// The program around us, as the session and the dialog see it: GIMP, or the tests' fake. Main thread only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "in_parts.hpp"
#include "look.hpp"
#include "neural-style/image.hpp"
#include "run_record.hpp"

namespace neural_style {

struct Layer {
    int id = -1;
    int image = -1;
    std::string name, image_name;
    int width = 0, height = 0;  ///< pixels
    std::string file = {};      ///< of the image; "" if it has none
};

/// A saved selection of an image.
struct Channel {
    int id = -1;
    int image = -1;
    std::string name;
};

/// What is kept of the content as it was read, so that the picture finds its place on a content that was cropped,
/// scaled, turned or taken away while it was painted. A host keeps more of its own.
struct Origin {
    virtual ~Origin() = default;
    Look look;
};

/// What a new layer shall be, besides its pixels.
struct NewLayer {
    int source = -1;  ///< the layer it was made from: gives place and type
    int above = -1;   ///< directly above this layer of the same image; -1: above `source`
    std::string name = {};
    std::string record = {};      ///< kept on the layer; see Host::record()
    bool luminance_copy = false;  ///< below it a hidden copy too, which shows it in the colours of what is under both
    std::shared_ptr<const Mask> mask = {};      ///< its layer mask, of the picture's size; null: none
    std::shared_ptr<const Origin> origin = {};  ///< of the source as it was read; null: it is as it was
};

/// A layer's pixels or a mask. Throw Error(Cause::picture), also for a layer that has gone meanwhile.
using PixelReading = InParts<Image>;
using MaskReading = InParts<Mask>;

/// A new layer, which is there all at once when its pixels are; the result is its id. Throws Error(Cause::host). What
/// is given up before the end leaves the image as it was.
using LayerAdding = InParts<int>;

class Host {
public:
    virtual ~Host() = default;

    /// Every layer of every open image, in GIMP's order; group layers count as what they show.
    virtual std::vector<Layer> layers() = 0;

    /// One layer by its id. Throws Error(Cause::picture) if there is none.
    virtual Layer layer(int id) = 0;

    /// Throws Error(Cause::picture) for a layer that cannot be the content: of an indexed image, a floating selection,
    /// smaller than 2×2 pixels, gone. Reads no pixels.
    virtual void check_content(int layer) = 0;

    /// Throws Error(Cause::picture) for a layer that adding_layer() would refuse as the source: check_content() but for
    /// the selection and the size, which may change once a run has begun. Reads no pixels.
    virtual void check_target(int layer) { (void)this->layer(layer); }

    /// Does aside what the first reading of this layer's pixels, and writing them back, would have to wait for.
    virtual void get_ready(int layer) { (void)layer; }

    /// The content's pixels in its own size, in sRGB's transfer curve and the primaries of its image. A group reads as
    /// what it shows. The layer's own mask is left out: the result gets a copy of it. Throws Error(Cause::picture).
    virtual Image read_content(int layer) = 0;

    /// A style's pixels, converted to the primaries of `content`'s image. Its mask counts as
    /// transparency, so that only what is seen gives its style. Throws Error(Cause::picture).
    virtual Image read_style(int layer, int content) = 0;

    /// The same two in parts. Here: in one. A style may be made smaller while it is read, see shrinking() for its
    /// `longest_edge`: what a host does not do is done later.
    virtual std::unique_ptr<PixelReading> reading_content(int layer);
    virtual std::unique_ptr<PixelReading> reading_style(int layer, int content, int longest_edge);

    /// Every channel of every open image, in GIMP's order.
    virtual std::vector<Channel> channels() { return {}; }

    /// Throws Error(Cause::picture) unless `region` is a channel or a layer of `layer`'s image. Reads no pixels.
    virtual void check_region(int region, int layer) { (void)region, (void)layer; }

    /// What of `layer` a channel of its image covers, or another layer of it by its brightness where it is not
    /// transparent; of the layer's size. Throws Error(Cause::picture).
    virtual std::unique_ptr<MaskReading> reading_region(int region, int layer);

    /// The same within edge × edge pixels, cheap: for drafts.
    virtual Mask small_region(int region, int layer, int edge_pixels) {
        return (void)region, (void)layer, (void)edge_pixels, Mask();
    }

    /// "" if it is gone.
    virtual std::string region_name(int region) { return (void)region, std::string(); }

    /// What of the content counts, and what the result will show of itself: the selection times the layer's own mask,
    /// or that of the layer `above` (-1: the content) that the result is to lie above. Of the content's size; empty
    /// where there is neither.
    virtual std::unique_ptr<MaskReading> reading_content_mask(int layer, int above);

    /// The same within edge × edge pixels, cheap: for drafts.
    virtual Mask small_content_mask(int layer, int edge_pixels) { return (void)layer, (void)edge_pixels, Mask(); }

    /// A picture from elsewhere, in sRGB, as a style: converted to the primaries of `content`'s image.
    virtual Image convert_style(const Image& picture, int content) { return (void)content, picture; }

    /// The layer within edge × edge pixels; cheap.
    virtual Image thumbnail(int layer, int edge_pixels) = 0;

    /// What is to be known of the content later; called before it is read, and given its look thereafter.
    virtual std::shared_ptr<Origin> origin(int layer) { return (void)layer, std::make_shared<Origin>(); }

    /// Adds `picture`, of the size that the source had as it was read, as a new layer and one undo step: where the
    /// source's pixels are now, however it was turned, scaled or cropped meanwhile. With an origin no picture is lost:
    /// what fits the source no more, or has none to lie above, becomes an image of its own, and a sentence says so.
    virtual std::unique_ptr<LayerAdding> adding_layer(const NewLayer& what, std::shared_ptr<const Image> picture) = 0;

    /// The text that adding_layer() put onto a layer, kept with the image; "" if there is none.
    virtual std::string record(int layer) { return (void)layer, std::string(); }

    /// How `layer`, or a channel, can be found again when the result's image is opened in years.
    virtual LayerTrace trace(int layer, int content) { return (void)layer, (void)content, LayerTrace(); }

    /// The layer or channel that left `trace`, where the result lies in `image`; -1 if it is gone.
    virtual int find(const LayerTrace& trace, int image) { return (void)trace, (void)image, -1; }

    /// Shown in the program's own progress bar; fraction from 0 to 1.
    virtual void progress(double fraction, const std::string& text) = 0;

    /// A text that the program keeps until it quits, shared by all our runs in it; "" if nothing was kept.
    virtual std::string recall() { return {}; }
    virtual void remember(const std::string& text) { (void)text; }
};

inline std::unique_ptr<PixelReading> Host::reading_content(int layer) {
    return std::make_unique<AtOnce<Image>>([this, layer] { return read_content(layer); });
}

inline std::unique_ptr<PixelReading> Host::reading_style(int layer, int content, int) {
    return std::make_unique<AtOnce<Image>>([this, layer, content] { return read_style(layer, content); });
}

inline std::unique_ptr<MaskReading> Host::reading_region(int, int) {
    return std::make_unique<AtOnce<Mask>>([] { return Mask(); });
}

inline std::unique_ptr<MaskReading> Host::reading_content_mask(int, int) {
    return std::make_unique<AtOnce<Mask>>([] { return Mask(); });
}

}  // namespace neural_style
