// What a result must not replace: the files that the call reads, and files that somebody has locked.
#pragma once

#include <string>
#include <vector>

#include "arguments.hpp"

namespace neural_style {

class ResultPlaces {
public:
    /// Of all files that the call names for reading, its network's too.
    explicit ResultPlaces(const Arguments& arguments);

    /// Throws UsageError where `path` is one of the files that are read, by its name or by another of the same file,
    /// and Error(Cause::output) where it is locked or no ordinary file. With --overwrite what is read and what is
    /// locked may be replaced.
    void check(const std::string& path) const;

    /// The same for a log, which may be a device, and is not the result.
    void check_log(const std::string& path, const std::string& result) const;

private:
    void check_as(const std::string& name, const std::string& path) const;

    struct Read {
        std::string path, what;
    };
    bool overwrite_;
    std::vector<Read> read_;
};

}  // namespace neural_style
