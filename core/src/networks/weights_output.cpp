#include "weights_output.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace fs = std::filesystem;

namespace neural_style {
namespace {

[[noreturn]] void fail(const std::string& path, int error) {
    if (error == ENOSPC || error == EDQUOT || error == EFBIG)
        throw Error(Cause::output, "There is no room for " + path + "; make some and try again.");
    throw Error(Cause::output, path + " cannot be written (" + std::strerror(error) + ").");
}

}  // namespace

void write_all(int file, const void* bytes, std::size_t count, const std::string& path) {
    for (std::size_t done = 0; done < count;) {
        const ssize_t wrote = ::write(file, static_cast<const char*>(bytes) + done, count - done);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) fail(path, wrote < 0 ? errno : ENOSPC);
        done += std::size_t(wrote);
    }
}

void make_folder(const std::string& folder) {
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed) throw Error(Cause::output, "The folder " + folder + " cannot be made (" + failed.message() + ").");
}

void sync_folder(const std::string& folder) {
    const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0) return;
    ::fsync(handle);
    ::close(handle);
}

WeightsOutput::WeightsOutput(const std::string& path) : path_(path) {
    const fs::path folder = fs::path(path).parent_path();
    make_folder(folder.string());
    // Always the same name, so that what a killed program left is written over by the next.
    temporary_ = (folder / ("." + fs::path(path).filename().string() + ".new")).string();
    file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (file_ < 0) fail(path_, errno);
}

WeightsOutput::~WeightsOutput() {
    if (file_ < 0) return;
    ::close(file_);
    ::unlink(temporary_.c_str());
}

void WeightsOutput::write(const void* bytes, std::size_t count) { write_all(file_, bytes, count, path_); }

void WeightsOutput::commit() {
    if (::fsync(file_) != 0) fail(path_, errno);
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0) fail(path_, errno);
    ::close(file_);
    file_ = -1;
    sync_folder(fs::path(path_).parent_path().string());
}

}  // namespace neural_style
