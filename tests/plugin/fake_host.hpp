// A program around us that holds layers in memory, for the tests of the session.
#pragma once

#include <map>
#include <set>

#include "host.hpp"
#include "neural-style/error.hpp"

namespace neural_style {

class FakeHost : public Host {
public:
    struct Added {
        int above;
        std::string name;
        Image picture;
        NewLayer what;
    };

    std::map<int, Layer> all;
    std::map<int, std::string> records;
    std::vector<Added> added;
    std::vector<double> fractions;
    std::vector<std::pair<int, int>> styles_read;  // layer, content
    std::string kept;
    std::string refusal;  // of check_content
    bool full = false;    // adding a layer fails
    bool transparent = false;
    bool takes_orphans = false;  // adding a layer whose source is gone succeeds
    Mask content_mask;
    std::set<int> regions;                        // channels that there are
    int uncovered = -1;                           // covers nothing
    std::vector<std::pair<int, int>> masks_read;  // layer, above

    void put(int id, const std::string& name, int width = 4, int height = 3) {
        all[id] = {id, 1, name, "image", width, height};
    }

    std::vector<Layer> layers() override {
        std::vector<Layer> list;
        for (const auto& [id, one] : all) list.push_back(one);
        return list;
    }
    Layer layer(int id) override {
        const auto found = all.find(id);
        if (found == all.end()) throw Error(Cause::picture, "There is no such layer.");
        return found->second;
    }
    void check_content(int id) override {
        layer(id);
        if (!refusal.empty()) throw Error(Cause::picture, refusal);
    }
    Image read_content(int id) override {
        const Layer one = layer(id);
        Image picture(one.width, one.height);
        for (std::size_t i = 0; i < picture.rgba.size(); ++i)
            picture.rgba[i] = i % 4 == 3 ? float(!transparent) : float(id) / 100;
        return picture;
    }
    Image read_style(int id, int content) override {
        styles_read.emplace_back(id, content);
        return read_content(id);
    }
    void check_region(int region, int) override {
        if (!regions.count(region)) throw Error(Cause::picture, "There is no such channel.");
    }
    /// Of the layer's size, filled with its number and the channel's.
    std::unique_ptr<MaskReading> reading_region(int channel, int id) override {
        return std::make_unique<AtOnce<Mask>>([this, channel, id] {
            const Layer one = layer(id);
            const float value = channel == uncovered ? 0 : float(1000 * channel + id);
            return Mask{one.width, one.height,
                        std::vector<float>(std::size_t(one.width) * std::size_t(one.height), value)};
        });
    }
    std::unique_ptr<MaskReading> reading_content_mask(int id, int above) override {
        masks_read.emplace_back(id, above);
        return std::make_unique<AtOnce<Mask>>([this] { return content_mask; });
    }
    Image thumbnail(int id, int) override { return read_content(id); }
    std::unique_ptr<LayerAdding> adding_layer(const NewLayer& what, std::shared_ptr<const Image> picture) override {
        return std::make_unique<AtOnce<int>>([this, what, picture] {
            if (!takes_orphans) layer(what.source);
            if (full) throw Error(Cause::host, "GIMP could not add the new layer.");
            added.push_back({what.above < 0 ? what.source : what.above, what.name, *picture, what});
            const int id = 100 + int(added.size());
            put(id, what.name, picture->width, picture->height);
            records[id] = what.record;
            return id;
        });
    }
    std::string record(int id) override { return records.count(id) ? records[id] : std::string(); }
    std::string region_name(int region) override { return "region " + std::to_string(region); }
    LayerTrace trace(int id, int) override {
        if (regions.count(id)) {
            LayerTrace trace{"this", id, 7 * id, true, region_name(id), "image", "", 4, 3};
            trace.channel = true;
            return trace;
        }
        const Layer one = layer(id);
        return {"this", id, 7 * id, true, one.name, one.image_name, one.file, one.width, one.height};
    }
    int find(const LayerTrace& trace, int) override {
        return (trace.channel ? regions.count(trace.id) : all.count(trace.id)) ? trace.id : -1;
    }
    void progress(double fraction, const std::string&) override { fractions.push_back(fraction); }
    std::string recall() override { return kept; }
    void remember(const std::string& text) override { kept = text; }
};

}  // namespace neural_style
