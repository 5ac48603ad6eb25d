#include "worker_client.hpp"

#include <glib.h>
#include <sys/wait.h>

#include <deque>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "background.hpp"
#include "enlarged.hpp"
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

constexpr std::size_t large_bytes = 1 << 20;  // of a picture: decoding it would be felt

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

Trouble no_memory() {
    return {Cause::memory, _("There is not enough memory for the pictures; choose a smaller size and try again.")};
}

bool runs(const std::string& path) { return g_file_test(path.c_str(), G_FILE_TEST_IS_EXECUTABLE); }

}  // namespace

struct WorkerClient::Impl {
    struct Run {
        Callbacks callbacks;
        unsigned number = 0;                         // of this run among all
        std::shared_ptr<const wire::Bytes> request;  // from when it is encoded until it has begun
        bool begun = false;                          // the worker says so with the first scale
        bool stop_asked = false;                     // sent once it has begun: there is nothing to stop before
        int width = 0, height = 0;                   // of the content
        std::string network;                         // what makes the picture, and the last that was seen of it
        std::shared_ptr<const Image> preview;
    };

    std::string command;
    Patience patience;

    std::unique_ptr<WorkerProcess> process;
    unsigned life = 0;  // changes with each process: what a callback of an older one finds out
    wire::Decoder decoder;
    std::deque<wire::Frame> frames;               // that came and were not taken yet
    bool decoding = false;                        // a large one is being decoded aside; the others wait for it
    std::optional<WorkerProcess::Ending> ending;  // waits for them too
    std::optional<wire::Hello> hello;
    // A run was stopped here. A worker that cannot stop in time answers with its last preview and ends, to free the
    // device.
    bool may_leave = false;
    std::vector<std::function<void(const wire::Hello&)>> waiting;  // for the greeting

    std::optional<Run> run;              // between start() and its outcome
    std::optional<Trouble> not_started;  // what start() found out, to be told by on_later()
    guint alarm = 0, later = 0;
    unsigned runs_begun = 0;
    std::shared_ptr<int> alive = std::make_shared<int>();  // for what is done aside

    ~Impl() { drop(); }

    // ---- the process

    void launch() {  // throws
        const std::vector<std::string> words = split(command);
        drop_process();
        const unsigned mine = life;
        WorkerProcess::Callbacks told;
        told.received = [this, mine](const std::uint8_t* bytes, std::size_t count) { received(mine, bytes, count); };
        told.sending = [this] { be_patient(); };
        told.ended = [this](const WorkerProcess::Ending& ending) { on_ended(ending); };
        process = std::make_unique<WorkerProcess>(words, std::move(told));
        be_patient();
    }

    void drop_process() {
        ++life;
        process.reset();
        decoder = {};
        frames.clear();
        decoding = false;
        ending.reset();
        hello.reset();
        may_leave = false;
        forget(alarm);
    }

    void drop_all_but_run() {
        drop_process();
        waiting.clear();
        not_started.reset();
        forget(later);
    }

    void drop() {
        drop_all_but_run();
        run.reset();
    }

    // Ends the process, and the run with a failed outcome if there is one.
    void give_up(Trouble trouble) {
        drop_all_but_run();
        if (run) end_with_preview(failed(std::move(trouble)));
    }

    // Ends a run that brought no picture of its own with what was last seen of one, if anything was. Until then it is
    // still running, though not in any process.
    void end_with_preview(Outcome outcome) {
        outcome.network = run->network;
        if (!run->preview) return end_run(std::move(outcome));
        run->begun = false;
        const auto ending = std::make_shared<Outcome>(std::move(outcome));
        in_background(
            [ending, preview = run->preview, width = run->width, height = run->height] {
                try {
                    ending->picture = enlarged(*preview, width, height);
                } catch (const std::bad_alloc&) {
                    if (ending->kind != Outcome::Kind::failed) *ending = failed(no_memory());
                }
            },
            [this, ending, number = run->number, alive = std::weak_ptr<int>(this->alive)] {
                if (!alive.expired() && run && run->number == number) end_run(std::move(*ending));
            });
    }

    void end_run(Outcome outcome) {
        const auto told = std::move(run->callbacks.outcome);
        run.reset();
        if (told) told(std::move(outcome));
    }

    void on_ended(const WorkerProcess::Ending& ending) {
        if (decoding || !frames.empty()) {
            this->ending = ending;
            return;
        }
        const bool left =
            may_leave && run && !run->begun && WIFEXITED(ending.wait_status) && WEXITSTATUS(ending.wait_status) == 0;
        if (!left) return give_up(trouble_of(ending, hello.has_value()));
        try {
            launch();  // the greeting sends the request again
        } catch (const Error& error) {
            give_up({error.cause(), error.what()});
        }
    }

    // ---- what it is told

    // Encoding copies all pictures; small ones are there and back before anybody has seen it.
    void encode_aside(Request request) {
        const auto from = std::make_shared<Request>(std::move(request));
        const auto bytes = std::make_shared<wire::Bytes>();
        in_background(
            [from, bytes] {
                try {
                    *bytes = wire::encode(*from);
                } catch (const std::bad_alloc&) {
                    *bytes = {};
                }
                *from = {};
            },
            [this, bytes, number = run->number, alive = std::weak_ptr<int>(this->alive)] {
                if (alive.expired() || !run || run->number != number) return;
                if (bytes->empty()) return give_up(no_memory());
                run->request = bytes;
                if (!hello) return;
                process->send(run->request);
                be_patient();
            });
    }

    // ---- what it says

    void received(unsigned mine, const std::uint8_t* bytes, std::size_t count) {
        understand(mine, [&] {
            decoder.feed(bytes, count);
            while (auto frame = decoder.next()) {
                frames.push_back(std::move(*frame));
                take_frames(mine);
                if (mine != life) return;  // a callback has cancelled
            }
        });
    }

    void take_frames(unsigned mine) {
        while (mine == life && !decoding && !frames.empty()) {
            wire::Frame frame = std::move(frames.front());
            frames.pop_front();
            const bool picture = frame.kind == wire::Kind::preview || frame.kind == wire::Kind::outcome;
            if (picture && frame.body.size() > large_bytes)
                decode_aside(mine, std::move(frame));
            else
                take(frame);
        }
        if (mine == life && !decoding && ending) on_ended(*std::exchange(ending, std::nullopt));
    }

    struct Decoded {
        wire::Frame frame;
        std::shared_ptr<const Image> preview;
        Outcome outcome;
        bool damaged = false;

        void decode() {
            try {
                if (frame.kind == wire::Kind::preview)
                    preview = std::make_shared<const Image>(wire::decode_preview(frame.body));
                else
                    outcome = wire::decode_outcome(frame.body);
            } catch (const Error&) {
                damaged = true;
            } catch (const std::bad_alloc&) {
                outcome = failed(no_memory());
            }
            frame.body = {};
        }
    };

    void decode_aside(unsigned mine, wire::Frame frame) {
        decoding = true;
        const auto decoded = std::make_shared<Decoded>();
        decoded->frame = std::move(frame);
        in_background([decoded] { decoded->decode(); },
                      [this, mine, decoded, alive = std::weak_ptr<int>(this->alive)] {
                          if (alive.expired() || mine != life) return;
                          understand(mine, [&] {
                              decoding = false;
                              take_decoded(*decoded);
                              take_frames(mine);
                          });
                      });
    }

    void take_decoded(Decoded& decoded) {
        if (decoded.damaged || !hello || !run) throw Error(Cause::host, "not a picture, or out of turn");
        be_patient();
        if (decoded.frame.kind == wire::Kind::outcome) return conclude(std::move(decoded.outcome));
        if (of_this_run() && decoded.preview) take_preview(std::move(decoded.preview));
    }

    /// What cannot be understood is the end of the worker.
    template <class Call>
    void understand(unsigned mine, Call call) {
        try {
            call();
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
            if (run && run->request) process->send(run->request);
            be_patient();
            return greet();
        }
        if (!hello || !run) throw Error(Cause::host, "out of turn");
        be_patient();
        switch (frame.kind) {
            case wire::Kind::scale: {
                const ScaleEvent event = wire::decode_scale(frame.body);
                if (!run->begun) begin();
                run->network = event.network;
                return tell(run->callbacks.scale, event);
            }
            case wire::Kind::evaluation:
                if (!of_this_run()) return;
                return tell(run->callbacks.evaluation, wire::decode_evaluation(frame.body));
            case wire::Kind::preview:
                if (!of_this_run()) return;
                return take_preview(std::make_shared<const Image>(wire::decode_preview(frame.body)));
            case wire::Kind::outcome:
                return conclude(wire::decode_outcome(frame.body));
            default:
                throw Error(Cause::host, "not for us");
        }
    }

    void greet() {
        const unsigned mine = life;
        const wire::Hello known = *hello;
        for (const auto& ready : std::exchange(waiting, {}))
            if (mine == life) ready(known);
    }

    void begin() {
        run->begun = true;
        run->request.reset();
        may_leave = false;
        if (run->stop_asked) send_stop();
    }

    // Whether an event can be told; one of the run before may still be on its way when that was stopped.
    bool of_this_run() const {
        if (!run->begun && !may_leave) throw Error(Cause::host, "out of turn");
        return run->begun;
    }

    // By value: the callback may replace or destroy where it came from.
    template <class Event>
    static void tell(std::function<void(const Event&)> callback, const Event& event) {
        if (callback) callback(event);
    }

    void take_preview(std::shared_ptr<const Image> picture) {
        if (picture->empty()) throw Error(Cause::host, "a preview of nothing");
        run->preview = picture;
        if (const auto told = run->callbacks.preview) told(std::move(picture));
    }

    void conclude(Outcome outcome) {
        const bool failed = outcome.kind == Outcome::Kind::failed;
        const bool whole = outcome.picture.width == run->width && outcome.picture.height == run->height;
        if (!failed && !whole) throw Error(Cause::host, "a picture of another size");
        may_leave = run->stop_asked;
        forget(alarm);
        if (failed) return end_with_preview(std::move(outcome));
        end_run(std::move(outcome));
    }

    void send_stop() {
        process->send(std::make_shared<const wire::Bytes>(wire::encode_stop()));
        set_alarm(patience.stopping);
    }

    // ---- time

    static void forget(guint& source) {
        if (source != 0) g_source_remove(source);
        source = 0;
    }

    // Starts the wait anew after a sign of life. A stop is waited for from when it was sent.
    void be_patient() {
        if (run && run->begun && run->stop_asked) return;
        forget(alarm);
        if (hello && !run) return;
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
        if (run && run->begun && run->stop_asked)
            end_deaf_worker();
        else if (!hello)
            give_up({Cause::host, _("The engine did not get ready in time and was ended; please try again, or check "
                                    "NEURAL_STYLE_WORKER.")});
        else
            give_up({Cause::host, _("The engine fell silent and was ended; choose a smaller size and try again.")});
    }

    // A person asked for the picture so far, and has seen it.
    void end_deaf_worker() {
        if (!run->preview)
            return give_up(
                {Cause::host, _("The engine did not answer the stop and was ended; the picture so far is lost.")});
        drop_process();
        Outcome outcome;
        outcome.kind = Outcome::Kind::stopped;
        end_with_preview(std::move(outcome));
    }

    // What a call has found out is told from the main loop.
    void tell_later() {
        if (later != 0) return;
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
        if (not_started) return give_up(Trouble(std::move(*not_started)));
        if (hello) greet();
    }
};

WorkerClient::WorkerClient(std::string command, Patience patience) : impl_(std::make_unique<Impl>()) {
    impl_->command = std::move(command);
    impl_->patience = patience;
}

WorkerClient::~WorkerClient() = default;

std::string WorkerClient::local_program() {
    std::vector<std::string> folders;
    if (gchar* self = g_file_read_link("/proc/self/exe", nullptr)) {
        gchar* folder = g_path_get_dirname(self);
        folders.push_back(folder);
        folders.push_back(std::string(folder) + "/../core");  // the build folder
        g_free(folder);
        g_free(self);
    }
    folders.insert(folders.end(), {NEURAL_STYLE_LIBEXECDIR, NEURAL_STYLE_BINDIR});
    for (const std::string& folder : folders)
        if (std::string candidate = folder + "/neural-style"; runs(candidate)) return candidate;
    return "neural-style";
}

std::string WorkerClient::standard_command() {
    if (const char* set = g_getenv("NEURAL_STYLE_WORKER"); set && *set) return set;
    gchar* quoted = g_shell_quote(local_program().c_str());
    const std::string command = std::string(quoted) + " --worker";
    g_free(quoted);
    return command;
}

void WorkerClient::warm_up(std::function<void(const wire::Hello&)> ready) {
    Impl& self = *impl_;
    if (self.process && !self.run && self.process->gone()) self.drop();
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
    if (self.run) throw Error(Cause::internal, "A run was begun while another one was under way.");
    if (self.process && self.process->gone()) self.drop();
    Impl::Run run;
    run.callbacks = std::move(callbacks);
    run.width = request.content.width;
    run.height = request.content.height;
    run.number = ++self.runs_begun;
    self.run = std::move(run);
    self.encode_aside(std::move(request));
    try {
        if (!self.process) self.launch();
    } catch (const Error& error) {
        self.not_started = Trouble{error.cause(), error.what()};
        return self.tell_later();
    }
    self.be_patient();
}

void WorkerClient::stop() {
    Impl& self = *impl_;
    if (!self.run || self.run->stop_asked) return;
    self.run->stop_asked = true;
    if (self.run->begun) self.send_stop();
}

void WorkerClient::cancel() {
    if (impl_->run) impl_->drop();
}

bool WorkerClient::running() const { return impl_->run.has_value(); }

}  // namespace neural_style
