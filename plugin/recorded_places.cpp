#include "recorded_places.hpp"

#include <glib.h>

#include <memory>
#include <string_view>

namespace neural_style {
namespace {

constexpr const char* group = "places";
constexpr gsize most_places = 200;
constexpr const char* path_keys[] = {"network", "weights", "init"};  // settings that may name files

std::string taken(gchar* text) {
    const std::string result = text ? text : "";
    g_free(text);
    return result;
}

std::string folder_of(const std::string& file) { return taken(g_path_get_dirname(file.c_str())); }
std::string name_of(const std::string& file) { return taken(g_path_get_basename(file.c_str())); }
bool exists(const std::string& file) { return g_file_test(file.c_str(), G_FILE_TEST_IS_REGULAR); }
bool is_path(const std::string& text) { return text.find('/') != std::string::npos; }

using Book = std::unique_ptr<GKeyFile, decltype(&g_key_file_unref)>;

Book loaded(const std::string& file) {
    Book book(g_key_file_new(), g_key_file_unref);
    if (!file.empty()) g_key_file_load_from_file(book.get(), file.c_str(), G_KEY_FILE_NONE, nullptr);
    return book;
}

// The tokens in their order, the oldest first.
std::unique_ptr<gchar*, decltype(&g_strfreev)> tokens(GKeyFile* book, gsize& count) {
    count = 0;
    return {g_key_file_get_keys(book, group, &count, nullptr), g_strfreev};
}

std::string text_in(GKeyFile* book, const char* token) {
    return taken(g_key_file_get_string(book, group, token, nullptr));
}

// As others may see it.
std::string public_name(const std::string& place, const std::string& image_file) {
    if (!image_file.empty()) {
        const std::string folder = folder_of(image_file) + "/";
        const std::string below = place.compare(0, folder.size(), folder) == 0 ? place.substr(folder.size()) : "";
        if (!below.empty() && below.find("..") == std::string::npos) return below;
    }
    return name_of(place);
}

// A relative place is one of the program's present folder, which the next run may not have.
std::string whole(const std::string& place) { return taken(g_canonicalize_filename(place.c_str(), nullptr)); }

std::string found(const std::string& name, const std::string& token, const std::string& image_file,
                  const PlaceBook& book) {
    // Records of earlier versions hold the place itself.
    const std::string was = token.empty() ? (g_path_is_absolute(name.c_str()) ? name : "") : book.place(token);
    if (!was.empty() && exists(was)) return was;
    if (!image_file.empty()) {
        const std::string folder = folder_of(image_file) + "/";
        for (const std::string& candidate : {folder + name, folder + name_of(name)})
            if (!g_path_is_absolute(name.c_str()) || candidate != folder + name)
                if (exists(candidate)) return candidate;
    }
    return was.empty() ? name_of(name) : was;
}

template <class Visitor>
void visit(RunRecord& record, Visitor visitor) {
    visitor(record.content);
    if (record.start) visitor(*record.start);
    for (RecordedStyle& style : record.styles) visitor(style.layer);
    for (RecordedGuide& guide : record.guides) {
        if (guide.content) visitor(*guide.content);
        if (guide.region) visitor(*guide.region);
    }
}

}  // namespace

std::string PlaceBook::token(const std::string& place) const {
    const Book book = loaded(file_);
    gsize count = 0;
    const auto all = tokens(book.get(), count);
    for (gsize i = 0; i < count; ++i)
        if (text_in(book.get(), all.get()[i]) == place) return all.get()[i];
    for (gsize i = 0; i + most_places <= count; ++i) g_key_file_remove_key(book.get(), group, all.get()[i], nullptr);
    const std::string token = taken(g_uuid_string_random());
    g_key_file_set_string(book.get(), group, token.c_str(), place.c_str());
    g_mkdir_with_parents(folder_of(file_).c_str(), 0700);
    if (!file_.empty()) g_key_file_save_to_file(book.get(), file_.c_str(), nullptr);
    return token;
}

std::string PlaceBook::place(const std::string& token) const { return text_in(loaded(file_).get(), token.c_str()); }

std::string standard_places_path() { return std::string(g_get_user_config_dir()) + "/neural-style/places.ini"; }

void hide_folders(RunRecord& record, const std::string& image_file, const PlaceBook& book) {
    visit(record, [&](LayerTrace& trace) {
        if (trace.beside) trace.file.clear();  // the image itself
        if (trace.file.empty()) return;
        trace.place = book.token(whole(trace.file));
        trace.file = public_name(whole(trace.file), image_file);
    });
    for (const char* key : path_keys) {
        const std::string value = record.settings.text(key);
        if (!is_path(value)) continue;
        record.places[key] = book.token(whole(value));
        record.settings.set(key, std::string_view(public_name(whole(value), image_file)));
    }
}

void find_folders(RunRecord& record, const std::string& image_file, const PlaceBook& book) {
    visit(record, [&](LayerTrace& trace) {
        if (!trace.file.empty()) trace.file = found(trace.file, trace.place, image_file, book);
    });
    for (const auto& [key, token] : record.places)
        record.settings.set(key, std::string_view(found(record.settings.text(key), token, image_file, book)));
}

}  // namespace neural_style
