#include "picture_reader.hpp"

#include <gio/gio.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <string_view>

#include "engine_sentences.hpp"
#include "neural-style/error.hpp"
#include "neural-style/wire.hpp"
#include "object_ref.hpp"
#include "text.hpp"
#include "worker_client.hpp"

namespace neural_style {
namespace {

constexpr std::string_view said_by = "neural-style: ";

std::string shown_name(const std::string& file) {
    gchar* name = g_filename_display_basename(file.c_str());
    const std::string result = name;
    g_free(name);
    return result;
}

[[noreturn]] void fail(const std::string& file, const std::string& why) {
    throw Error(Cause::picture,
                filled(_("The picture “%s” could not be read: %s."), shown_name(file).c_str(), why.c_str()));
}

std::string text_of(GBytes* bytes) {
    gsize size = 0;
    const auto* data = bytes ? static_cast<const char*>(g_bytes_get_data(bytes, &size)) : nullptr;
    return data ? std::string(data, size) : std::string();
}

// What the program said of itself is the last thing that it said.
[[noreturn]] void fail_as_told(const std::string& file, std::string words) {
    const auto place = words.rfind(said_by);
    if (place == std::string::npos) fail(file, _("the reader ended unexpectedly"));
    words = words.substr(place + said_by.size());
    throw Error(Cause::picture, translated(words.substr(0, words.find('\n'))));
}

}  // namespace

bool is_engines_picture(const std::string& file) {
    char head[12] = {};
    std::ifstream in(file, std::ios::binary);
    in.read(head, sizeof head);
    const std::string_view start(head, std::size_t(in.gcount()));
    const auto begins = [&](std::string_view sign) { return start.substr(0, sign.size()) == sign; };
    return begins("\x89PNG") || begins("\xff\xd8") || begins(std::string_view("II*\0", 4)) ||
           begins(std::string_view("MM\0*", 4)) || begins(std::string_view("II+\0", 4)) ||
           begins(std::string_view("MM\0+", 4)) || begins("P6") || begins("PF") ||
           (begins("RIFF") && start.substr(8) == "WEBP");
}

Image read_with_engine(const std::string& file, int longest_edge) {
    const std::string program = WorkerClient::local_program(), size = std::to_string(longest_edge);
    // A name that begins with a dash would be taken for an option.
    const char* words[] = {program.c_str(), "--read-picture", "--size", size.c_str(), "--", file.c_str(), nullptr};
    GError* error = nullptr;
    const auto flags = GSubprocessFlags(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
    const auto process = ObjectRef<GSubprocess>::take(g_subprocess_newv(words, flags, &error));
    GBytes *output = nullptr, *errors = nullptr;
    if (!process || !g_subprocess_communicate(process.get(), nullptr, nullptr, &output, &errors, &error)) {
        const std::string why = error->message;
        g_error_free(error);
        fail(file, why);
    }
    const std::string said = text_of(errors);
    if (errors) g_bytes_unref(errors);
    wire::Decoder decoder;
    gsize bytes = 0;
    if (const void* data = g_bytes_get_data(output, &bytes))
        decoder.feed(static_cast<const std::uint8_t*>(data), bytes);
    g_bytes_unref(output);
    if (!g_subprocess_get_successful(process.get())) fail_as_told(file, said);
    auto frame = decoder.next();
    if (!frame || frame->kind != wire::Kind::preview) fail_as_told(file, said);
    return wire::decode_preview(frame->body);
}

}  // namespace neural_style
