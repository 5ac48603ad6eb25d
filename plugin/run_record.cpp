#include "run_record.hpp"

#include <glib.h>

#include <memory>
#include <string_view>

#include "neural-style/error.hpp"

namespace neural_style {
namespace {

constexpr int version = 1;
constexpr const char* about = "neural-style";
constexpr const char* settings_group = "settings";
constexpr const char* places_group = "settings' places";
constexpr const char* content_group = "content";
constexpr const char* start_group = "start";

std::string style_group(std::size_t index) { return "style " + std::to_string(index + 1); }

std::string guide_group(std::size_t index) { return "guide " + std::to_string(index + 1); }

// GLib's key file with what is needed of it in C++.
class KeyFile {
public:
    void set(const std::string& group, const char* key, const std::string& value) {
        g_key_file_set_string(file_.get(), group.c_str(), key, value.c_str());
    }
    void set(const std::string& group, const char* key, int value) {
        g_key_file_set_integer(file_.get(), group.c_str(), key, value);
    }
    void set_real(const std::string& group, const char* key, double value) {
        g_key_file_set_double(file_.get(), group.c_str(), key, value);
    }
    bool load(const std::string& text) {
        return g_key_file_load_from_data(file_.get(), text.data(), text.size(), G_KEY_FILE_NONE, nullptr);
    }
    bool has(const std::string& group) const { return g_key_file_has_group(file_.get(), group.c_str()); }
    bool has(const std::string& group, const char* key) const {
        return g_key_file_has_key(file_.get(), group.c_str(), key, nullptr);
    }
    std::string text(const std::string& group, const char* key) const {
        gchar* value = g_key_file_get_string(file_.get(), group.c_str(), key, nullptr);
        const std::string result = value ? value : "";
        g_free(value);
        return result;
    }
    int integer(const std::string& group, const char* key) const {
        return g_key_file_get_integer(file_.get(), group.c_str(), key, nullptr);
    }
    double real(const std::string& group, const char* key) const {
        return g_key_file_get_double(file_.get(), group.c_str(), key, nullptr);
    }
    std::string to_text() const {
        gsize length = 0;
        gchar* data = g_key_file_to_data(file_.get(), &length, nullptr);
        const std::string result(data, length);
        g_free(data);
        return result;
    }

private:
    std::unique_ptr<GKeyFile, decltype(&g_key_file_unref)> file_{g_key_file_new(), g_key_file_unref};
};

void write(KeyFile& file, const std::string& group, const LayerTrace& layer) {
    file.set(group, "name", layer.name);
    if (!layer.image_name.empty()) file.set(group, "image", layer.image_name);
    if (!layer.file.empty()) file.set(group, "file", layer.file);
    if (!layer.place.empty()) file.set(group, "place", layer.place);
    file.set(group, "width", layer.width);
    file.set(group, "height", layer.height);
    if (layer.tattoo == 0) return;
    file.set(group, "tattoo", layer.tattoo);
    file.set(group, "beside", int(layer.beside));
    file.set(group, "session", layer.session);
    file.set(group, "id", layer.id);
    if (layer.channel) file.set(group, "channel", 1);
}

LayerTrace read(const KeyFile& file, const std::string& group) {
    LayerTrace layer;
    layer.name = file.text(group, "name");
    layer.image_name = file.text(group, "image");
    layer.file = file.text(group, "file");
    layer.place = file.text(group, "place");
    layer.width = file.integer(group, "width");
    layer.height = file.integer(group, "height");
    layer.tattoo = file.integer(group, "tattoo");
    layer.beside = file.integer(group, "beside") != 0;
    layer.session = file.text(group, "session");
    layer.channel = file.integer(group, "channel") != 0;
    if (layer.tattoo != 0 && !layer.session.empty()) layer.id = file.integer(group, "id");
    return layer;
}

}  // namespace

std::string to_text(const RunRecord& record) {
    KeyFile file;
    file.set(about, "version", version);
    file.set(about, "program", record.program);
    if (record.more > 0) file.set(about, "more", record.more);
    for (const Setting& setting : settings_table())
        if (record.settings.is_set(setting.key))
            file.set(settings_group, setting.key, record.settings.text(setting.key));
    for (const auto& [key, token] : record.places) file.set(places_group, key.c_str(), token);
    write(file, content_group, record.content);
    if (record.start) write(file, start_group, *record.start);
    for (std::size_t i = 0; i < record.styles.size(); ++i) {
        write(file, style_group(i), record.styles[i].layer);
        file.set_real(style_group(i), "weight", record.styles[i].weight);
    }
    for (std::size_t i = 0; i < record.guides.size(); ++i) {
        const RecordedGuide& guide = record.guides[i];
        file.set(guide_group(i), "style", int(guide.style));
        if (guide.content) write(file, guide_group(i) + " content", *guide.content);
        if (guide.region) write(file, guide_group(i) + " region", *guide.region);
    }
    return file.to_text();
}

std::optional<RunRecord> run_record(const std::string& text) {
    KeyFile file;
    if (!file.load(text) || file.integer(about, "version") != version) return std::nullopt;
    RunRecord record;
    record.program = file.text(about, "program");
    record.more = file.integer(about, "more");
    record.content = read(file, content_group);
    if (file.has(start_group)) record.start = read(file, start_group);
    for (std::size_t i = 0; file.has(style_group(i)); ++i)
        record.styles.push_back({read(file, style_group(i)), file.real(style_group(i), "weight")});
    const auto region = [&](const std::string& group) {
        return file.has(group) ? std::optional<LayerTrace>(read(file, group)) : std::nullopt;
    };
    for (std::size_t i = 0; file.has(guide_group(i)); ++i) {
        const int style = file.integer(guide_group(i), "style");
        if (style < 0 || std::size_t(style) >= record.styles.size()) return std::nullopt;
        record.guides.push_back(
            {region(guide_group(i) + " content"), std::size_t(style), region(guide_group(i) + " region")});
    }
    for (const Setting& setting : settings_table()) {
        if (!file.has(settings_group, setting.key)) continue;
        if (file.has(places_group, setting.key)) record.places[setting.key] = file.text(places_group, setting.key);
        try {
            record.settings.set(setting.key, std::string_view(file.text(settings_group, setting.key)));
        } catch (const Error&) {
            // one value that is no longer allowed does not cost the others
        }
    }
    return record;
}

}  // namespace neural_style
