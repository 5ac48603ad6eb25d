// From what is recorded on a layer back to what is to be done. Used by the session, on the main thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "host.hpp"
#include "run_request.hpp"

namespace neural_style {

class PlaceBook;

using ReadFile = std::function<std::shared_ptr<const Image>(const std::string& file)>;

/// The run that made the layer `wish.content`, with the result above it; with `wish.more` above 0 that many evaluations
/// more, from the layer's picture. None if nothing is recorded on it. Throws Error(Cause::picture) with a translated
/// sentence for layers and files that are gone.
std::optional<RunRequest> recorded_request(Host& host, const RunRequest& wish, const ReadFile& read_file,
                                           const PlaceBook& book);

}  // namespace neural_style
