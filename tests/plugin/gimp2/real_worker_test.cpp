// The whole way through with the real engine: GIMP, the plug-in, its worker and the built-in network, on tiny pictures.
#include <dirent.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "canvas.hpp"

using namespace neural_style;

namespace {

constexpr const char* quick = "network=builtin;threads=1";

// Descendants of a process whose name begins so.
std::vector<int> find_processes(int ancestor, const std::string& name) {
    std::vector<int> found;
    DIR* all = ::opendir("/proc");
    while (const dirent* entry = ::readdir(all)) {
        const int pid = std::atoi(entry->d_name);
        if (pid <= 0) continue;
        std::ifstream file("/proc/" + std::string(entry->d_name) + "/stat");
        std::string text;
        std::getline(file, text);
        const auto open = text.find('('), close = text.rfind(')');
        if (close == std::string::npos) continue;
        char state = 0;
        int parent = 0;
        if (std::sscanf(text.c_str() + close + 1, " %c %d", &state, &parent) != 2) continue;
        if (text.compare(open + 1, name.size(), name) == 0 && state != 'Z' && parent == ancestor) found.push_back(pid);
    }
    ::closedir(all);
    return found;
}

// The plug-in that GIMP runs for us is a sister of this process, and its worker is a niece.
int plug_in() {
    for (const int pid : find_processes(::getppid(), "neural-style-pl")) return pid;
    return 0;
}
int worker() {
    if (const int parent = plug_in())
        for (const int pid : find_processes(parent, "neural-style")) return pid;
    return 0;
}

// Kills what `find` finds while `call` runs.
Result kill_during(int (*find)(), const std::function<Result()>& call) {
    std::atomic<bool> over{false};
    std::thread killer([&] {
        for (int pid = 0; !over && pid == 0; std::this_thread::sleep_for(std::chrono::milliseconds(20)))
            if ((pid = find()) != 0) ::kill(pid, SIGKILL);
    });
    const Result result = call();
    over = true;
    killer.join();
    return result;
}

TEST(RealWorker, changes_the_picture_and_keeps_its_alpha) {
    for (const auto& [base, precision] :
         {std::pair(GIMP_RGB, GIMP_PRECISION_U8_GAMMA), std::pair(GIMP_GRAY, GIMP_PRECISION_FLOAT_LINEAR)}) {
        Canvas canvas(64, 48, base, precision);
        const int style = canvas.add("style", 40, 40);
        const int photo = canvas.add("photo", 57, 43, true, 3, -2);
        const auto before = numbers(photo);
        const Result result = stylise(canvas.id, photo, style, quick, 1, 1000, 3);
        ASSERT_TRUE(result.done()) << result.sentence;
        gchar* name = gimp_item_get_name(result.layer);
        EXPECT_STREQ(name, "style (builtin)");
        g_free(name);
        EXPECT_EQ(format_of(result.layer), format_of(photo));
        const auto after = numbers(result.layer);
        const std::size_t channels = base == GIMP_RGB ? 4 : 2;
        double change = 0;
        for (std::size_t i = 0; i < after.size(); ++i) {
            ASSERT_TRUE(std::isfinite(after[i]));
            if (i % channels == channels - 1)
                EXPECT_NEAR(after[i], before[i], 1e-6);
            else
                change += std::abs(after[i] - before[i]);
        }
        EXPECT_GT(change / double(after.size()), 0.005);
        EXPECT_EQ(numbers(photo), before);
    }
}

TEST(RealWorker, makes_finite_pixels_of_whatever_a_float_layer_holds) {
    Canvas canvas(64, 48, GIMP_RGB, GIMP_PRECISION_FLOAT_LINEAR);
    const int style = canvas.add("style", 40, 40), photo = canvas.add("photo", 57, 43);
    auto odd = numbers(photo);
    odd[0] = NAN;
    odd[41] = INFINITY;
    odd[82] = -INFINITY;
    odd[121] = 1e30;
    odd[202] = -7;
    for (std::size_t i = 3; i < odd.size(); i += 4) odd[i] = 1;
    set_numbers(photo, odd);
    set_numbers(style, std::vector<double>(odd.begin(), odd.begin() + 40 * 40 * 4));
    const Result result = stylise(canvas.id, photo, style, quick, 1, 1000, 3);
    ASSERT_TRUE(result.done()) << result.sentence;
    for (const double value : numbers(result.layer)) ASSERT_TRUE(std::isfinite(value));
}

TEST(RealWorker, refuses_what_the_engine_refuses) {
    Canvas canvas(64, 48);
    const int style = canvas.add("style", 40, 40), photo = canvas.add("photo", 57, 43);
    gimp_image_clean_all(canvas.id);
    const std::string before = snapshot(canvas);
    const Result result = stylise(canvas.id, photo, style, "network=unheard-of");
    EXPECT_FALSE(result.done());
    EXPECT_NE(result.sentence.find("unheard-of"), std::string::npos) << result.sentence;
    EXPECT_EQ(snapshot(canvas), before);
}

TEST(RealWorker, its_end_by_force_leaves_the_image_as_it_was) {
    Canvas canvas(64, 48);
    const int style = canvas.add("style", 40, 40), photo = canvas.add("photo", 57, 43);
    gimp_image_clean_all(canvas.id);
    const std::string before = snapshot(canvas);
    const auto long_run = [&] { return stylise(canvas.id, photo, style, quick, 1, 1000, 10000); };
    Result result = kill_during(worker, long_run);
    EXPECT_FALSE(result.done());
    EXPECT_NE(result.sentence.find("killed by the system"), std::string::npos) << result.sentence;
    EXPECT_EQ(snapshot(canvas), before);

    // The plug-in itself, as GIMP's own Cancel does it: its worker goes with it.
    static int last_worker;
    result = kill_during(
        [] {
            last_worker = worker();
            return last_worker == 0 ? 0 : plug_in();
        },
        long_run);
    EXPECT_FALSE(result.done());
    EXPECT_EQ(snapshot(canvas), before);
    ASSERT_NE(last_worker, 0);
    for (int i = 0; i < 1000 && ::kill(last_worker, 0) == 0; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_NE(::kill(last_worker, 0), 0);
    EXPECT_TRUE(stylise(canvas.id, photo, style, quick, 1, 1000, 2).done());
}

}  // namespace
