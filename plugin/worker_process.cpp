#include "worker_process.hpp"

#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <deque>

#include "neural-style/error.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

constexpr std::size_t piece_bytes = std::size_t(1) << 18;  // one turn of the main loop reads no more than this
constexpr std::size_t kept_words = 2048;
constexpr guint closed_output_seconds = 2;

// Below GTK's redrawing: a window stays alive while pictures of hundreds of megabytes pass.
constexpr gint data_priority = G_PRIORITY_DEFAULT_IDLE;

void prepare_child(gpointer parent) {
    // The end of its standard input tells the worker that we are gone; this is for a worker that does not listen.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != GPOINTER_TO_INT(parent)) _exit(127);  // gone before the line above
}

std::string last_line(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
    const auto start = text.rfind('\n');
    if (start != std::string::npos) text.erase(0, start + 1);
    return g_utf8_validate(text.data(), gssize(text.size()), nullptr) ? text : std::string();
}

}  // namespace

// Lives as long as any source needs it: the child is waited for even after the WorkerProcess is gone.
struct WorkerProcess::State : std::enable_shared_from_this<State> {
    Callbacks callbacks;
    GPid pid = 0;
    int input = -1, output = -1, errors = -1;  // the child's
    guint input_source = 0, output_source = 0, errors_source = 0, closed_timer = 0;
    std::deque<std::shared_ptr<const std::vector<std::uint8_t>>> queue;
    std::size_t written = 0;  // of the queue's first
    std::vector<std::uint8_t> piece = std::vector<std::uint8_t>(piece_bytes);
    std::string words;
    bool closed = false;     // it closed its output
    bool exited = false;     // it was waited for
    bool abandoned = false;  // nobody listens any more

    static gpointer share(const std::shared_ptr<State>& state) { return new std::shared_ptr<State>(state); }
    static void unshare(gpointer data) { delete static_cast<std::shared_ptr<State>*>(data); }
    static std::shared_ptr<State> of(gpointer data) { return *static_cast<std::shared_ptr<State>*>(data); }

    void start(const std::vector<std::string>& words) {
        std::vector<char*> arguments;
        for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
        arguments.push_back(nullptr);
        GError* error = nullptr;
        const auto flags = GSpawnFlags(G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH | G_SPAWN_CLOEXEC_PIPES);
        if (!g_spawn_async_with_pipes(nullptr, arguments.data(), nullptr, flags, prepare_child,
                                      GINT_TO_POINTER(getpid()), &pid, &input, &output, &errors, &error)) {
            const std::string reason = error->message;
            g_error_free(error);
            throw Error(Cause::host, filled(_("The engine cannot be started (%s); install Neural Style again, or set "
                                              "NEURAL_STYLE_WORKER to its command."),
                                            reason.c_str()));
        }
        for (int descriptor : {input, output}) ::fcntl(descriptor, F_SETPIPE_SZ, 1 << 20);
        for (int descriptor : {input, output, errors}) g_unix_set_fd_nonblocking(descriptor, TRUE, nullptr);
        output_source = watch(output, G_IO_IN, [](gint, GIOCondition, gpointer data) -> gboolean {
            return of(data)->read_output() ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
        });
        errors_source = watch(errors, G_IO_IN, [](gint, GIOCondition, gpointer data) -> gboolean {
            return of(data)->read_errors() ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
        });
        g_child_watch_add_full(
            G_PRIORITY_DEFAULT, pid, [](GPid, gint status, gpointer data) { of(data)->on_exit(status); },
            share(shared_from_this()), unshare);
    }

    guint watch(int descriptor, GIOCondition condition, GUnixFDSourceFunc function) {
        return g_unix_fd_add_full(data_priority, descriptor, condition, function, share(shared_from_this()), unshare);
    }

    static void forget(guint& source) {
        if (source != 0) g_source_remove(source);
        source = 0;
    }
    static void close_end(int& descriptor) {
        if (descriptor >= 0) ::close(descriptor);
        descriptor = -1;
    }

    // Each false: there will be no more (and the source, if any, is to be removed by its caller).
    bool read_output() {
        const ssize_t count = ::read(output, piece.data(), piece.size());
        if (count > 0) {
            callbacks.received(piece.data(), std::size_t(count));
            return !abandoned;
        }
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) return true;
        output_source = 0;
        close_end(output);
        if (!exited) {
            closed_timer = g_timeout_add_seconds_full(
                G_PRIORITY_DEFAULT, closed_output_seconds,
                [](gpointer data) -> gboolean {
                    const auto state = of(data);
                    state->closed_timer = 0;
                    state->closed = true;
                    ::kill(state->pid, SIGKILL);
                    return G_SOURCE_REMOVE;
                },
                share(shared_from_this()), unshare);
        }
        return false;
    }

    bool read_errors() {
        char text[4096];
        const ssize_t count = ::read(errors, text, sizeof text);
        if (count > 0) {
            std::fwrite(text, 1, std::size_t(count), stderr);
            words.append(text, std::size_t(count));
            if (words.size() > kept_words) words.erase(0, words.size() - kept_words);
            return true;
        }
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) return true;
        errors_source = 0;
        close_end(errors);
        return false;
    }

    bool write_input() {
        while (!queue.empty()) {
            const auto& first = *queue.front();
            const ssize_t count = ::write(input, first.data() + written, first.size() - written);
            if (count < 0 && (errno == EAGAIN || errno == EINTR)) return true;
            if (count < 0) break;  // it is going; on_exit() says how
            written += std::size_t(count);
            if (written == first.size()) {
                queue.pop_front();
                written = 0;
            }
            if (callbacks.sending) callbacks.sending();
            if (abandoned) return false;
            if (count > 0) return true;  // others' turn
        }
        queue.clear();
        written = 0;
        input_source = 0;
        return false;
    }

    void on_exit(int status) {
        exited = true;
        if (abandoned) return;
        forget(closed_timer);
        forget(output_source);
        forget(errors_source);
        while (errors >= 0 && readable(errors) && read_errors()) {
        }
        while (output >= 0 && readable(output) && read_output()) {
        }
        if (abandoned) return;
        callbacks.ended({status, closed, last_line(words)});
    }

    static bool readable(int descriptor) {
        GPollFD poll{descriptor, G_IO_IN | G_IO_HUP, 0};
        return g_poll(&poll, 1, 0) > 0;
    }

    void abandon() {
        abandoned = true;
        for (guint* source : {&input_source, &output_source, &errors_source, &closed_timer}) forget(*source);
        for (int* descriptor : {&input, &output, &errors}) close_end(*descriptor);
        if (!exited && pid > 0) ::kill(pid, SIGKILL);
    }
};

WorkerProcess::WorkerProcess(const std::vector<std::string>& words, Callbacks callbacks)
    : state_(std::make_shared<State>()) {
    // Writing to a worker that has just died must be an error here, not the end of the plug-in.
    ::signal(SIGPIPE, SIG_IGN);
    state_->callbacks = std::move(callbacks);
    state_->start(words);
}

WorkerProcess::~WorkerProcess() { state_->abandon(); }

void WorkerProcess::send(std::shared_ptr<const std::vector<std::uint8_t>> bytes) {
    State& state = *state_;
    state.queue.push_back(std::move(bytes));
    if (state.input_source == 0) {
        state.input_source = state.watch(state.input, G_IO_OUT, [](gint, GIOCondition, gpointer data) -> gboolean {
            return State::of(data)->write_input() ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
        });
    }
}

bool WorkerProcess::gone() const {
    if (state_->exited) return true;
    siginfo_t info = {};
    return ::waitid(P_PID, id_t(state_->pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
}

}  // namespace neural_style
