// The worker client against a worker that behaves badly in every way it can.
#include "worker_client.hpp"

#include <glib.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <vector>

using namespace neural_style;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;  // who keeps what was freed
#else
constexpr bool sanitized = false;
#endif

std::string fake(const std::string& start = "") { return std::string("'" FAKE_WORKER "' --worker ") + start; }

Request request(const std::string& how, int iterations = 5, int width = 4, int height = 3) {
    Request request;
    request.content = Image(width, height);
    for (std::size_t i = 0; i < request.content.rgba.size(); ++i) request.content.rgba[i] = float(i % 7) / 8;
    request.styles.push_back({Image(2, 2), 1});
    request.settings.set("network", how);
    request.settings.set("iterations", iterations);
    return request;
}

struct Record {
    std::vector<ScaleEvent> scales;
    std::vector<Evaluation> evaluations;
    std::vector<Image> previews;
    std::vector<Outcome> outcomes;

    WorkerClient::Callbacks callbacks() {
        WorkerClient::Callbacks told;
        told.scale = [this](const ScaleEvent& event) { scales.push_back(event); };
        told.evaluation = [this](const Evaluation& event) { evaluations.push_back(event); };
        told.preview = [this](const std::shared_ptr<const Image>& picture) { previews.push_back(*picture); };
        told.outcome = [this](Outcome outcome) { outcomes.push_back(std::move(outcome)); };
        return told;
    }
};

// Turns the main loop until `done`; false if that does not come about within a minute.
bool turn_until(const std::function<bool()>& done) {
    const gint64 end = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;
    const guint ticks = g_timeout_add(
        20, [](gpointer) -> gboolean { return G_SOURCE_CONTINUE; }, nullptr);
    while (!done() && g_get_monotonic_time() < end) g_main_context_iteration(nullptr, TRUE);
    g_source_remove(ticks);
    return done();
}

void turn_for(int milliseconds) {
    const gint64 end = g_get_monotonic_time() + milliseconds * 1000;
    while (g_get_monotonic_time() < end)
        if (!g_main_context_iteration(nullptr, FALSE)) g_usleep(1000);
}

std::vector<int> children() {
    std::ifstream file("/proc/self/task/" + std::to_string(getpid()) + "/children");
    std::vector<int> pids;
    for (int pid; file >> pid;) pids.push_back(pid);
    return pids;
}

Outcome outcome_of(WorkerClient& worker, const std::string& how) {
    Record run;
    worker.start(request(how), run.callbacks());
    EXPECT_TRUE(turn_until([&] { return !run.outcomes.empty(); })) << how;
    turn_for(30);
    EXPECT_EQ(run.outcomes.size(), 1u) << how;
    EXPECT_FALSE(worker.running());
    return run.outcomes.empty() ? Outcome() : run.outcomes.front();
}

void expect_failure(const Outcome& outcome, Cause cause, const std::string& words) {
    EXPECT_EQ(outcome.kind, Outcome::Kind::failed);
    EXPECT_STREQ(to_text(outcome.cause), to_text(cause));
    EXPECT_NE(outcome.sentence.find(words), std::string::npos) << outcome.sentence;
    EXPECT_EQ(outcome.sentence.back(), '.');
}

TEST(WorkerClient, brings_back_events_and_the_picture) {
    WorkerClient worker(fake());
    Record run;
    const Request asked = request("invert");
    worker.start(asked, run.callbacks());
    EXPECT_TRUE(worker.running());
    EXPECT_TRUE(run.outcomes.empty());
    ASSERT_TRUE(turn_until([&] { return !run.outcomes.empty(); }));
    EXPECT_FALSE(worker.running());
    ASSERT_EQ(run.scales.size(), 1u);
    EXPECT_EQ(run.scales[0].network, "invert");
    ASSERT_EQ(run.evaluations.size(), 5u);
    EXPECT_EQ(run.evaluations.back().evaluation, 5);
    EXPECT_EQ(run.previews.size(), 1u);
    const Outcome& outcome = run.outcomes[0];
    EXPECT_EQ(outcome.kind, Outcome::Kind::finished);
    ASSERT_EQ(outcome.picture.rgba.size(), asked.content.rgba.size());
    EXPECT_FLOAT_EQ(outcome.picture.rgba[0], 1 - asked.content.rgba[0]);
    EXPECT_FLOAT_EQ(outcome.picture.rgba[3], asked.content.rgba[3]);
}

TEST(WorkerClient, keeps_its_worker_between_runs) {
    WorkerClient worker(fake());
    outcome_of(worker, "invert");
    const std::vector<int> first = children();
    ASSERT_EQ(first.size(), 1u);
    outcome_of(worker, "refuse");
    EXPECT_EQ(children(), first);
}

TEST(WorkerClient, passes_on_a_refusal) {
    WorkerClient worker(fake());
    const Outcome outcome = outcome_of(worker, "refuse");
    expect_failure(outcome, Cause::weights, "weights file is damaged");
    EXPECT_TRUE(outcome.picture.empty());
}

// However a run ends, what was seen of its picture is still there.
TEST(WorkerClient, keeps_the_last_preview_of_a_run_that_failed) {
    WorkerClient worker(fake());
    for (const char* how : {"die", "crash", "exit", "garbage", "truncate", "lose"}) {
        SCOPED_TRACE(how);
        const Request asked = request(how);
        const Outcome outcome = outcome_of(worker, how);
        EXPECT_EQ(outcome.kind, Outcome::Kind::failed);
        EXPECT_EQ(outcome.network, "invert");
        ASSERT_EQ(outcome.picture.rgba.size(), asked.content.rgba.size());
        EXPECT_FLOAT_EQ(outcome.picture.rgba[0], 1 - asked.content.rgba[0]);
    }
}

TEST(WorkerClient, that_was_cancelled_tells_nothing_of_a_run_that_just_failed) {
    WorkerClient worker(fake());
    for (const char* how : {"die", "lose"}) {
        Record run;
        auto told = run.callbacks();
        told.preview = [&](const std::shared_ptr<const Image>&) { run.previews.emplace_back(); };
        worker.start(request(how), told);
        ASSERT_TRUE(turn_until([&] { return run.evaluations.size() >= 3; }));
        worker.cancel();
        turn_for(50);
        EXPECT_TRUE(run.outcomes.empty());
        EXPECT_EQ(outcome_of(worker, "invert").kind, Outcome::Kind::finished);
    }
}

TEST(WorkerClient, reports_each_end_of_a_run_and_recovers) {
    WorkerClient worker(fake());
    const struct {
        const char* how;
        Cause cause;
        const char* words;
    } cases[] = {
        {"die", Cause::memory, "memory ran out"},
        {"crash", Cause::internal, "signal 11"},
        {"exit", Cause::internal, "exit status 1"},
        {"garbage", Cause::host, "do not understand"},
        {"stranger", Cause::host, "do not understand"},
        {"size", Cause::host, "do not understand"},
        {"truncate", Cause::internal, "ended unexpectedly"},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.how);
        expect_failure(outcome_of(worker, one.how), one.cause, one.words);
        EXPECT_EQ(outcome_of(worker, "invert").kind, Outcome::Kind::finished);
    }
}

TEST(WorkerClient, does_not_take_a_second_outcome) {
    WorkerClient worker(fake());
    EXPECT_EQ(outcome_of(worker, "twice").kind, Outcome::Kind::finished);
    EXPECT_EQ(outcome_of(worker, "invert").kind, Outcome::Kind::finished);
}

TEST(WorkerClient, reports_a_worker_that_cannot_start) {
    const struct {
        std::string command;
        const char* words;
    } cases[] = {
        {"/nowhere/neural-style --worker", "cannot be started"},
        {"'unfinished", "is not a command"},
        {"", "is not a command"},
        {"/bin/false", "exit status 1"},
        {fake("exit"), "no engine here"},
        {fake("garbage"), "do not understand"},
        {fake("old"), "do not understand"},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.command);
        WorkerClient worker(one.command);
        expect_failure(outcome_of(worker, "invert"), Cause::host, one.words);
    }
}

TEST(WorkerClient, loses_patience) {
    WorkerClient unready("cat", {200, 60000, 5000});
    expect_failure(outcome_of(unready, "invert"), Cause::host, "get ready in time");
    WorkerClient mute(fake("mute"), {200, 60000, 5000});
    expect_failure(outcome_of(mute, "invert"), Cause::host, "get ready in time");
    WorkerClient silent(fake(), {60000, 300, 5000});
    expect_failure(outcome_of(silent, "silent"), Cause::host, "fell silent");
    WorkerClient closed(fake("closed"));
    expect_failure(outcome_of(closed, "invert"), Cause::host, "closed its connection");
}

TEST(WorkerClient, stops_with_the_best_picture) {
    WorkerClient worker(fake());
    Record run;
    worker.start(request("slow", 10000), run.callbacks());
    ASSERT_TRUE(turn_until([&] { return run.evaluations.size() >= 3; }));
    worker.stop();
    worker.stop();
    ASSERT_TRUE(turn_until([&] { return !run.outcomes.empty(); }));
    EXPECT_EQ(run.outcomes[0].kind, Outcome::Kind::stopped);
    EXPECT_FALSE(run.outcomes[0].picture.empty());
}

TEST(WorkerClient, stops_before_the_worker_is_ready) {
    WorkerClient worker(fake("late"));
    Record run;
    worker.start(request("slow", 10000), run.callbacks());
    worker.stop();
    ASSERT_TRUE(turn_until([&] { return !run.outcomes.empty(); }));
    EXPECT_EQ(run.outcomes[0].kind, Outcome::Kind::stopped);
}

TEST(WorkerClient, goes_on_after_a_worker_that_ended_to_stop) {
    WorkerClient worker(fake());
    Record first, second;
    auto told = first.callbacks();
    told.outcome = [&](Outcome outcome) {
        first.outcomes.push_back(std::move(outcome));
        worker.start(request("invert"), second.callbacks());  // while the old one is still there
    };
    worker.start(request("leave", 10000), told);
    ASSERT_TRUE(turn_until([&] { return first.evaluations.size() >= 3; }));
    worker.stop();
    ASSERT_TRUE(turn_until([&] { return !second.outcomes.empty(); }));
    EXPECT_EQ(first.outcomes.at(0).kind, Outcome::Kind::stopped);
    EXPECT_EQ(second.outcomes[0].kind, Outcome::Kind::finished) << second.outcomes[0].sentence;
    EXPECT_EQ(second.evaluations.size(), 5u);  // none of the old run's
}

TEST(WorkerClient, kills_a_worker_that_does_not_stop) {
    WorkerClient worker(fake(), {60000, 60000, 200});
    for (const std::string how : {"deaf", "unseen"}) {
        Record run;
        worker.start(request(how, 10000), run.callbacks());
        ASSERT_TRUE(turn_until([&] { return run.evaluations.size() >= 3; }));
        worker.stop();
        ASSERT_TRUE(turn_until([&] { return !run.outcomes.empty(); }));
        EXPECT_TRUE(turn_until([] { return children().empty(); }));
        if (how == "unseen") {
            expect_failure(run.outcomes[0], Cause::host, "did not answer the stop");
            continue;
        }
        EXPECT_EQ(run.outcomes[0].kind, Outcome::Kind::stopped);  // with what was seen last
        EXPECT_EQ(run.outcomes[0].picture.rgba, run.previews.at(0).rgba);
    }
}

// A person's debugger, a full cgroup, a machine that swaps: the worker is there and does not move.
TEST(WorkerClient, copes_with_a_worker_that_was_stopped_by_the_system) {
    enum Way { wake, stop, cancel, destroy };
    for (const Way way : {wake, stop, cancel, destroy}) {
        SCOPED_TRACE(way);
        ASSERT_TRUE(turn_until([] { return children().empty(); }));  // those of other tests
        std::optional<WorkerClient> worker;
        worker.emplace(fake(), WorkerClient::Patience{60000, 60000, 200});
        Record run;
        worker->start(request("slow", way == wake ? 20 : 10000), run.callbacks());
        ASSERT_TRUE(turn_until([&] { return run.evaluations.size() >= 3; }));
        ASSERT_EQ(children().size(), 1u);
        const int pid = children()[0];
        ::kill(pid, SIGSTOP);
        turn_for(100);
        const std::size_t seen = run.evaluations.size();
        turn_for(100);
        EXPECT_EQ(run.evaluations.size(), seen);
        EXPECT_TRUE(run.outcomes.empty());
        if (way == wake) ::kill(pid, SIGCONT);
        if (way == stop) worker->stop();
        if (way == cancel) worker->cancel();
        if (way == destroy) worker.reset();
        if (way == cancel || way == destroy) {
            EXPECT_TRUE(turn_until([] { return children().empty(); }));
            EXPECT_TRUE(run.outcomes.empty());
        } else {
            ASSERT_TRUE(turn_until([&] { return !run.outcomes.empty(); }));
            EXPECT_EQ(run.outcomes[0].kind, way == stop ? Outcome::Kind::stopped : Outcome::Kind::finished);
        }
        if (!worker) continue;
        EXPECT_EQ(outcome_of(*worker, "invert").kind, Outcome::Kind::finished);
    }
}

TEST(WorkerClient, cancels_without_a_word) {
    WorkerClient worker(fake());
    worker.cancel();
    Record run;
    worker.start(request("slow", 10000), run.callbacks());
    ASSERT_TRUE(turn_until([&] { return run.evaluations.size() >= 2; }));
    worker.cancel();
    EXPECT_FALSE(worker.running());
    const std::size_t seen = run.evaluations.size();
    EXPECT_TRUE(turn_until([] { return children().empty(); }));
    EXPECT_EQ(run.evaluations.size(), seen);
    EXPECT_TRUE(run.outcomes.empty());
    EXPECT_EQ(outcome_of(worker, "invert").kind, Outcome::Kind::finished);
}

TEST(WorkerClient, can_be_used_from_its_own_callbacks) {
    WorkerClient worker(fake());
    Record second;
    WorkerClient::Callbacks told;
    int outcomes = 0;
    told.evaluation = [&](const Evaluation&) {
        if (outcomes == 0) {
            ++outcomes;
            worker.cancel();
            worker.start(request("invert"), second.callbacks());
        }
    };
    told.outcome = [&](Outcome) { ADD_FAILURE() << "a cancelled run has no outcome"; };
    worker.start(request("invert"), told);
    ASSERT_TRUE(turn_until([&] { return !second.outcomes.empty(); }));
    EXPECT_EQ(second.outcomes[0].kind, Outcome::Kind::finished);

    Record third;
    told = {};
    told.outcome = [&](Outcome) { worker.start(request("invert"), third.callbacks()); };
    worker.start(request("invert"), told);
    ASSERT_TRUE(turn_until([&] { return !third.outcomes.empty(); }));
}

TEST(WorkerClient, warms_up_and_tells_what_it_found) {
    ASSERT_TRUE(turn_until([] { return children().empty(); }));  // those of other tests
    WorkerClient worker(fake("late"));
    int ready = 0;
    const auto count = [&](const wire::Hello& hello) {
        EXPECT_EQ(hello.auto_network, "invert");
        ++ready;
    };
    worker.warm_up(count);
    EXPECT_EQ(children().size(), 1u);
    ASSERT_TRUE(turn_until([&] { return ready == 1; }));
    worker.warm_up(count);
    EXPECT_EQ(ready, 1);  // never from inside the call
    ASSERT_TRUE(turn_until([&] { return ready == 2; }));
    EXPECT_EQ(children().size(), 1u);
}

TEST(WorkerClient, warming_up_in_vain_is_told_by_the_next_start) {
    WorkerClient missing("/nowhere/neural-style");
    missing.warm_up([](const wire::Hello&) { ADD_FAILURE(); });
    turn_for(50);
    expect_failure(outcome_of(missing, "invert"), Cause::host, "cannot be started");
}

TEST(WorkerClient, replaces_a_worker_that_died_while_idle) {
    WorkerClient worker(fake());
    outcome_of(worker, "invert");
    ASSERT_EQ(children().size(), 1u);
    ::kill(children()[0], SIGKILL);
    g_usleep(100 * 1000);  // dead, and the main loop has not heard of it
    EXPECT_EQ(outcome_of(worker, "invert").kind, Outcome::Kind::finished);
}

TEST(WorkerClient, leaves_no_worker_behind) {
    {
        WorkerClient worker(fake());
        Record run;
        worker.start(request("deaf", 10000), run.callbacks());
        ASSERT_TRUE(turn_until([&] { return !run.evaluations.empty(); }));
        ASSERT_EQ(children().size(), 1u);
    }
    EXPECT_TRUE(turn_until([] { return children().empty(); }));
}

std::size_t open_descriptors() {
    std::size_t count = 0;
    GDir* folder = g_dir_open("/proc/self/fd", 0, nullptr);
    while (g_dir_read_name(folder)) ++count;
    g_dir_close(folder);
    return count;
}

std::size_t resident_kib() {
    std::ifstream file("/proc/self/statm");
    std::size_t all = 0, resident = 0;
    file >> all >> resident;
    return resident * std::size_t(::sysconf(_SC_PAGESIZE)) / 1024;
}

// PAIRS=1000 starts and cancels that many runs and prints what they leave.
TEST(WorkerClient, cancelled_runs_leave_nothing_behind) {
    const char* wanted = g_getenv("PAIRS");
    const int pairs = wanted ? std::atoi(wanted) : 100;
    WorkerClient worker(fake());
    outcome_of(worker, "invert");
    const std::size_t before = open_descriptors();
    std::size_t early = 0;
    for (int i = 0; i < pairs; ++i) {
        if (i == pairs / 10) early = resident_kib();
        Record run;
        worker.start(request("slow", 10000, 400, 300), run.callbacks());
        ASSERT_TRUE(turn_until([&] { return run.evaluations.size() >= std::size_t(i % 3); }));
        if (i % 4 == 3) worker.stop();
        worker.cancel();
    }
    EXPECT_TRUE(turn_until([] { return children().empty(); }));
    const std::size_t late = resident_kib();
    outcome_of(worker, "invert");
    EXPECT_EQ(open_descriptors(), before);
    // A leaked request, of 1.9 MB, would show after a few; the heap settles within less.
    EXPECT_TRUE(sanitized || late < early + 16 * 1024) << early << " " << late;
    std::printf(
        "%d pairs: %zu descriptors before and after, no process left, %zu KiB after a tenth, %zu KiB at the end\n",
        pairs, before, early, late);
}

// GoogleTest runs suites of such a name first: what was forked after threads were made would have none of them.
TEST(WorkerClientDeathTest, takes_its_worker_along_when_killed) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    const pid_t middle = ::fork();
    if (middle == 0) {
        ::close(pipe[0]);
        WorkerClient worker(fake());
        Record run;
        worker.start(request("silent"), run.callbacks());  // one that would live on
        if (!turn_until([&] { return run.evaluations.size() >= 3; })) ::_exit(1);
        const std::vector<int> mine = children();
        const int pid = mine.empty() ? 0 : mine[0];
        (void)!::write(pipe[1], &pid, sizeof pid);
        ::pause();
    }
    int worker = 0;
    ::close(pipe[1]);
    ASSERT_EQ(::read(pipe[0], &worker, sizeof worker), ssize_t(sizeof worker));
    ::close(pipe[0]);
    ASSERT_GT(worker, 0);
    ::kill(middle, SIGKILL);
    ::waitpid(middle, nullptr, 0);
    const auto lives = [&] {
        std::ifstream file("/proc/" + std::to_string(worker) + "/stat");
        std::string pid, name, state;
        return bool(file >> pid >> name >> state) && state != "Z";
    };
    EXPECT_TRUE(turn_until([&] { return !lives(); }));
}

TEST(WorkerClient, keeps_the_main_loop_turning_under_large_pictures) {
    WorkerClient worker(fake());
    Record run;
    worker.start(request("invert", 1, 3000, 2000), run.callbacks());  // 96 MB each way
    int turns = 0;
    const guint ticks = g_timeout_add(
        5, [](gpointer data) -> gboolean { return ++*static_cast<int*>(data), TRUE; }, &turns);
    ASSERT_TRUE(turn_until([&] { return !run.outcomes.empty(); }));
    g_source_remove(ticks);
    EXPECT_EQ(run.outcomes[0].kind, Outcome::Kind::finished);
    EXPECT_EQ(run.outcomes[0].picture.width, 3000);
    EXPECT_GT(turns, 10);
}

TEST(WorkerClient, finds_its_worker) {
    g_setenv("NEURAL_STYLE_WORKER", "ssh box neural-style --worker", TRUE);
    EXPECT_EQ(WorkerClient::standard_command(), "ssh box neural-style --worker");
    g_unsetenv("NEURAL_STYLE_WORKER");
    const std::string command = WorkerClient::standard_command();
    EXPECT_NE(command.find("neural-style"), std::string::npos);
    EXPECT_NE(command.find("--worker"), std::string::npos);
}

}  // namespace
