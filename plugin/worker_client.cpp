#include "worker_client.hpp"

#include <glib.h>
#include <sys/wait.h>

#include <optional>
#include <vector>

#include "text.hpp"
#include "worker_process.hpp"

namespace neural_style {
namespace {

std::vector<std::string> split(const std::string& command) {
    int count = 0;
    char** words = nullptr;
    GError* error = nullptr;
    if (!g_shell_parse_argv(command.c_str(), &count, &words, &error)) {
        const std::string reason = error->message;
        g_error_free(error);
        throw Error(Cause::host,
                    filled(_("NEURAL_STYLE_WORKER is not a command (%s); correct or unset it."), reason.c_str()));
    }
    const std::vector<std::string> result(words, words + count);
    g_strfreev(words);
    return result;
}

struct Trouble {
    Cause cause;
    std::string sentence;
};

Trouble trouble_of(const WorkerProcess::Ending& ending, bool greeted) {
    if (ending.closed) return {Cause::host, _("The engine closed its connection and was ended; please try again.")};
    const int status = ending.wait_status;
    const bool killed = (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) ||
                        (WIFEXITED(status) && WEXITSTATUS(status) == 128 + SIGKILL);  // as a wrapper reports it
    if (killed)
        return {
            Cause::memory,
            _("The engine was killed by the system, most likely because memory ran out; choose a smaller size and try "
              "again.")};
    if (WIFSIGNALED(status))
        return {Cause::internal,
                filled(_("The engine crashed (signal %d); please try again, with other settings if it happens again."),
                       WTERMSIG(status))};
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (!greeted) {
        if (ending.last_words.empty())
            return {Cause::host, filled(_("The engine ended before it was ready (exit status %d); install Neural Style "
                                          "again, or check NEURAL_STYLE_WORKER."),
                                        code)};
        return {Cause::host, filled(_("The engine ended before it was ready (exit status %d: %s); install Neural Style "
                                      "again, or check NEURAL_STYLE_WORKER."),
                                    code, ending.last_words.c_str())};
    }
    if (ending.last_words.empty())
        return {Cause::internal, filled(_("The engine ended unexpectedly (exit status %d); please try again."), code)};
    return {Cause::internal, filled(_("The engine ended unexpectedly (exit status %d: %s); please try again."), code,
                                    ending.last_words.c_str())};
}

Outcome failed(Trouble trouble) {
    Outcome outcome;
    outcome.kind = Outcome::Kind::failed;
    outcome.cause = trouble.cause;
    outcome.sentence = std::move(trouble.sentence);
    return outcome;
}

bool runs(const std::string& path) { return g_file_test(path.c_str(), G_FILE_TEST_IS_EXECUTABLE); }

}  // namespace

struct WorkerClient::Impl {
    std::string command;
    Patience patience;

    std::unique_ptr<WorkerProcess> process;
    unsigned life = 0;  // changes with each process: what a callback of an older one finds out
    wire::Decoder decoder;
    std::optional<wire::Hello> hello;
    std::vector<std::function<void(const wire::Hello&)>> waiting;  // for the greeting

    bool running = false, stopping = false;
    Callbacks callbacks;
    wire::Bytes unsent;                  // the request, until the worker has greeted
    int width = 0, height = 0;           // of the content
    std::optional<Trouble> not_started;  // what start() found out, to be told by on_later()
    guint alarm = 0, later = 0;

    ~Impl() { drop(); }

    // ---- the process

    void launch() {  // throws
        const std::vector<std::string> words = split(command);
        decoder = {};
        hello.reset();
        const unsigned mine = ++life;
        WorkerProcess::Callbacks told;
        told.received = [this, mine](const std::uint8_t* bytes, std::size_t count) { received(mine, bytes, count); };
        told.sending = [this] { be_patient(); };
        told.ended = [this](const WorkerProcess::Ending& ending) { give_up(trouble_of(ending, hello.has_value())); };
        process = std::make_unique<WorkerProcess>(words, std::move(told));
        be_patient();
    }

    void drop() {
        ++life;
        process.reset();
        hello.reset();
        waiting.clear();
        unsent = {};
        not_started.reset();
        running = stopping = false;
        forget(alarm);
        forget(later);
    }

    // Ends the process, and the run with a failed outcome if there is one.
    void give_up(Trouble trouble) {
        const bool tell = running;
        const auto outcome = std::move(callbacks.outcome);
        callbacks = {};
        drop();
        if (tell && outcome) outcome(failed(std::move(trouble)));
    }

    void received(unsigned mine, const std::uint8_t* bytes, std::size_t count) {
        try {
            decoder.feed(bytes, count);
            while (mine == life) {  // a callback may have cancelled
                const auto frame = decoder.next();
                if (!frame) break;
                take(*frame);
            }
        } catch (const Error&) {
            // The decoder's own sentence knows the cause, but not that we translate.
            if (mine == life)
                give_up({Cause::host,
                         _("The engine and the plug-in do not understand each other; install both from the same "
                           "version.")});
        }
    }

    void take(const wire::Frame& frame) {
        if (frame.kind == wire::Kind::hello && !hello) {
            hello = wire::decode_hello(frame.body);
            be_patient();
            if (!unsent.empty()) process->send(std::move(unsent));
            unsent = {};
            const unsigned mine = life;
            for (const auto& ready : std::exchange(waiting, {}))
                if (mine == life) ready(*hello);
            return;
        }
        if (!hello || !running) throw Error(Cause::host, "out of turn");
        be_patient();
        switch (frame.kind) {
            case wire::Kind::scale:
                return tell(callbacks.scale, wire::decode_scale(frame.body));
            case wire::Kind::evaluation:
                return tell(callbacks.evaluation, wire::decode_evaluation(frame.body));
            case wire::Kind::preview:
                return tell(callbacks.preview, wire::decode_preview(frame.body));
            case wire::Kind::outcome:
                return conclude(wire::decode_outcome(frame.body));
            default:
                throw Error(Cause::host, "not for us");
        }
    }

    // By value: the callback may replace or destroy where it came from.
    template <class Event>
    static void tell(std::function<void(const Event&)> callback, const Event& event) {
        if (callback) callback(event);
    }

    void conclude(Outcome outcome) {
        const bool whole = outcome.picture.width == width && outcome.picture.height == height;
        if (outcome.kind != Outcome::Kind::failed && !whole) throw Error(Cause::host, "a picture of another size");
        running = stopping = false;
        forget(alarm);
        const auto told = std::move(callbacks.outcome);
        callbacks = {};
        if (told) told(std::move(outcome));
    }

    // ---- time

    static void forget(guint& source) {
        if (source != 0) g_source_remove(source);
        source = 0;
    }

    // Starts the wait anew after a sign of life. A stop is waited for from when it was asked.
    void be_patient() {
        if (stopping) return;
        forget(alarm);
        if (hello && !running) return;
        set_alarm(hello ? patience.silence : patience.greeting);
    }

    void set_alarm(unsigned milliseconds) {
        forget(alarm);
        alarm = g_timeout_add(
            milliseconds,
            [](gpointer data) -> gboolean {
                auto* self = static_cast<Impl*>(data);
                self->alarm = 0;
                self->on_silence();
                return G_SOURCE_REMOVE;
            },
            this);
    }

    void on_silence() {
        if (stopping)
            give_up({Cause::host, _("The engine did not answer the stop and was ended; the picture so far is lost.")});
        else if (!hello)
            give_up({Cause::host, _("The engine did not get ready in time and was ended; please try again, or check "
                                    "NEURAL_STYLE_WORKER.")});
        else
            give_up({Cause::host, _("The engine fell silent and was ended; choose a smaller size and try again.")});
    }

    // What a call has found out is told from the main loop.
    void tell_later() {
        if (later == 0)
            later = g_idle_add_full(
                G_PRIORITY_DEFAULT,
                [](gpointer data) -> gboolean {
                    auto* self = static_cast<Impl*>(data);
                    self->later = 0;
                    self->on_later();
                    return G_SOURCE_REMOVE;
                },
                this, nullptr);
    }

    void on_later() {
        if (not_started) {
            auto trouble = std::move(*not_started);
            not_started.reset();
            return give_up(std::move(trouble));
        }
        if (!hello) return;
        const unsigned mine = life;
        for (const auto& ready : std::exchange(waiting, {}))
            if (mine == life) ready(*hello);
    }
};

WorkerClient::WorkerClient(std::string command, Patience patience) : impl_(std::make_unique<Impl>()) {
    impl_->command = std::move(command);
    impl_->patience = patience;
}

WorkerClient::~WorkerClient() = default;

std::string WorkerClient::standard_command() {
    if (const char* set = g_getenv("NEURAL_STYLE_WORKER"); set && *set) return set;
    std::vector<std::string> folders;
    if (gchar* self = g_file_read_link("/proc/self/exe", nullptr)) {
        gchar* folder = g_path_get_dirname(self);
        folders.push_back(folder);
        folders.push_back(std::string(folder) + "/../core");  // the build folder
        g_free(folder);
        g_free(self);
    }
    folders.insert(folders.end(), {NEURAL_STYLE_LIBEXECDIR, NEURAL_STYLE_BINDIR});
    std::string program = "neural-style";
    for (const std::string& folder : folders)
        if (const std::string candidate = folder + "/neural-style"; runs(candidate)) {
            program = candidate;
            break;
        }
    gchar* quoted = g_shell_quote(program.c_str());
    const std::string command = std::string(quoted) + " --worker";
    g_free(quoted);
    return command;
}

void WorkerClient::warm_up(std::function<void(const wire::Hello&)> ready) {
    Impl& self = *impl_;
    if (self.process && !self.running && self.process->gone()) self.drop();
    if (!self.process) {
        try {
            self.launch();
        } catch (const Error&) {
            return;  // start() finds the same and says so
        }
    }
    if (!ready) return;
    self.waiting.push_back(std::move(ready));
    if (self.hello) self.tell_later();
}

void WorkerClient::start(Request request, Callbacks callbacks) {
    Impl& self = *impl_;
    if (self.running) throw Error(Cause::internal, "A run was begun while another one was under way.");
    if (self.process && self.process->gone()) self.drop();
    self.callbacks = std::move(callbacks);
    self.width = request.content.width;
    self.height = request.content.height;
    self.running = true;
    try {
        if (!self.process) self.launch();
    } catch (const Error& error) {
        self.not_started = Trouble{error.cause(), error.what()};
        return self.tell_later();
    }
    wire::Bytes frame = wire::encode(request);
    if (self.hello)
        self.process->send(std::move(frame));
    else
        self.unsent = std::move(frame);
    self.be_patient();
}

void WorkerClient::stop() {
    Impl& self = *impl_;
    if (!self.running || self.stopping || !self.process) return;
    self.set_alarm(self.patience.stopping);
    self.stopping = true;
    if (!self.unsent.empty()) {  // not even begun: the greeting will send both
        const wire::Bytes stop = wire::encode_stop();
        self.unsent.insert(self.unsent.end(), stop.begin(), stop.end());
    } else {
        self.process->send(wire::encode_stop());
    }
}

void WorkerClient::cancel() {
    if (!impl_->running) return;
    impl_->callbacks = {};
    impl_->drop();
}

bool WorkerClient::running() const { return impl_->running; }

}  // namespace neural_style
