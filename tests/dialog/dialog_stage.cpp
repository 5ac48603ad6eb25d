// Runs the real window with a host that has pictures drawn in code (or read from files) and the worker that
// NEURAL_STYLE_WORKER names, and prints how it ended. Driven by drive_dialog.py and screenshots.py.
//
//   dialog_stage [--dark] [--settings TEXT] [--size WIDTHxHEIGHT] [--content FILE] [--style FILE]...
//
// Lines on standard input change the images meanwhile: "add NAME", "remove NAME" (a layer), "close" (the content's
// image), "full" (the image takes no more layers), "slow" (adding a layer takes three seconds), "channels" (saved
// selections), "select left|right|elsewhere|all". On standard output: "layers NAME…" (of the styles of what the queue
// has added), then "ended nothing|finished|stopped", "styles NAME:WEIGHT…", "regions CHANNEL:CHANNEL…" (of content and
// style), "settings TEXT", "picture WIDTHxHEIGHT", "mask LEFT RIGHT" (what the layer shows of itself near its edges).
#include <gtk/gtk.h>

#include <cstdio>
#include <cstring>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "dialog.hpp"
#include "drawn_pictures.hpp"
#include "neural-style/error.hpp"
#include "text.hpp"

using namespace neural_style;

namespace {

Image read_picture(const char* file) {
    GError* error = nullptr;
    GdkPixbuf* pixels = gdk_pixbuf_new_from_file(file, &error);
    if (!pixels) {
        std::fprintf(stderr, "dialog_stage: %s\n", error->message);
        std::exit(2);
    }
    Image image(gdk_pixbuf_get_width(pixels), gdk_pixbuf_get_height(pixels));
    const int channels = gdk_pixbuf_get_n_channels(pixels), stride = gdk_pixbuf_get_rowstride(pixels);
    const guchar* rows = gdk_pixbuf_read_pixels(pixels);
    for (int y = 0; y < image.height; ++y)
        for (int x = 0; x < image.width; ++x)
            for (int c = 0; c < 4; ++c)
                image.pixel(x, y)[c] = c < channels ? rows[y * stride + x * channels + c] / 255.f : 1.f;
    g_object_unref(pixels);
    return image;
}

/// The same picture with larger pixels.
Image enlarged(const Image& picture, int width, int height) {
    if (width == picture.width && height == picture.height) return picture;
    Image large(width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            std::memcpy(large.pixel(x, y),
                        picture.pixel(int(std::int64_t(x) * picture.width / width),
                                      int(std::int64_t(y) * picture.height / height)),
                        4 * sizeof(float));
    return large;
}

class StageHost : public Host {
public:
    int add(const std::string& name, const std::string& image_name, Image picture) {
        const int id = next_id_++;
        const int image = image_name == content_image ? 1 : 2;
        layers_.push_back({id, image, name, image_name, picture.width, picture.height});
        small_[id] = shrunk(picture, 1024);  // the host gives thumbnails at once
        pictures_[id] = std::move(picture);
        return id;
    }
    void remove(const std::string& name) {
        for (auto layer = layers_.begin(); layer != layers_.end();)
            layer = layer->name == name ? layers_.erase(layer) : layer + 1;
    }
    void close_image() {
        for (auto layer = layers_.begin(); layer != layers_.end();)
            layer = layer->image == 1 ? layers_.erase(layer) : layer + 1;
    }

    void fill() { full_ = true; }
    void slow_down() { slow_ = true; }
    /// As a host writes pixels: in many parts.
    Delivery deliver(const RunRequest& request, const std::shared_ptr<const Outcome>& outcome) {
        const Layer content = layer(request.content);
        if (outcome->picture.width != content.width || outcome->picture.height != content.height) std::abort();
        return [this, request, end = g_get_monotonic_time() + (slow_ ? 3 * G_USEC_PER_SEC : 0)] {
            layer(request.content);
            g_usleep(5000);
            if (g_get_monotonic_time() < end) return true;
            if (full_) throw Error(Cause::host, "There is no room for another layer.");
            for (const StyleChoice& style : request.styles)
                delivered_ += " " + (style.picture ? style.name : layer(style.layer).name);
            return false;
        };
    }
    const std::string& delivered() const { return delivered_; }

    std::vector<Layer> layers() override { return layers_; }
    Layer layer(int id) override {
        for (const Layer& layer : layers_)
            if (layer.id == id) return layer;
        throw Error(Cause::picture, "The layer is gone; its image was closed.");
    }
    void check_content(int id) override {
        layer(id);
        if (selected_ == "elsewhere") throw Error(Cause::picture, "The selection does not touch the layer.");
    }
    Image read_content(int id) override { return layer(id), pictures_.at(id); }
    Image read_style(int id, int) override { return layer(id), pictures_.at(id); }
    /// Upper halves: "Sky" of the content's image, "Top" of the others; once `channels` was told.
    void add_channels() { channels_ = {{101, 1, "Sky"}, {102, 2, "Top"}}; }
    std::vector<Channel> channels() override { return channels_; }
    Mask small_region(int, int id, int) override {
        layer(id);
        return {1, 2, {1, 0}};
    }
    std::unique_ptr<MaskReading> reading_region(int region, int id) override {
        return std::make_unique<AtOnce<Mask>>([this, region, id] { return small_region(region, id, 0); });
    }
    /// Of the content: its left half, its right half, or something beside it ("elsewhere"); else all.
    void select(const std::string& part) { selected_ = part; }
    Mask small_content_mask(int id, int) override {
        layer(id);
        if (selected_ == "left") return {2, 1, {1, 0}};
        if (selected_ == "right") return {2, 1, {0, 1}};
        return {};
    }
    std::unique_ptr<MaskReading> reading_content_mask(int id, int) override {
        return std::make_unique<AtOnce<Mask>>([this, id] {
            const Mask small = small_content_mask(id, 0);
            if (small.empty()) return small;
            const Layer content = layer(id);
            Mask mask{content.width, content.height, {}};
            for (int i = 0; i < content.width * content.height; ++i)
                mask.values.push_back(small.values[std::size_t(2 * (i % content.width) / content.width)]);
            return mask;
        });
    }
    std::unique_ptr<PixelReading> reading_content(int id) override {
        return std::make_unique<StageReading>(*this, id, pictures_.at(id));
    }
    std::unique_ptr<PixelReading> reading_style(int id, int, int) override { return reading_content(id); }
    Image thumbnail(int id, int edge) override { return layer(id), shrunk(small_.at(id), edge); }
    std::unique_ptr<LayerAdding> adding_layer(const NewLayer&, std::shared_ptr<const Image>) override {
        throw Error(Cause::host, "not on this stage");
    }
    void progress(double, const std::string&) override {}

    static constexpr const char* content_image = "harbour.jpg";

private:
    /// As GIMP's host does it: rows by rows, and looking each time whether the layer is still there.
    class StageReading : public PixelReading {
    public:
        StageReading(StageHost& host, int id, const Image& from) : host_(host), id_(id), from_(from) {
            picture_.width = from.width;
            picture_.height = from.height;
            picture_.rgba.reserve(from.rgba.size());
        }
        bool step() override {
            host_.layer(id_);
            const auto done = picture_.rgba.size();
            const auto end = std::min(from_.rgba.size(), done + std::size_t(64 * 4 * from_.width));
            picture_.rgba.insert(picture_.rgba.end(), from_.rgba.begin() + std::ptrdiff_t(done),
                                 from_.rgba.begin() + std::ptrdiff_t(end));
            return end < from_.rgba.size();
        }
        Image take() override { return std::move(picture_); }

    private:
        StageHost& host_;
        int id_;
        const Image& from_;
        Image picture_;
    };

    int next_id_ = 1;
    bool full_ = false, slow_ = false;
    std::vector<Channel> channels_;
    std::string delivered_, selected_;
    std::vector<Layer> layers_;
    std::map<int, Image> pictures_, small_;
};

gboolean take_command(GIOChannel* channel, GIOCondition, gpointer data) {
    auto* host = static_cast<StageHost*>(data);
    gchar* line = nullptr;
    if (g_io_channel_read_line(channel, &line, nullptr, nullptr, nullptr) != G_IO_STATUS_NORMAL) return G_SOURCE_REMOVE;
    const std::string command = g_strchomp(line);
    g_free(line);
    if (command.rfind("add ", 0) == 0) host->add(command.substr(4), "added.png", draw_style("Dots", 300, 200));
    if (command.rfind("remove ", 0) == 0) host->remove(command.substr(7));
    if (command == "close") host->close_image();
    if (command == "full") host->fill();
    if (command == "slow") host->slow_down();
    if (command == "channels") host->add_channels();
    if (command.rfind("select ", 0) == 0) host->select(command.substr(7));
    return G_SOURCE_CONTINUE;
}

}  // namespace

int main(int count, char** arguments) {
    if (const char* folder = g_getenv("NEURAL_STYLE_LOCALES")) {
        use_translations(folder);
        textdomain(GETTEXT_PACKAGE);
    }
    if (!gtk_init_check(&count, &arguments)) {
        std::fputs("dialog_stage: there is no display\n", stderr);
        return 2;
    }
    DialogOptions options;
    RunRequest initial;
    StageHost host;
    std::vector<std::string> styles;
    int width = 960, height = 640;
    for (int i = 1; i < count; ++i) {
        const std::string argument = arguments[i];
        const char* value = i + 1 < count ? arguments[i + 1] : "";
        if (argument == "--dark") {
            options.dark = true;
            continue;
        }
        ++i;
        if (argument == "--size" && std::sscanf(value, "%dx%d", &width, &height) != 2) return 2;
        if (argument == "--settings")
            initial.settings = Settings::parse(value);
        else if (argument == "--content")
            initial.content = host.add("Photo", StageHost::content_image, read_picture(value));
        else if (argument == "--style")
            styles.push_back(value);
    }
    if (initial.content < 0)
        initial.content =
            host.add("Background", StageHost::content_image, enlarged(draw_scene(960, 640), width, height));
    if (styles.empty()) {
        for (const std::string& name : drawn_styles()) host.add(name, "paintings.xcf", draw_style(name, 480, 360));
        host.add("Sketch", StageHost::content_image, shrunk(draw_scene(960, 640), 400));
    }
    for (const std::string& file : styles) {
        char* name = g_path_get_basename(file.c_str());
        std::string title = std::string(name).substr(0, std::string(name).find('.'));
        if (!title.empty()) title[0] = char(g_ascii_toupper(title[0]));
        host.add(title, name, read_picture(file.c_str()));
        g_free(name);
    }

    GIOChannel* commands = g_io_channel_unix_new(0);
    g_io_add_watch(commands, GIOCondition(G_IO_IN | G_IO_HUP), take_command, &host);
    g_io_channel_unref(commands);  // the watch has its own

    DialogResult result;
    {
        WorkerClient worker(WorkerClient::standard_command());
        result = run_dialog(host, worker, initial, options,
                            [&](const RunRequest& request, const std::shared_ptr<const Outcome>& outcome) {
                                return host.deliver(request, outcome);
                            });
    }
    std::printf("layers%s\n", host.delivered().c_str());
    const char* ending = !result.outcome                                   ? "nothing"
                         : result.outcome->kind == Outcome::Kind::finished ? "finished"
                         : result.outcome->kind == Outcome::Kind::stopped  ? "stopped"
                                                                           : "failed";
    std::printf("ended %s\nstyles", ending);
    for (const StyleChoice& style : result.request.styles) {
        std::string name = style.name;
        try {
            if (!style.picture) name = host.layer(style.layer).name;
        } catch (const Error&) {
        }
        std::printf(" %s:%g", name.c_str(), style.weight);
    }
    std::printf("\nregions");
    for (const StyleChoice& style : result.request.styles)
        std::printf(" %d:%d", style.content_region, style.style_region);
    std::printf("\nsettings %s\n", result.request.settings.to_text().c_str());
    if (result.outcome) std::printf("picture %dx%d\n", result.outcome->picture.width, result.outcome->picture.height);
    if (const auto& mask = result.request.mask)
        std::printf("mask %g %g\n", double(mask->values.front()), double(mask->values.back()));
    return 0;
}
