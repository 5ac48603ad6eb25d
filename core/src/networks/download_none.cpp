// In place of download.cpp where the program is built without libcurl, or without what networks are installed with.
#include "download.hpp"

namespace neural_style {

DownloadEnd download(const DownloadRequest&, const std::atomic<bool>&, const DownloadTake&) {
    return {DownloadEnd::Kind::refused, "this program was built without downloads"};
}

}  // namespace neural_style
