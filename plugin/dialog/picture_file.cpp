#include "picture_file.hpp"

#include <algorithm>

#include <cstring>
#include <string>

#include "neural-style/error.hpp"
#include "object_ref.hpp"
#include "picture_reader.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

constexpr int longest_edge = 4096;

Image to_image(const GdkPixbuf* pixels) {
    Image image(gdk_pixbuf_get_width(pixels), gdk_pixbuf_get_height(pixels));
    const int channels = gdk_pixbuf_get_n_channels(pixels), stride = gdk_pixbuf_get_rowstride(pixels);
    const guchar* rows = gdk_pixbuf_read_pixels(pixels);
    for (int y = 0; y < image.height; ++y) {
        const guchar* in = rows + std::size_t(y) * std::size_t(stride);
        float* out = image.pixel(0, y);
        for (int x = 0; x < image.width; ++x, in += channels, out += 4)
            for (int c = 0; c < 4; ++c) out[c] = c < channels ? float(in[c]) / 255.f : 1.f;
    }
    return image;
}

bool reads_with_engine(const std::string& file) {
#ifdef ENGINE_READS_PICTURES
    return is_engines_picture(file);
#else
    static_cast<void>(file);  // the engine was built without a reader for such files
    return false;
#endif
}

// The profile's name says so, in one of the two ways in which profiles hold texts.
bool is_srgb(const std::string& profile) {
    return profile.find("sRGB") != std::string::npos || profile.find(std::string("s\0R\0G\0B", 7)) != std::string::npos;
}

// What the picture's profile is, "" for none.
std::string profile_of(GdkPixbuf* pixels) {
    const gchar* text = gdk_pixbuf_get_option(pixels, "icc-profile");
    gsize size = 0;
    guchar* bytes = text ? g_base64_decode(text, &size) : nullptr;
    const std::string profile(bytes ? reinterpret_cast<const char*>(bytes) : "", size);
    g_free(bytes);
    return profile;
}

// Of kinds that the engine does not read. Rather none than with other colours than GIMP would show.
Image read_with_pixbuf(const std::string& file, const std::string& name) {
    int width = 0, height = 0;
    gdk_pixbuf_get_file_info(file.c_str(), &width, &height);
    GError* error = nullptr;
    const auto pixels = ObjectRef<GdkPixbuf>::take(
        std::max(width, height) > longest_edge
            ? gdk_pixbuf_new_from_file_at_size(file.c_str(), longest_edge, longest_edge, &error)
            : gdk_pixbuf_new_from_file(file.c_str(), &error));
    if (!pixels) {
        const std::string sentence =
            filled(_("The picture “%s” could not be read (%s); open it in GIMP, and it appears "
                     "among the styles."),
                   name.c_str(), error->message);
        g_error_free(error);
        throw Error(Cause::picture, sentence);
    }
    const std::string profile = profile_of(pixels.get());
    if (!profile.empty() && !is_srgb(profile))
        throw Error(Cause::picture, filled(_("The picture “%s” has a colour profile that cannot be used here; open it "
                                             "in GIMP, and it appears among the styles."),
                                           name.c_str()));
    const auto upright = ObjectRef<GdkPixbuf>::take(gdk_pixbuf_apply_embedded_orientation(pixels.get()));
    return to_image(upright.get());
}

NamedPicture read_now(const std::string& file) {
    NamedPicture result;
    result.file = file;
    char* name = g_path_get_basename(file.c_str());
    char* shown = g_filename_display_name(name);
    result.name = shown;
    g_free(shown);
    g_free(name);
    try {
        result.picture = std::make_shared<const Image>(reads_with_engine(file) ? read_with_engine(file, longest_edge)
                                                                               : read_with_pixbuf(file, result.name));
    } catch (const Error& error) {
        result.trouble = error.what();
    } catch (const std::bad_alloc&) {
        result.trouble = filled(_("There is not enough memory for the picture “%s”; choose a smaller one or close "
                                  "other programs."),
                                result.name.c_str());
    }
    return result;
}

struct Reading {
    std::string file;
    std::function<void(NamedPicture)> done;
    NamedPicture result;
};

}  // namespace

std::shared_ptr<const Image> read_picture(const std::string& file) {
    const NamedPicture read = read_now(file);
    if (!read.picture) throw Error(Cause::picture, read.trouble);
    return read.picture;
}

void read_picture_file(const std::string& file, std::function<void(NamedPicture)> done) {
    auto* reading = new Reading{file, std::move(done), {}};
    GTask* task = g_task_new(
        nullptr, nullptr,
        [](GObject*, GAsyncResult* finished, gpointer) {
            auto* reading = static_cast<Reading*>(g_task_get_task_data(G_TASK(finished)));
            reading->done(std::move(reading->result));
        },
        nullptr);
    g_task_set_task_data(task, reading, [](gpointer data) { delete static_cast<Reading*>(data); });
    g_task_run_in_thread(task, [](GTask* task, gpointer, gpointer data, GCancellable*) {
        auto* reading = static_cast<Reading*>(data);
        reading->result = read_now(reading->file);
        g_task_return_boolean(task, TRUE);
    });
    g_object_unref(task);
}

void paste_picture(GtkWidget* near, std::function<void(NamedPicture)> done) {
    GtkClipboard* clipboard = gtk_widget_get_clipboard(near, GDK_SELECTION_CLIPBOARD);
    gtk_clipboard_request_image(
        clipboard,
        [](GtkClipboard*, GdkPixbuf* pixels, gpointer data) {
            auto* done = static_cast<std::function<void(NamedPicture)>*>(data);
            NamedPicture result{_("Clipboard"), nullptr, {}, {}};
            if (pixels)
                result.picture = std::make_shared<const Image>(to_image(pixels));
            else
                result.trouble = _("There is no picture on the clipboard; copy one and paste again.");
            (*done)(std::move(result));
            delete done;
        },
        new std::function<void(NamedPicture)>(std::move(done)));
}

Image fitted(const Image& picture, int edge) {
    const int longest = std::max(picture.width, picture.height);
    if (longest <= edge) return picture;
    Image small(std::max(1, int(std::int64_t(picture.width) * edge / longest)),
                std::max(1, int(std::int64_t(picture.height) * edge / longest)));
    for (int y = 0; y < small.height; ++y) {
        const int top = int(std::int64_t(y) * picture.height / small.height);
        const int bottom = std::max(top + 1, int(std::int64_t(y + 1) * picture.height / small.height));
        for (int x = 0; x < small.width; ++x) {
            const int left = int(std::int64_t(x) * picture.width / small.width);
            const int right = std::max(left + 1, int(std::int64_t(x + 1) * picture.width / small.width));
            float sum[4] = {};
            for (int v = top; v < bottom; ++v)
                for (int u = left; u < right; ++u)
                    for (int c = 0; c < 4; ++c) sum[c] += picture.pixel(u, v)[c];
            for (int c = 0; c < 4; ++c) small.pixel(x, y)[c] = sum[c] / float((bottom - top) * (right - left));
        }
    }
    return small;
}

}  // namespace neural_style
