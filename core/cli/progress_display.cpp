#include "progress_display.hpp"

#include <unistd.h>

#include <cmath>

namespace neural_style {
namespace {

std::string duration(double seconds) {
    char text[32];
    const long whole = std::lround(seconds);
    if (whole >= 3600)
        std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
    else
        std::snprintf(text, sizeof text, "%ld:%02ld", whole / 60, whole % 60);
    return text;
}

}  // namespace

ProgressDisplay::ProgressDisplay(Arguments::Progress progress, const std::string& log)
    : progress_(progress), log_path_(log) {
    if (progress_ == Arguments::Progress::automatic)
        progress_ = isatty(STDERR_FILENO) ? Arguments::Progress::bar : Arguments::Progress::plain;
    if (log.empty()) return;
    log_ = std::fopen(log.c_str(), "w");
    if (!log_) throw Error(Cause::output, "The log " + log + " cannot be written; choose another name or folder.");
    std::fputs("evaluation,scale,width,height,content_loss,style_loss,tv_loss,total_loss,seconds\n", log_);
}

ProgressDisplay::~ProgressDisplay() {
    if (log_) std::fclose(log_);
}

void ProgressDisplay::on_scale(const ScaleEvent& event) {
    if (progress_ == Arguments::Progress::none) return;
    finish();
    if (event.change == ScaleEvent::Change::short_of_memory)
        std::fputs("There was not enough memory for that; it goes on in a way that takes less.\n", stderr);
    if (event.change == ScaleEvent::Change::stalled)
        std::fputs("L-BFGS finds no descent any more; Adam goes on.\n", stderr);
    const std::string pieces = event.tile_edge ? " in tiles of " + std::to_string(event.tile_edge) : "";
    std::fprintf(stderr, "Scale %d of %d: %d×%d%s, up to %d evaluations; %s, %s, %s on %s\n", event.scale + 1,
                 event.scales, event.width, event.height, pieces.c_str(), event.evaluations, event.network.c_str(),
                 event.loss.c_str(), event.optimiser.c_str(), event.device.c_str());
}

void ProgressDisplay::on_evaluation(const Evaluation& event) {
    if (log_)
        std::fprintf(log_, "%d,%d,%d,%d,%.9g,%.9g,%.9g,%.9g,%.6f\n", event.evaluation, event.scale, event.width,
                     event.height, event.content_loss, event.style_loss, event.tv_loss, event.total_loss,
                     event.seconds);
    const std::string left = event.remaining_seconds >= 0 ? duration(event.remaining_seconds) : "?";
    if (progress_ == Arguments::Progress::bar) {
        constexpr int cells = 24;
        const int filled = cells * event.evaluation / std::max(1, event.evaluations);
        std::string bar;
        for (int i = 0; i < cells; ++i) bar += i < filled ? "█" : "·";
        std::fprintf(stderr, "\r%s %d/%d  loss %.4g  %s left \033[K", bar.c_str(), event.evaluation, event.evaluations,
                     event.total_loss, left.c_str());
        std::fflush(stderr);
        line_open_ = true;
    } else if (progress_ == Arguments::Progress::plain && (event.evaluation % 50 == 0 || event.evaluation == 1)) {
        std::fprintf(stderr, "Evaluation %d of %d: content %.4g, style %.4g, %s left\n", event.evaluation,
                     event.evaluations, event.content_loss, event.style_loss, left.c_str());
    }
}

void ProgressDisplay::finish() {
    if (line_open_) std::fputc('\n', stderr);
    line_open_ = false;
}

void ProgressDisplay::close_log() {
    if (!log_) return;
    const bool whole = std::ferror(log_) == 0;
    const bool closed = std::fclose(log_) == 0;
    log_ = nullptr;
    if (!whole || !closed)
        throw Error(Cause::output, "The log " + log_path_ + " could not be written whole; free some space.");
}

}  // namespace neural_style
