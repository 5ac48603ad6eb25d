// The program around us, as the session and the dialog see it: GIMP, or the tests' fake. Main thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

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

/// What a new layer shall be, besides its pixels.
struct NewLayer {
    int source = -1;  ///< the layer it was made from: gives place and type
    int above = -1;   ///< directly above this layer of the same image; -1: above `source`
    std::string name = {};
    std::string record = {};      ///< kept on the layer; see Host::record()
    bool luminance_copy = false;  ///< below it a hidden copy too, which shows it in the colours of what is under both
    std::shared_ptr<const Mask> mask = {};  ///< its layer mask, of the picture's size; null: none
};

/// A layer's pixels or a mask, fetched a part at a time so that the main loop comes round in between.
template <class Picture>
class PartReading {
public:
    virtual ~PartReading() = default;
    /// Fetches some more, for a few hundredths of a second; false once all is there. Throws Error(Cause::picture), also
    /// for a layer that has gone meanwhile.
    virtual bool step() = 0;
    /// All of it, once.
    virtual Picture take() = 0;
};
using PixelReading = PartReading<Image>;
using MaskReading = PartReading<Mask>;

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

    /// Throws Error(Cause::picture) for a layer that add_layer() would refuse as the source: check_content() but for
    /// the selection and the size, which may change once a run has begun. Reads no pixels.
    virtual void check_target(int layer) { (void)this->layer(layer); }

    /// The content's pixels in its own size, in sRGB's transfer curve and the primaries of its image. A group reads as
    /// what it shows. The layer's own mask is left out: the result gets a copy of it. Throws Error(Cause::picture).
    virtual Image read_content(int layer) = 0;

    /// A style's pixels in its own size, converted to the primaries of `content`'s image. Its mask counts as
    /// transparency, so that only what is seen gives its style. Throws Error(Cause::picture).
    virtual Image read_style(int layer, int content) = 0;

    /// The same two in parts. Here: in one.
    virtual std::unique_ptr<PixelReading> reading_content(int layer);
    virtual std::unique_ptr<PixelReading> reading_style(int layer, int content);

    /// Every channel of every open image, in GIMP's order.
    virtual std::vector<Channel> channels() { return {}; }

    /// Throws Error(Cause::picture) unless `region` is a channel or a layer of `layer`'s image. Reads no pixels.
    virtual void check_region(int region, int layer) { (void)region, (void)layer; }

    /// What of `layer` a channel of its image covers, or another layer of it by its brightness where it is not
    /// transparent: of the layer's size, or within edge × edge if that is above 0. Throws Error(Cause::picture).
    virtual Mask read_region(int region, int layer, int edge_pixels = 0) {
        return (void)region, (void)layer, (void)edge_pixels, Mask();
    }

    /// All of it in parts. Here: in one.
    virtual std::unique_ptr<MaskReading> reading_region(int region, int layer);

    /// "" if it is gone.
    virtual std::string region_name(int region) { return (void)region, std::string(); }

    /// What of the content counts, and what the result will show of itself: the selection times the layer's own mask,
    /// or that of the layer `above` (-1: the content) that the result is to lie above. Of the content's size; empty
    /// where there is neither.
    virtual std::unique_ptr<MaskReading> reading_content_mask(int layer, int above);

    /// The same within edge × edge pixels, at once: for drafts.
    virtual Mask small_content_mask(int layer, int edge_pixels) { return (void)layer, (void)edge_pixels, Mask(); }

    /// A picture from elsewhere, in sRGB, as a style: converted to the primaries of `content`'s image.
    virtual Image convert_style(const Image& picture, int content) { return (void)content, picture; }

    /// The layer within edge × edge pixels; cheap.
    virtual Image thumbnail(int layer, int edge_pixels) = 0;

    /// Adds `picture` (of the source's size) as a new layer, as one undo step. Returns its id. Throws
    /// Error(Cause::host) and leaves the image as it was.
    virtual int add_layer(const NewLayer& what, const Image& picture) = 0;

    /// The text that add_layer() put onto a layer, kept with the image; "" if there is none.
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

/// Fetches all with one call of `read`.
template <class Picture>
class WholePartReading final : public PartReading<Picture> {
public:
    explicit WholePartReading(std::function<Picture()> read) : read_(std::move(read)) {}
    bool step() override {
        picture_ = read_();
        return false;
    }
    Picture take() override { return std::move(picture_); }

private:
    std::function<Picture()> read_;
    Picture picture_;
};
using WholeReading = WholePartReading<Image>;
using WholeMaskReading = WholePartReading<Mask>;

inline std::unique_ptr<PixelReading> Host::reading_content(int layer) {
    return std::make_unique<WholeReading>([this, layer] { return read_content(layer); });
}

inline std::unique_ptr<PixelReading> Host::reading_style(int layer, int content) {
    return std::make_unique<WholeReading>([this, layer, content] { return read_style(layer, content); });
}

inline std::unique_ptr<MaskReading> Host::reading_region(int region, int layer) {
    return std::make_unique<WholeMaskReading>([this, region, layer] { return read_region(region, layer); });
}

inline std::unique_ptr<MaskReading> Host::reading_content_mask(int, int) {
    return std::make_unique<WholeMaskReading>([] { return Mask(); });
}

}  // namespace neural_style
