// What a person at a terminal sees of a run, on standard error; and the table that --log writes.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "arguments.hpp"
#include "neural-style/job.hpp"

namespace neural_style {

class ProgressDisplay : public Observer {
public:
    /// Throws Error(Cause::output) if the log (may be empty: none) cannot be written.
    ProgressDisplay(Arguments::Progress progress, const std::string& log);
    ~ProgressDisplay() override;

    void on_scale(const ScaleEvent& event) override;
    void on_evaluation(const Evaluation& event) override;
    void finish();  ///< ends the bar's line

    /// Throws Error(Cause::output) if not all of the log could be written.
    void close_log();

private:
    Arguments::Progress progress_;
    std::string log_path_;
    std::FILE* log_ = nullptr;
    bool line_open_ = false;
};

}  // namespace neural_style
