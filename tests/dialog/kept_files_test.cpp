// What the plug-in keeps between sessions (last values, presets, the window's state) on disks that are full or may not
// be written, and by two programs at once: a file is the old one or the new one, whole, and nothing else is left beside
// it.
#include <glib.h>
#include <glib/gstdio.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>

#include "neural-style/error.hpp"
#include "presets.hpp"
#include "settings_store.hpp"
#include "window_state.hpp"

using namespace neural_style;

namespace {

std::string home;  // a folder of this test's own, where GLib looks for settings

std::string contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// All files below a folder.
std::map<std::string, std::string> files(const std::string& folder) {
    std::map<std::string, std::string> found;
    GDir* entries = g_dir_open(folder.c_str(), 0, nullptr);
    if (!entries) return found;
    while (const char* entry = g_dir_read_name(entries)) {
        const std::string path = folder + "/" + entry;
        if (g_file_test(path.c_str(), G_FILE_TEST_IS_DIR))
            found.merge(files(path));
        else
            found[path] = contents(path);
    }
    g_dir_close(entries);
    return found;
}

// No file may grow beyond so many bytes while this lives: each write beyond fails, as on a full disk.
class Room {
public:
    explicit Room(rlim_t bytes) {
        ::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit = {bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~Room() { ::setrlimit(RLIMIT_FSIZE, &before_); }
    Room(const Room&) = delete;
    Room& operator=(const Room&) = delete;

private:
    rlimit before_;
};

// The folders may not be written while this lives; root, whom nothing is forbidden, is somebody else meanwhile.
class Locked {
public:
    Locked() {
        lock(0555);
        if (::geteuid() == 0) other_ = ::seteuid(65534) == 0;
    }
    ~Locked() {
        if (other_) (void)!::seteuid(0);
        lock(0755);
    }
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;

private:
    static void lock(int mode) {
        for (const char* folder : {"", "/neural-style", "/neural-style/presets"})
            g_chmod((home + folder).c_str(), mode);
    }
    bool other_ = false;
};

std::string sentence_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        EXPECT_EQ(error.cause(), Cause::output);
        return error.what();
    }
    return "";
}

Settings many_settings(int seed) {
    return Settings::parse("style-weight=500;iterations=4;colours=content;padding=circular;seed=" +
                           std::to_string(seed));
}

struct Kept {
    const char* what;
    std::string path;
    std::function<void(int)> write;  // something else for each number
    bool tells;                      // its failure is told
};

std::vector<Kept> all() {
    const std::string values = standard_values_path();
    return {
        {"last values", values,
         [values](int number) {
             save_values(values, {many_settings(number), {}});
         },
         true},
        {"a preset", home + "/neural-style/presets/evening.preset",
         [](int number) { keep_preset("evening", many_settings(number)); }, true},
        {"the window", home + "/neural-style/window.ini",
         [](int number) {
             WindowState state;
             state.width = 1000 + number;
             state.folder = "/somewhere";
             state.save();
         },
         false},
    };
}

TEST(KeptFiles, stay_as_they_are_where_there_is_no_room) {
    for (const Kept& one : all()) {
        SCOPED_TRACE(one.what);
        one.write(1);
        const auto before = files(home);
        ASSERT_TRUE(before.count(one.path));
        one.write(2);
        const auto after = files(home);
        EXPECT_NE(after, before);
        one.write(1);
        ASSERT_EQ(files(home), before);
        const std::size_t size = after.at(one.path).size();
        for (std::size_t bytes = 0; bytes < size; ++bytes) {
            std::string said;
            {
                const Room room(bytes);
                said = sentence_of([&] { one.write(2); });
            }
            ASSERT_EQ(files(home), before) << bytes;
            if (one.tells) {
                ASSERT_NE(said.find("could not be"), std::string::npos) << said;
                ASSERT_EQ(said.back(), '.');
            }
        }
        {
            const Room room(size);
            one.write(2);
        }
        EXPECT_EQ(files(home), after);
    }
}

TEST(KeptFiles, stay_as_they_are_in_folders_that_may_not_be_written) {
    for (const Kept& one : all()) one.write(1);
    const auto before = files(home);
    for (const Kept& one : all()) {
        SCOPED_TRACE(one.what);
        std::string said;
        {
            const Locked locked;
            said = sentence_of([&] { one.write(2); });
        }
        EXPECT_EQ(files(home), before);
        EXPECT_EQ(one.tells, !said.empty()) << said;
    }
    const Preset preset = own_presets().at(0);
    {
        const Locked locked;
        EXPECT_NE(sentence_of([&] { rename_preset(preset, "morning"); }).find("could not be saved"), std::string::npos);
        EXPECT_NE(sentence_of([&] { delete_preset(preset); }).find("could not be deleted"), std::string::npos);
    }
    EXPECT_EQ(files(home), before);
}

TEST(KeptFiles, a_preset_that_cannot_be_renamed_keeps_its_name) {
    keep_preset("evening", many_settings(1));
    const auto before = files(home);
    const Preset preset = own_presets().at(0);
    {
        const Room room(10);
        EXPECT_NE(sentence_of([&] { rename_preset(preset, "morning"); }), "");
    }
    EXPECT_EQ(files(home), before);
}

TEST(KeptFiles, two_programs_at_once_leave_whole_ones) {
    std::vector<std::map<std::string, std::string>> possible;
    for (int writer = 0; writer < 2; ++writer) {
        for (const Kept& one : all()) one.write(writer);
        possible.push_back(files(home));
    }
    pid_t writers[2];
    for (int writer = 0; writer < 2; ++writer) {
        writers[writer] = ::fork();
        if (writers[writer] == 0) {
            for (;;)
                for (const Kept& one : all()) one.write(writer);
        }
    }
    for (int look = 0; look < 2000; ++look) {
        for (const Kept& one : all()) {
            const std::string found = contents(one.path);
            EXPECT_TRUE(found == possible[0].at(one.path) || found == possible[1].at(one.path)) << one.path << found;
        }
    }
    for (const pid_t writer : writers) {
        ::kill(writer, SIGKILL);
        ::waitpid(writer, nullptr, 0);
    }
    for (const Kept& one : all()) one.write(1);
    for (const auto& [path, text] : possible[1]) EXPECT_EQ(contents(path), text) << path;
}

}  // namespace

int main(int count, char** words) {
    testing::InitGoogleTest(&count, words);
    char* folder = g_dir_make_tmp("kept-files-XXXXXX", nullptr);
    if (!folder) return 1;
    home = folder;
    g_free(folder);
    g_chmod(home.c_str(), 0755);
    g_setenv("XDG_CONFIG_HOME", home.c_str(), TRUE);  // before GLib first asks where settings lie
    const int status = RUN_ALL_TESTS();
    for (const auto& [path, text] : files(home)) g_unlink(path.c_str());
    for (const char* inner : {"/neural-style/presets", "/neural-style", ""}) g_rmdir((home + inner).c_str());
    return status;
}
