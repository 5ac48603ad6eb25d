#include "weights_bytes.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace neural_style {
namespace {

class FileBytes : public WeightsBytes {
public:
    explicit FileBytes(const std::string& path) {
        file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe must not make us wait
        struct stat status {};
        if (file_ < 0 || ::fstat(file_, &status) != 0)
            fail(path,
                 errno == ENOENT ? " does not exist." : std::string(" cannot be read (") + std::strerror(errno) + ").");
        if (!S_ISREG(status.st_mode)) fail(path, " is not a file.");
        size_ = std::uint64_t(status.st_size);
    }
    ~FileBytes() override {
        if (file_ >= 0) ::close(file_);
    }
    FileBytes(const FileBytes&) = delete;
    FileBytes& operator=(const FileBytes&) = delete;

    std::uint64_t size() const override { return size_; }

protected:
    bool read_some(std::uint64_t offset, void* to, std::size_t count) const override {
        for (std::size_t done = 0; done < count;) {
            const ssize_t got = ::pread(file_, static_cast<char*>(to) + done, count - done, off_t(offset + done));
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0) return false;
            done += std::size_t(got);
        }
        return true;
    }

private:
    [[noreturn]] void fail(const std::string& path, const std::string& what) {
        if (file_ >= 0) ::close(file_);
        file_ = -1;
        throw Error(Cause::weights, "The weights file " + path + what);
    }

    int file_ = -1;
    std::uint64_t size_ = 0;
};

class MemoryBytes : public WeightsBytes {
public:
    explicit MemoryBytes(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}
    std::uint64_t size() const override { return bytes_.size(); }

protected:
    bool read_some(std::uint64_t offset, void* to, std::size_t count) const override {
        std::memcpy(to, bytes_.data() + offset, count);
        return true;
    }

private:
    std::vector<std::uint8_t> bytes_;
};

}  // namespace

void WeightsBytes::read(std::uint64_t offset, void* to, std::size_t count) const {
    if (count == 0) return;
    if (offset > size() || count > size() - offset)
        throw Error(Cause::weights, "the file ends too early; it was not downloaded or copied completely");
    if (!read_some(offset, to, count))
        throw Error(Cause::weights, "the disk does not give all of its bytes; copy or download it again");
}

std::unique_ptr<WeightsBytes> open_weights_bytes(const std::string& path) { return std::make_unique<FileBytes>(path); }

std::unique_ptr<WeightsBytes> weights_bytes_in_memory(std::vector<std::uint8_t> bytes) {
    return std::make_unique<MemoryBytes>(std::move(bytes));
}

std::uint64_t little_endian(const std::uint8_t* bytes, int count) {
    std::uint64_t value = 0;
    for (int i = count - 1; i >= 0; --i) value = value << 8 | bytes[i];
    return value;
}

}  // namespace neural_style
