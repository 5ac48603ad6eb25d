#include "batch.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <map>
#include <new>

#include "neural-style/error.hpp"
#include "painter.hpp"
#include "picture_file.hpp"
#include "progress_display.hpp"
#include "result_places.hpp"

namespace fs = std::filesystem;

namespace neural_style {
namespace {

constexpr int exit_done = 0, exit_failed = 1, exit_stopped = 130;

bool exists(const std::string& path) {
    struct stat status;
    return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

// What would fail for every later picture as well: the network, the device, a full disk.
bool concerns_all(Cause cause) { return cause != Cause::picture && cause != Cause::memory && cause != Cause::internal; }

// Each content's result; no two may meet, and nothing that is read may be replaced.
std::vector<std::string> result_paths(const Arguments& arguments) {
    struct stat status;
    if (stat(arguments.output.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
        throw Error(Cause::output, "There is no folder " + arguments.output + " for the results; make it first.");
    const ResultPlaces places(arguments);
    std::vector<std::string> paths;
    std::map<std::string, std::string> contents;
    for (const std::string& content : arguments.contents) {
        const std::string path = arguments.output + "/" + result_name(content);
        const auto [taken, is_new] = contents.emplace(path, content);
        if (!is_new)
            throw UsageError(taken->second + " and " + content + " would both become " + path +
                             "; rename one, or paint them into different folders.");
        check_output(path);
        places.check(path);
        paths.push_back(path);
    }
    return paths;
}

// A folder among the contents stands for its pictures, by their names' endings, in the order of their names.
std::vector<std::string> with_folders_opened(const Arguments& arguments) {
    static const char* const endings[] = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".ppm", ".pfm"};
    std::vector<std::string> contents;
    for (const std::string& content : arguments.contents) {
        std::error_code failed;
        if (!fs::is_directory(content, failed)) {
            contents.push_back(content);
            continue;
        }
        std::vector<std::string> found;
        int others = 0;
        for (fs::directory_iterator entry(content, failed), end; !failed && entry != end; entry.increment(failed)) {
            std::string ending = entry->path().extension().string();
            for (char& letter : ending) letter = char(std::tolower(static_cast<unsigned char>(letter)));
            if (!entry->is_regular_file(failed) || entry->path().filename().string().front() == '.') continue;
            const bool is_picture = std::find(std::begin(endings), std::end(endings), ending) != std::end(endings);
            if (is_picture)
                found.push_back(entry->path().string());
            else
                ++others;
        }
        if (found.empty())
            throw UsageError("There is no picture in the folder " + content +
                             " (PNG, JPEG, TIFF, WebP, PPM or PFM, by its "
                             "name's ending); name another.");
        if (others > 0 && arguments.progress != Arguments::Progress::none)
            std::fprintf(stderr, "%d other file%s left out in %s\n", others, others == 1 ? " is" : "s are",
                         content.c_str());
        std::sort(found.begin(), found.end());
        contents.insert(contents.end(), found.begin(), found.end());
    }
    return contents;
}

class Batch {
public:
    explicit Batch(const Arguments& arguments)
        : arguments_(arguments), results_(result_paths(arguments)), painter_(arguments) {}

    int paint() {
        for (std::size_t i = 0; i < results_.size() && !Painter::stop_asked(); ++i) {
            if (arguments_.skip_existing && exists(results_[i])) {
                ++skipped_;
                continue;
            }
            say("Picture " + std::to_string(i + 1) + " of " + std::to_string(results_.size()) + ": " +
                arguments_.contents[i] + " → " + results_[i]);
            if (!paint_one(arguments_.contents[i], results_[i])) ++failed_;
        }
        if (Painter::stop_asked()) return exit_stopped;
        std::string summary = std::to_string(done_) + (done_ == 1 ? " picture painted" : " pictures painted");
        if (skipped_ > 0) summary += ", " + std::to_string(skipped_) + " were there already";
        if (failed_ > 0) summary += ", " + std::to_string(failed_) + " could not be painted";
        say(summary + ".");
        return failed_ > 0 ? exit_failed : exit_done;
    }

private:
    void say(const std::string& line) const {
        if (arguments_.progress != Arguments::Progress::none) std::fprintf(stderr, "%s\n", line.c_str());
    }

    bool paint_one(const std::string& content, const std::string& result) {
        try {
            PictureFile picture = read_picture(content);
            ProgressDisplay display(arguments_.progress, {});
            const Painter::Painted painted = painter_.paint(std::move(picture), content, display);
            display.finish();
            if (painted.stopped) return true;  // half a painting would count as a whole one the next time
            write_picture(result, painted.file);
            ++done_;
            return true;
        } catch (const Error& error) {
            if (concerns_all(error.cause())) throw;
            return complain(content, error.what());
        } catch (const std::bad_alloc&) {
            return complain(content, not_enough_memory);
        }
    }

    static bool complain(const std::string& content, const std::string& sentence) {
        const bool named = sentence.find(content) != std::string::npos;
        std::fprintf(stderr, "neural-style: %s%s\n", named ? "" : (content + ": ").c_str(), sentence.c_str());
        return false;
    }

    const Arguments& arguments_;
    std::vector<std::string> results_;
    Painter painter_;
    int done_ = 0, skipped_ = 0, failed_ = 0;
};

}  // namespace

int paint_batch(const Arguments& arguments) {
    Arguments opened = arguments;
    opened.contents = with_folders_opened(arguments);
    return Batch(opened).paint();
}

}  // namespace neural_style
