#include "arguments.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "neural-style/error.hpp"
#include "option_names.hpp"
#include "program_texts.hpp"

namespace neural_style {
namespace {

using Words = std::vector<std::string>;
using Action = Arguments::Action;

Arguments parse(Words extra) {
    Words words = {"photo.png", "--style", "painting.png", "--output", "result.png"};
    words.insert(words.end(), extra.begin(), extra.end());
    return parse_arguments(words);
}

std::string usage_error(const Words& words) {
    try {
        parse_arguments(words);
    } catch (const UsageError& error) {
        return error.what();
    }
    ADD_FAILURE() << "taken: " << ::testing::PrintToString(words);
    return {};
}

TEST(Arguments, ReadTheUsualCall) {
    const Arguments arguments = parse({"--log", "run.csv", "--progress", "none", "--seed", "7", "--size=64"});
    EXPECT_EQ(arguments.action, Action::stylise);
    EXPECT_EQ(arguments.contents, Words{"photo.png"});
    EXPECT_EQ(arguments.output, "result.png");
    EXPECT_EQ(arguments.log, "run.csv");
    EXPECT_EQ(arguments.progress, Arguments::Progress::none);
    ASSERT_EQ(arguments.styles.size(), 1u);
    EXPECT_EQ(arguments.styles[0].file, "painting.png");
    EXPECT_EQ(arguments.styles[0].weight, 1);
    EXPECT_EQ(arguments.settings, Settings::parse("seed=7;size=64"));
}

TEST(Arguments, EverySettingIsAnOption) {
    for (const Setting& setting : settings_table()) {
        const std::string option = "--" + std::string(setting.key);
        EXPECT_TRUE(parse({option, setting.standard}).settings.is_set(setting.key)) << option;
        EXPECT_TRUE(parse({option + "=" + setting.standard}).settings.is_set(setting.key)) << option;
        EXPECT_NE(help_text().find(option + " "), std::string::npos) << option;
        EXPECT_NE(settings_text().find(std::string(setting.key) + "\t" + setting.standard + "\t" + setting.allowed()),
                  std::string::npos);
    }
}

TEST(Arguments, OrderDoesNotMatter) {
    const Arguments arguments = parse_arguments({"--seed", "3", "--output", "o.png", "--style", "s.png", "photo.png"});
    EXPECT_EQ(arguments.contents, Words{"photo.png"});
    EXPECT_EQ(arguments.settings.integer("seed"), 3);
}

TEST(Arguments, StylesHaveWeights) {
    const Arguments arguments = parse(
        {"--style", "b.png:0.25", "--style", "c:d.png", "--style", "e.png:2x", "--style", ":3", "--style", "f.png:0"});
    ASSERT_EQ(arguments.styles.size(), 6u);
    EXPECT_EQ(arguments.styles[1].file, "b.png");
    EXPECT_EQ(arguments.styles[1].weight, 0.25);
    EXPECT_EQ(arguments.styles[2].file, "c:d.png");
    EXPECT_EQ(arguments.styles[3].file, "e.png:2x");
    EXPECT_EQ(arguments.styles[3].weight, 1);
    EXPECT_EQ(arguments.styles[4].file, ":3");
    EXPECT_EQ(arguments.styles[5].weight, 0);
}

TEST(Arguments, AFileWhoseOwnNameEndsInANumberIsTakenAsItIs) {
    const std::string name = ::testing::TempDir() + "arguments-test:5";
    std::ofstream(name) << "x";
    const Arguments arguments = parse({"--style", name});
    std::remove(name.c_str());
    EXPECT_EQ(arguments.styles[1].file, name);
    EXPECT_EQ(arguments.styles[1].weight, 1);
}

TEST(Arguments, AGalleryPictureThatIsNotThereIsRefused) {
    for (const char* style : {"gallery:no-such-picture", "gallery:no-such-picture:2"})
        EXPECT_THROW(parse({"--style", style}), Error) << style;
}

TEST(Arguments, StyleWeightsThatAreNoneAreRefused) {
    for (const char* style : {"a.png:-1", "a.png:nan", "a.png:inf"})
        EXPECT_NE(usage_error({"p.png", "--style", style, "--output", "o.png"}).find(style), std::string::npos);
}

TEST(Arguments, OtherActionsNeedNoPictures) {
    for (auto [word, action] : {std::pair("--worker", Action::worker),
                                {"--list-settings", Action::list_settings},
                                {"--list-devices", Action::list_devices},
                                {"--list-styles", Action::list_styles},
                                {"--version", Action::version},
                                {"--help", Action::help},
                                {"-h", Action::help}})
        EXPECT_EQ(parse_arguments({word}).action, action) << word;
}

TEST(Arguments, WhatIsMissingIsNamed) {
    EXPECT_NE(usage_error({}).find("content"), std::string::npos);
    EXPECT_NE(usage_error({"p.png", "--output", "o.png"}).find("--style"), std::string::npos);
    EXPECT_NE(usage_error({"p.png", "--style", "s.png"}).find("--output"), std::string::npos);
    EXPECT_NE(usage_error({"p.png", "--style"}).find("--style"), std::string::npos);
    EXPECT_NE(usage_error({"p.png", "q.png"}).find("q.png"), std::string::npos);
    EXPECT_NE(usage_error({"p.png", "--progress", "loud"}).find("loud"), std::string::npos);
}

TEST(Arguments, SettingsThatDoNotExistOrAreOutOfRangeAreNamed) {
    for (const Words& words : {Words{"--colour", "red"}, {"--seed", "-1"}, {"--loss", "none"}, {"--seed="}}) {
        try {
            parse(words);
            ADD_FAILURE() << ::testing::PrintToString(words);
        } catch (const Error& error) {
            EXPECT_EQ(error.cause(), Cause::settings);
            const std::string key = words[0].substr(2, words[0].find('=') - 2);
            EXPECT_NE(std::string(error.what()).find(key), std::string::npos) << error.what();
        }
    }
}

TEST(Arguments, ABatchTakesManyPictures) {
    const Arguments arguments =
        parse_arguments({"--batch", "a.png", "--style", "s.png", "b.png", "--output", "folder", "--skip-existing"});
    EXPECT_EQ(arguments.action, Action::batch);
    EXPECT_EQ(arguments.contents, (Words{"a.png", "b.png"}));
    EXPECT_TRUE(arguments.skip_existing);
    EXPECT_NE(usage_error({"--batch", "a.png", "--style", "s.png", "--output", "f", "--log", "l"}).find("--log"),
              std::string::npos);
    EXPECT_NE(usage_error({"a.png", "--style", "s.png", "--output", "o.png", "--skip-existing"}).find("--batch"),
              std::string::npos);
}

TEST(Arguments, VariationsHaveAGrid) {
    const Arguments usual = parse({"--variations"}), asked = parse({"--variations", "--grid=5x2"});
    EXPECT_EQ(usual.action, Action::variations);
    EXPECT_EQ(usual.columns, 3);
    EXPECT_EQ(usual.rows, 3);
    EXPECT_EQ(asked.columns, 5);
    EXPECT_EQ(asked.rows, 2);
    for (const char* grid : {"", "5", "5x", "x5", "0x1", "1x10", "2x2 ", "2X2", "-1x2"})
        EXPECT_NE(usage_error({"--variations", "p.png", std::string("--grid=") + grid}).find("--grid"),
                  std::string::npos);
}

TEST(Arguments, AMistypedOptionIsToldTheRightOne) {
    EXPECT_NE(usage_error({"--verion"}).find("--version"), std::string::npos);
    EXPECT_NE(usage_error({"p.png", "--styl"}).find("--style"), std::string::npos);
    EXPECT_NE(usage_error({"p.png", "--xyzzy-plugh"}).find("--help"), std::string::npos);
    EXPECT_NE(usage_error({"--version=3"}).find("no value"), std::string::npos);
    try {
        parse({"--colour", "red"});
        ADD_FAILURE();
    } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("--colours"), std::string::npos) << error.what();
    }
}

TEST(Arguments, HelpNamesEveryOptionThatIsOne) {
    const std::string text = help_text();
    for (std::size_t at = text.find("  --"); at != std::string::npos; at = text.find("  --", at + 4)) {
        const std::string word = text.substr(at + 2, text.find_first_of(" ,\n", at + 2) - at - 2);
        EXPECT_TRUE(is_option(word)) << word;
    }
}

TEST(Arguments, ADoubleDashMakesNamesOfWhatFollows) {
    const Arguments arguments = parse_arguments({"--style", "s.png", "--output", "o.png", "--", "--odd.png"});
    EXPECT_EQ(arguments.contents, Words{"--odd.png"});
}

}  // namespace
}  // namespace neural_style
