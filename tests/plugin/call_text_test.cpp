// A run as text: what a shell makes of the command, and the expression's form; GIMP itself reads one in
// gimp2/again_test.cpp.
#include "call_text.hpp"

#include <gio/gio.h>
#include <gtest/gtest.h>

#include <clocale>

#include "fake_host.hpp"

using namespace neural_style;

namespace {

constexpr const char* nasty = "it's a \"$HOME\" `id` \\ * ~ ; # & | größe\n!";

// The words that a real shell hands to a program.
std::vector<std::string> shell_words(const std::string& command) {
    std::string script = "for word in " + command + "; do printf '%s\\0' \"$word\"; done";
    const char* arguments[] = {"/bin/sh", "-c", script.c_str(), nullptr};
    GError* error = nullptr;
    GSubprocess* shell = g_subprocess_newv(arguments, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
    GBytes* bytes = nullptr;
    EXPECT_TRUE(shell && g_subprocess_communicate(shell, nullptr, nullptr, &bytes, nullptr, &error));
    std::vector<std::string> words;
    gsize size = 0;
    const char* data = static_cast<const char*>(g_bytes_get_data(bytes, &size));
    for (const char* at = data; at < data + size; at += words.back().size() + 1) words.emplace_back(at);
    g_bytes_unref(bytes);
    g_object_unref(shell);
    return words;
}

class CallText : public testing::Test {
protected:
    FakeHost host;
    RunRequest request;
    CallText() {
        host.put(1, "photo");
        host.put(2, "Starry Night");
        host.put(3, "-l's");
        request.content = 1;
        request.styles = {{2, 1}};
    }
};

TEST_F(CallText, shells_read_back_what_was_quoted) {
    for (const std::string& text : {std::string(nasty), std::string(), std::string("plain-1.png"), std::string("a b"),
                                    std::string("'"), std::string("~/x"), std::string("$(id)")})
        EXPECT_EQ(shell_words(quoted_for_shell(text)), std::vector<std::string>{text}) << text;
    EXPECT_EQ(quoted_for_shell("/pictures/photo-1.png"), "/pictures/photo-1.png");
}

TEST_F(CallText, a_command_names_files_and_settings) {
    host.all[1].file = "/my pictures/photo.JPG";
    host.all[2].file = "/pictures/collection.xcf";
    request.settings = Settings::parse("style-weight=1e5;seed=7;init=/a b.png;preview-every=5;weights=");
    EXPECT_EQ(shell_words(command_call(host, request)),
              (std::vector<std::string>{"neural-style", "/my pictures/photo.JPG", "--style", "Starry Night.png",
                                        "--output", "/my pictures/photo-painted.png", "--weights", "", "--style-weight",
                                        "1e5", "--init", "/a b.png", "--seed", "7"}));
}

TEST_F(CallText, a_command_names_weights_and_odd_files) {
    const auto picture = std::make_shared<Image>(3, 3);
    request.styles = {{2, 0.25}, {3, 1}, {-1, 1, "w", "/odd:1.png", picture}, {1, 0}};
    EXPECT_EQ(shell_words(command_call(host, request)),
              (std::vector<std::string>{"neural-style", "photo.png", "--style", "Starry Night.png:0.25", "--style",
                                        "./-l's.png", "--style", "/odd:1.png:1", "--output", "photo-painted.png"}));
}

TEST_F(CallText, a_script_names_layers_by_number) {
    EXPECT_EQ(script_fu_call(host, request),
              "(let* ((image 1) (content 1) (style 2)) (plug-in-neural-style RUN-NONINTERACTIVE image content style 1 "
              "1000 300 \"\"))");
    request.styles = {{2, 2}, {3, 0.5}, {1, 0}};
    request.settings = Settings::parse("style-weight=1e5;iterations=20;seed=7");
    EXPECT_EQ(script_fu_call(host, request),
              "(let* ((image 1) (content 1) (style-1 2) (style-2 3)) (plug-in-neural-style-blend RUN-NONINTERACTIVE "
              "image content 2 (vector style-1 style-2) 2 (vector 2 0.5) 1 100000 20 \"seed=7\"))");
}

TEST_F(CallText, a_script_loads_files) {
    request.styles = {{-1, 3, "w", "/a \"b\"\\c.png", std::make_shared<Image>(3, 3)}};
    EXPECT_EQ(script_fu_call(host, request),
              "(let* ((image 1) (content 1) (style (car (gimp-file-load-layer RUN-NONINTERACTIVE image "
              "\"/a \\\"b\\\"\\\\c.png\")))) (plug-in-neural-style RUN-NONINTERACTIVE image content style 1 1000 300 "
              "\"\"))");
}

TEST_F(CallText, what_is_on_the_clipboard_only_is_refused) {
    request.styles = {{-1, 1, "Clipboard", "", std::make_shared<Image>(3, 3)}};
    for (const auto call : {script_fu_call, command_call}) {
        try {
            call(host, request);
            ADD_FAILURE();
        } catch (const Error& error) {
            EXPECT_NE(std::string(error.what()).find("“Clipboard”"), std::string::npos) << error.what();
        }
    }
}

TEST_F(CallText, guides_are_named) {
    request.styles = {{2, 1}, {1, 0}, {3, 0.5}};
    request.styles[2].content_region = 8;
    request.guides = {{6, 0, 7}};
    EXPECT_EQ(script_fu_call(host, request),
              "(let* ((image 1) (content 1) (style-1 2) (style-2 3) (guide-1 6) (region-1 7) (guide-2 8)) "
              "(plug-in-neural-style-guided RUN-NONINTERACTIVE image content 2 (vector style-1 style-2) 2 (vector 1 "
              "0.5) 2 (vector guide-1 guide-2) 2 (vector 0 1) 2 (vector region-1 -1) 1 1000 300 \"\"))");
    EXPECT_EQ(shell_words(command_call(host, request)),
              (std::vector<std::string>{"neural-style", "photo.png", "--style", "Starry Night.png", "--style",
                                        "./-l's.png:0.5", "--guide", "region 6.png:region 7.png:1", "--guide",
                                        "region 8.png::2", "--output", "photo-painted.png"}));
    request.styles = {{2, 1}};
    request.guides = {{-1, 0, 7}};
    EXPECT_NE(script_fu_call(host, request)
                  .find("1 (vector style) 1 (vector 1) 1 (vector -1) 1 (vector 0) 1 (vector "
                        "region-1)"),
              std::string::npos);
    EXPECT_THROW(command_call(host, request), Error);
}

TEST_F(CallText, does_not_depend_on_the_locale) {
    const std::string kept = setlocale(LC_ALL, nullptr);
    setlocale(LC_ALL, "de_DE.UTF-8");  // has a decimal comma, where it is installed
    request.styles = {{2, 0.25}, {3, 1}};
    const std::string script = script_fu_call(host, request), command = command_call(host, request);
    setlocale(LC_ALL, kept.c_str());
    EXPECT_NE(script.find("(vector 0.25 1)"), std::string::npos) << script;
    EXPECT_NE(command.find(":0.25"), std::string::npos) << command;
}

}  // namespace
