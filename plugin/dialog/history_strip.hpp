// The pictures that were finished in this window, small and in a row, to be compared and brought back. Used by the
// window; main thread.
#pragma once

#include <gtk/gtk.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "neural-style/job.hpp"
#include "run_request.hpp"

namespace neural_style {

struct Result {
    std::shared_ptr<const Outcome> outcome;  ///< with a picture
    Settings settings;
    std::vector<StyleChoice> styles;
    std::shared_ptr<const Mask> mask;      ///< see RunRequest::mask
    std::shared_ptr<const Origin> origin;  ///< see RunRequest::origin
    std::string words;                     ///< what it is, to be shown and spoken: "Result 2"
};

class HistoryStrip {
public:
    explicit HistoryStrip(std::function<void(const std::shared_ptr<const Result>&)> chosen);

    GtkWidget* widget() const { return scroller_; }
    /// From the oldest.
    const std::vector<std::shared_ptr<const Result>>& results() const { return results_; }

    /// Becomes the newest; the oldest go when all together hold more than a GiB. `description` is its tooltip.
    std::shared_ptr<const Result> add(Result result, const std::string& description);

    /// It is the one in the preview; null: none is.
    void mark(const std::shared_ptr<const Result>& shown);

private:
    std::function<void(const std::shared_ptr<const Result>&)> chosen_;
    std::vector<std::shared_ptr<const Result>> results_;
    std::vector<GtkWidget*> buttons_;  ///< of the results, in the same order
    int count_ = 0;
    GtkWidget* scroller_;
    GtkWidget* row_;
};

}  // namespace neural_style
