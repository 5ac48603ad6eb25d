#include "engine_command.hpp"

#include <gio/gio.h>

#include <csignal>

#include "object_ref.hpp"
#include "text.hpp"
#include "worker_client.hpp"

namespace neural_style {

struct EngineCommand::State : std::enable_shared_from_this<State> {
    Callbacks callbacks;
    ObjectRef<GSubprocess> process;
    ObjectRef<GDataInputStream> output;

    /// Keeps itself alive until the answer comes.
    void read_on() {
        g_data_input_stream_read_line_async(output.get(), G_PRIORITY_DEFAULT, nullptr, &State::got_line,
                                            new std::shared_ptr<State>(shared_from_this()));
    }
    static void got_line(GObject* stream, GAsyncResult* result, gpointer data) {
        const std::unique_ptr<std::shared_ptr<State>> state(static_cast<std::shared_ptr<State>*>(data));
        char* line = g_data_input_stream_read_line_finish(G_DATA_INPUT_STREAM(stream), result, nullptr, nullptr);
        if (!line) {
            g_subprocess_wait_async((*state)->process.get(), nullptr, &State::ended,
                                    new std::shared_ptr<State>(*state));
            return;
        }
        const std::string text = line;
        g_free(line);
        if ((*state)->callbacks.line) (*state)->callbacks.line(text);
        (*state)->read_on();
    }
    static void ended(GObject* process, GAsyncResult* result, gpointer data) {
        const std::unique_ptr<std::shared_ptr<State>> state(static_cast<std::shared_ptr<State>*>(data));
        g_subprocess_wait_finish(G_SUBPROCESS(process), result, nullptr);
        (*state)->finish(g_subprocess_get_if_exited(G_SUBPROCESS(process)) &&
                         g_subprocess_get_exit_status(G_SUBPROCESS(process)) == 0);
    }
    void finish(bool succeeded) {
        const auto end = std::move(callbacks.end);
        callbacks = {};
        if (end) end(succeeded);
    }
};

EngineCommand::EngineCommand(const std::vector<std::string>& arguments, Callbacks callbacks)
    : state_(std::make_shared<State>()) {
    state_->callbacks = std::move(callbacks);
    std::vector<std::string> words;
    char** split = nullptr;
    if (g_shell_parse_argv(WorkerClient::standard_command().c_str(), nullptr, &split, nullptr))
        for (char** word = split; *word && std::string(*word) != "--worker"; ++word) words.push_back(*word);
    g_strfreev(split);
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<const char*> pointers;
    for (const std::string& word : words) pointers.push_back(word.c_str());
    pointers.push_back(nullptr);

    GError* error = nullptr;
    const auto flags = GSubprocessFlags(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
    state_->process = ObjectRef<GSubprocess>::take(g_subprocess_newv(pointers.data(), flags, &error));
    if (!state_->process) {
        const std::string sentence = filled(_("The engine cannot be started (%s); install Neural Style again, or set "
                                              "NEURAL_STYLE_WORKER to its command."),
                                            error->message);
        g_error_free(error);
        g_idle_add(
            [](gpointer data) -> gboolean {
                const std::unique_ptr<std::pair<std::shared_ptr<State>, std::string>> late(
                    static_cast<std::pair<std::shared_ptr<State>, std::string>*>(data));
                if (late->first->callbacks.line) late->first->callbacks.line(late->second);
                late->first->finish(false);
                return G_SOURCE_REMOVE;
            },
            new std::pair<std::shared_ptr<State>, std::string>(state_, sentence));
        return;
    }
    state_->output =
        ObjectRef<GDataInputStream>::take(g_data_input_stream_new(g_subprocess_get_stdout_pipe(state_->process.get())));
    state_->read_on();
}

EngineCommand::~EngineCommand() {
    state_->callbacks = {};
    interrupt();
}

void EngineCommand::interrupt() {
    if (state_->process) g_subprocess_send_signal(state_->process.get(), SIGINT);
}

}  // namespace neural_style
