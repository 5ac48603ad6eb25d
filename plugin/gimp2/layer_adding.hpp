// A new layer for a finished picture: filled where nobody sees it, then put into the image at once, where the source's
// pixels are by then. Used by the GIMP host, on the main thread.
#pragma once

#include <libgimp/gimp.h>

#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "host.hpp"
#include "own_image.hpp"
#include "pixels.hpp"

namespace neural_style {

/// What a layer's record is kept under, with the image.
constexpr const char* record_parasite = "neural-style";

inline bool is_layer(std::int32_t id) { return id >= 0 && gimp_item_is_valid(id) && gimp_item_is_layer(id); }

/// A new layer or mask that GIMP forgets again unless it is kept.
class Draft {
public:
    explicit Draft(std::int32_t item);
    ~Draft();
    Draft(Draft&& other) noexcept : item_(other.keep()) {}
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;
    std::int32_t id() const { return item_; }
    std::int32_t keep() { return std::exchange(item_, -1); }

private:
    std::int32_t item_;
};

class NewLayerAdding final : public LayerAdding {
public:
    /// Without an origin the source must be there, and as large as the picture. Throws Error.
    NewLayerAdding(Host& host, const NewLayer& what, std::shared_ptr<const Image> picture);
    bool step() override;
    int take() override { return layer_; }

private:
    /// One layer that does not belong to its image yet.
    class Filling {
    public:
        Filling(std::int32_t image, GimpImageType type, const std::string& name, std::shared_ptr<const Image> picture,
                const void* meaning, std::shared_ptr<const Mask> mask);
        bool step();
        Draft layer;

    private:
        std::shared_ptr<const Mask> mask_values_;
        pixels::Writing writing_;
        bool written_ = false;
        std::optional<Draft> mask_;
        std::unique_ptr<pixels::Writing> mask_writing_;
    };
    enum class Stage { looking, reading, finding, filling };

    bool step_once();
    void look();
    void read();
    void take_fit(const std::optional<Fit>& fit);
    void fill(std::int32_t image, GimpImageType type);
    void fill_own_image(const ImageKind& kind);
    bool finish();
    void begin_again();
    void insert(Draft& made, Draft* copy, int x, int y);
    void insert_from_own_image();
    void leave_in_own_image();
    bool is_as_seen() const;

    Host& host_;
    NewLayer what_;
    std::shared_ptr<const Image> picture_;
    std::shared_ptr<const GimpOrigin> origin_;  ///< null: none
    Stage stage_ = Stage::looking;
    int attempts_ = 0;
    std::string trouble_;  ///< why there is no place beside the source; "": there is
    Sight seen_;           ///< the source as it was looked at here
    std::unique_ptr<PixelReading> reading_;
    std::future<std::optional<Fit>> finding_;
    Fit fit_;
    std::unique_ptr<OwnImage> own_;  ///< null: the layer is made for the source's image
    std::optional<Filling> filling_, copy_;
    bool filled_ = false;
    int layer_ = -1;
};

}  // namespace neural_style
