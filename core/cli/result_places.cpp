#include "result_places.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "networks/network.hpp"
#include "neural-style/error.hpp"
#include "picture_file.hpp"
#include "start_picture.hpp"

namespace fs = std::filesystem;

namespace neural_style {
namespace {

bool is_same_file(const std::string& one, const std::string& other) {
    struct stat first, second;
    return stat(one.c_str(), &first) == 0 && stat(other.c_str(), &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

// To root every file is open: what counts is whether anybody may write it.
bool is_locked(const std::string& path, const struct stat& status) {
    return (status.st_mode & (S_IWUSR | S_IWGRP | S_IWOTH)) == 0 || access(path.c_str(), W_OK) != 0;
}

}  // namespace

ResultPlaces::ResultPlaces(const Arguments& arguments) : overwrite_(arguments.overwrite) {
    const auto add = [&](const std::string& path, const char* what) {
        if (!path.empty()) read_.push_back({path, what});
    };
    for (const std::string& content : arguments.contents) add(content, "the content picture");
    for (const StyleArgument& style : arguments.styles) add(style.file, "the style picture");
    add(arguments.mask, "the mask");
    for (const GuideArgument& guide : arguments.guides) {
        add(guide.content, "the guide's mask");
        add(guide.region, "the guide's mask");
    }
    const Settings& settings = arguments.settings;
    if (names_start_picture(settings)) add(settings.text("init"), "the start picture");
    add(settings.text("weights"), "the weights file");
    try {
        const std::string name = settings.text("network");
        const Network network = find_network(name == "auto" ? auto_network() : name);
        add(network.description_path, "the network's description");
        add(installed_weights(network), "the network's weights");
    } catch (const Error&) {  // said in its turn
    }
}

void ResultPlaces::check_as(const std::string& name, const std::string& path) const {
    struct stat status;
    if (overwrite_ || stat(path.c_str(), &status) != 0) return;
    for (const Read& file : read_)
        if (is_same_file(file.path, path))
            throw UsageError(name + " would replace " + file.what + " " + file.path +
                             "; choose another name or folder, or add --overwrite.");
    if (is_locked(path, status))
        throw Error(Cause::output, name +
                                       " would replace a file that is locked against writing; choose another name, "
                                       "unlock it, or add --overwrite.");
}

void ResultPlaces::check(const std::string& path) const {
    struct stat status;
    const bool is_there = stat(path.c_str(), &status) == 0;
    if (is_there && S_ISDIR(status.st_mode)) return;  // which has a sentence of its own
    if (is_there && !S_ISREG(status.st_mode))
        throw Error(Cause::output,
                    "The result " + path + " would replace what is no ordinary file; choose another name.");
    check_as("The result " + path, path);
}

void ResultPlaces::check_log(const std::string& path, const std::string& result) const {
    std::error_code unknown;  // of a folder that is not there, which is said in its turn
    const fs::path own = fs::weakly_canonical(fs::absolute(end_of_links(path)), unknown);
    if (!unknown && own == fs::weakly_canonical(fs::absolute(end_of_links(result)), unknown))
        throw UsageError("The log and the result have the same name " + path + "; give one of them another.");
    struct stat status;
    if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) return;  // a device
    check_as("The log " + path, path);
}

}  // namespace neural_style
