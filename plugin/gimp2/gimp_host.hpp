// GIMP 2.10 as the session and the dialog see it. Main thread only, as all of libgimp.
#pragma once

#include "host.hpp"

namespace neural_style {

class GimpHost final : public Host {
public:
    std::vector<Layer> layers() override;
    Layer layer(int id) override;
    void check_content(int layer) override;
    void check_target(int layer) override;
    void get_ready(int layer) override;
    Image read_content(int layer) override;
    Image read_style(int layer, int content) override;
    std::unique_ptr<PixelReading> reading_content(int layer) override;
    std::unique_ptr<PixelReading> reading_style(int layer, int content, int longest_edge) override;
    std::vector<Channel> channels() override;
    void check_region(int region, int layer) override;
    std::unique_ptr<MaskReading> reading_region(int region, int layer) override;
    Mask small_region(int region, int layer, int edge_pixels) override;
    std::string region_name(int region) override;
    std::unique_ptr<MaskReading> reading_content_mask(int layer, int above) override;
    Mask small_content_mask(int layer, int edge_pixels) override;
    Image convert_style(const Image& picture, int content) override;
    Image thumbnail(int layer, int edge_pixels) override;
    std::shared_ptr<Origin> origin(int layer) override;
    std::unique_ptr<LayerAdding> adding_layer(const NewLayer& what, std::shared_ptr<const Image> picture) override;
    std::string record(int layer) override;
    LayerTrace trace(int layer, int content) override;
    int find(const LayerTrace& trace, int image) override;
    void progress(double fraction, const std::string& text) override;
    std::string recall() override;
    void remember(const std::string& text) override;

private:
    bool progress_shown_ = false;
    long long progress_time_ = 0;  // microseconds, of the last call that reached GIMP
};

}  // namespace neural_style
