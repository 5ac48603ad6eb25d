// An encoder cut in two: the first layers, whose maps are large and whose features see little around them, and the
// rest. So the first can be computed in tiles with narrow halos while the rest sees the whole picture. Used by the
// objective.
#pragma once

#include <memory>
#include <vector>

#include "encoder.hpp"

namespace neural_style {

class SplitEncoder : public Encoder {
public:
    /// A map of the whole encoder: one of the front's or one of the back's.
    struct Place {
        bool in_front;
        std::size_t index;
    };

    /// The front's last map is what the back takes for its picture. `halo` is that of both together. `whole`, if there
    /// is one, does the same as they do in a row, and does it faster.
    SplitEncoder(std::unique_ptr<Encoder> front, std::unique_ptr<Encoder> back, std::vector<Place> places, int halo,
                 std::unique_ptr<Encoder> whole = nullptr);

    Encoder& front() { return *front_; }
    Encoder& back() { return *back_; }
    const std::vector<Place>& places() const { return places_; }
    MapShape handover() const { return front_->shapes().back(); }

    std::vector<at::Tensor> features(const at::Tensor& picture, bool keep) override;
    at::Tensor gradient(const std::vector<Slope>& of_features) override;
    void release() override;
    void set_padding(Padding padding) override;
    std::vector<MapShape> shapes() const override;
    int halo() const override { return halo_; }
    std::string engine() const override;
    std::size_t work_bytes(int height, int width) const override;
    SplitEncoder* split() override { return this; }

    /// The maps of a whole encoder's order that are the front's or the back's; the others stay undefined.
    std::vector<at::Tensor> spread_out(const std::vector<at::Tensor>& maps, bool of_front) const;
    /// The slopes of the front's or the back's own maps, summed up where a map was asked for twice.
    std::vector<Slope> gathered(const std::vector<Slope>& slopes, bool of_front) const;

private:
    std::unique_ptr<Encoder> front_, back_;
    std::vector<Place> places_;
    int halo_;
    std::unique_ptr<Encoder> whole_;
};

}  // namespace neural_style
