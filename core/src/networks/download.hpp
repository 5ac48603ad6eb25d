// One HTTP GET: a whole file or a range of it, with progress and cancel. Used by download_weights; any thread.
//
// libcurl does the work: certificates are verified, the usual proxy variables (https_proxy, no_proxy, …) honoured,
// redirects followed but never from https to http. Built without downloads, every one ends as `refused`.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

namespace neural_style {

struct DownloadRequest {
    std::string url;
    std::uint64_t first = 0;  ///< byte to start from
    std::uint64_t count = 0;  ///< bytes wanted, 0: up to the end
    std::string if_tag;       ///< entity tag that the file must still have for a range; "": any
    int stall_seconds = 30;   ///< without a single byte, after which the connection is given up
};

/// What the server said before the first byte.
struct DownloadAnswer {
    long status = 0;          ///< 200 or 206
    bool ranged = false;      ///< the bytes are those asked for; else they start at 0
    std::uint64_t total = 0;  ///< bytes of the whole file, 0: not said
    std::string tag;          ///< a strong entity tag, "" if there is none
};

struct DownloadEnd {
    enum class Kind {
        complete,   ///< all that was asked for has come
        stopped,    ///< `take` returned false
        cancelled,  ///< the flag was set
        refused,    ///< trying again is of no use: no such file, no such host name, a bad certificate
        broken,     ///< trying again may help: connection lost, stalled, server busy
    };

    Kind kind = Kind::broken;
    std::string reason;  ///< of refused and broken: "the server says 404 (not found)"; part of a sentence
};

/// Hands every piece to `take` in order, on the calling thread; ends early if that returns false. Never hands on more
/// bytes than asked for. Throws only what `take` throws.
using DownloadTake = std::function<bool(const DownloadAnswer& answer, const std::uint8_t* bytes, std::size_t count)>;
DownloadEnd download(const DownloadRequest& request, const std::atomic<bool>& cancel, const DownloadTake& take);

}  // namespace neural_style
