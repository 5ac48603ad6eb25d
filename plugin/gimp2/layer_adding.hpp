// A new layer for a finished picture: filled where nobody sees it, then put into the image at once. Used by the GIMP
// host, on the main thread.
#pragma once

#include <libgimp/gimp.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "host.hpp"
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
    NewLayerAdding(Host& host, const NewLayer& what, std::shared_ptr<const Image> picture);
    bool step() override;
    int take() override { return layer_; }

private:
    /// One layer that does not belong to the image yet.
    class Filling {
    public:
        Filling(const NewLayer& what, const std::string& name, std::shared_ptr<const Image> picture);
        bool step();
        Draft layer;

    private:
        std::shared_ptr<const Mask> mask_values_;
        pixels::Writing writing_;
        bool written_ = false;
        std::optional<Draft> mask_;
        std::unique_ptr<pixels::Writing> mask_writing_;
    };

    void insert();

    Host& host_;
    NewLayer what_;
    Filling filling_;
    std::optional<Filling> copy_;
    bool filled_ = false;
    int layer_ = -1;
};

}  // namespace neural_style
