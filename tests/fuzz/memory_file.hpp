// Bytes under a name that can be opened, without a disk: for readers that take a path. One thread.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "promises.hpp"

namespace neural_style::testing {

class MemoryFile {
public:
    MemoryFile(const std::uint8_t* bytes, std::size_t count) : descriptor_(memfd_create("fuzzed", MFD_CLOEXEC)) {
        must(descriptor_ >= 0 && write(descriptor_, bytes, count) == ssize_t(count), "a file in memory can be made");
    }
    ~MemoryFile() { close(descriptor_); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

private:
    int descriptor_;
};

}  // namespace neural_style::testing
