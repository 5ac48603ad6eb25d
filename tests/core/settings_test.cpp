#include "neural-style/settings.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "neural-style/error.hpp"

namespace neural_style {
namespace {

using Kind = Setting::Kind;

/// The sentence with which a value is refused; fails the test if it is taken.
std::string refusal(const std::string& key, const std::string& value) {
    Settings settings;
    try {
        settings.set(key, value);
    } catch (const Error& error) {
        EXPECT_EQ(error.cause(), Cause::settings);
        EXPECT_FALSE(settings.is_set(key)) << key;
        return error.what();
    }
    ADD_FAILURE() << key << " took \"" << value << "\"";
    return {};
}

std::string sentence_of_parse(const std::string& text) {
    try {
        Settings::parse(text);
    } catch (const Error& error) {
        EXPECT_EQ(error.cause(), Cause::settings);
        return error.what();
    }
    ADD_FAILURE() << "taken: " << text;
    return {};
}

void expect_named(const std::string& sentence, const Setting& setting, const std::string& value) {
    EXPECT_NE(sentence.find(setting.key), std::string::npos) << sentence;
    EXPECT_NE(sentence.find("\"" + value + "\""), std::string::npos) << sentence;
    EXPECT_NE(sentence.find(setting.allowed()), std::string::npos) << sentence;
}

std::string fixed(double value) {
    char text[64];
    std::snprintf(text, sizeof text, value == std::floor(value) ? "%.0f" : "%.17g", value);
    return text;
}

TEST(SettingsTable, EveryDefaultIsAllowedAndReadsBack) {
    for (const Setting& setting : settings_table()) {
        Settings settings;
        EXPECT_EQ(settings.text(setting.key), setting.standard);
        EXPECT_NO_THROW(settings.set(setting.key, setting.standard)) << setting.key;
        EXPECT_TRUE(settings.is_set(setting.key));
        EXPECT_NE(std::string(setting.help), "");
        EXPECT_EQ(find_setting(setting.key), &setting);
    }
    EXPECT_EQ(find_setting("no-such-key"), nullptr);
    EXPECT_EQ(find_setting(""), nullptr);
}

TEST(SettingsTable, BothEndsOfEveryRangeAreAllowedAndWhatIsJustOutsideIsNot) {
    int ranges = 0;
    for (const Setting& setting : settings_table()) {
        if (setting.kind != Kind::integer && setting.kind != Kind::real) continue;
        ++ranges;
        const bool whole = setting.kind == Kind::integer;
        for (double end : {setting.low, setting.high}) {
            Settings settings;
            settings.set(setting.key, fixed(end));
            EXPECT_EQ(whole ? double(settings.integer(setting.key)) : settings.real(setting.key), end) << setting.key;
        }
        const double below = whole ? setting.low - 1 : std::nextafter(setting.low, -1e300);
        const double above = whole ? setting.high + 1 : std::nextafter(setting.high, 1e300);
        for (double outside : {below, above}) {
            char value[400];
            std::snprintf(value, sizeof value, whole ? "%.0f" : "%.17g", outside);
            expect_named(refusal(setting.key, value), setting, value);
        }
    }
    EXPECT_GE(ranges, 9);
}

TEST(SettingsTable, WhatIsNoNumberIsRefused) {
    for (const Setting& setting : settings_table()) {
        if (setting.kind != Kind::integer && setting.kind != Kind::real) continue;
        for (const char* value : {"", "x", "1x", "x1", "1 ", " 1", "1,5", "nan", "inf", "-inf", "0x10", "1e999", "--1"})
            expect_named(refusal(setting.key, value), setting, value);
        if (setting.kind == Kind::integer)
            for (const char* value : {"1.5", "1e1", "99999999999999999999999"})
                expect_named(refusal(setting.key, value), setting, value);
    }
}

TEST(SettingsTable, ChoicesAreTakenAsWrittenAndNothingElse) {
    for (const Setting& setting : settings_table()) {
        if (setting.kind != Kind::choice) continue;
        ASSERT_FALSE(setting.choices.empty()) << setting.key;
        for (const char* choice : setting.choices) {
            Settings settings;
            settings.set(setting.key, choice);
            EXPECT_EQ(settings.text(setting.key), choice);
            EXPECT_NE(setting.allowed().find(choice), std::string::npos);
        }
        for (const char* value : {"", "nothing", "Auto"}) expect_named(refusal(setting.key, value), setting, value);
    }
}

TEST(Settings, NumbersAsNumbersGoInAndComeOut) {
    for (double value : {0.0, 1.0, 7.0, 100000.0, 1e6, 4294967295.0}) {
        Settings settings;
        settings.set("seed", value);
        EXPECT_EQ(settings.integer("seed"), static_cast<long long>(value));
        EXPECT_EQ(Settings::parse(settings.to_text()), settings);
    }
    for (double value : {0.0, 0.1, 1.0 / 3, 1e-7, 1e6, 123456789.25, 1e12}) {
        Settings settings;
        settings.set("style-weight", value);
        EXPECT_EQ(settings.real("style-weight"), value);
        EXPECT_EQ(Settings::parse(settings.to_text()).real("style-weight"), value);
    }
    Settings settings;
    EXPECT_THROW(settings.set("style-weight", std::nan("")), Error);
    EXPECT_THROW(settings.set("iterations", 1.5), Error);
}

TEST(Settings, UnknownKeysAreNamed) {
    for (const char* key : {"contentweight", "", "Seed", "seed "}) {
        Settings settings;
        try {
            settings.set(key, "1");
            ADD_FAILURE() << key;
        } catch (const Error& error) {
            EXPECT_NE(std::string(error.what()).find("\"" + std::string(key) + "\""), std::string::npos);
        }
        EXPECT_THROW(settings.text(key), Error);
        EXPECT_THROW(settings.reset(key), Error);
        EXPECT_THROW(settings.is_set(key), Error);
    }
}

TEST(Settings, WhatIsQuotedIsOneReadableLine) {
    const std::string odd = std::string("a\nb") + '\0' + "c" + std::string(70, 'x') + "äöü" + std::string(5000, 'y');
    for (const std::string& text : {odd, odd + "=1", "size=" + odd}) {
        try {
            Settings::parse(text);
            ADD_FAILURE() << text;
        } catch (const Error& error) {
            const std::string sentence = error.what();
            EXPECT_LT(sentence.size(), 300U);
            EXPECT_EQ(sentence.find('\n'), std::string::npos);
            EXPECT_EQ(sentence.back(), '.');
            EXPECT_NE(sentence.find("a?b?cxxx"), std::string::npos) << sentence;
        }
    }
}

TEST(Settings, ParseIgnoresBlanksAndEmptyPairs) {
    const Settings settings = Settings::parse(" ; seed = 7 ;; \n size=64\t;network = my net ;");
    EXPECT_EQ(settings.integer("seed"), 7);
    EXPECT_EQ(settings.integer("size"), 64);
    EXPECT_EQ(settings.text("network"), "my net");
    EXPECT_EQ(Settings::parse("").to_text(), "");
    EXPECT_EQ(Settings::parse("seed=1;seed=2").integer("seed"), 2);  // the last wins
    EXPECT_EQ(Settings::parse("weights=a=b").text("weights"), "a=b");
    EXPECT_EQ(Settings::parse("weights=").text("weights"), "");
}

TEST(Settings, ParseNamesWhatItCannotRead) {
    EXPECT_NE(sentence_of_parse("seed=1;nonsense").find("\"nonsense\""), std::string::npos);
    EXPECT_NE(sentence_of_parse("seed=1;wrong=2").find("\"wrong\""), std::string::npos);
    EXPECT_NE(sentence_of_parse("seed=-1").find("\"-1\""), std::string::npos);
    EXPECT_NE(sentence_of_parse("=5").find("\"\""), std::string::npos);
}

TEST(Settings, AnyTextRoundTrips) {
    const char* const values[] = {"plain",
                                  "a;b",
                                  "a\\b",
                                  "\\",
                                  "\\\\",
                                  ";",
                                  ";;",
                                  "\\;",
                                  "a\\;b;",
                                  "=",
                                  "a=b;c=d",
                                  "/home/ä ö/ñ.pth",
                                  "C:\\nets\\x.pth",
                                  " leading",
                                  "trailing ",
                                  " ",
                                  "\ttab\n",
                                  "back\\ slash",
                                  "a\\",
                                  "a\\ ",
                                  "\\ a",
                                  "seed=5;size=7"};
    for (const char* value : values) {
        Settings settings;
        settings.set("weights", value);
        settings.set("seed", "5");
        settings.set("init", value);
        const Settings again = Settings::parse(settings.to_text());
        EXPECT_EQ(again.text("weights"), value) << settings.to_text();
        EXPECT_EQ(again, settings) << settings.to_text();
    }
}

TEST(Settings, EveryKeyRoundTripsTogether) {
    Settings settings;
    for (const Setting& setting : settings_table())
        settings.set(setting.key, setting.kind == Kind::text     ? "x;y\\z"
                                  : setting.kind == Kind::choice ? setting.choices.back()
                                                                 : fixed(setting.high));
    EXPECT_EQ(Settings::parse(settings.to_text()), settings);
}

TEST(Settings, HoldOnlyWhatWasSetByHand) {
    Settings settings = Settings::parse("seed=0;size=9");
    EXPECT_TRUE(settings.is_set("seed"));  // although it is the default
    EXPECT_FALSE(settings.is_set("loss"));
    settings.reset("seed");
    EXPECT_FALSE(settings.is_set("seed"));
    EXPECT_EQ(settings.to_text(), "size=9");

    Settings other = Settings::parse("size=10;loss=gatys");
    settings.set("threads", "2");
    settings.merge(other);
    EXPECT_EQ(settings, Settings::parse("threads=2;size=10;loss=gatys"));
}

TEST(Settings, TextIsInTheTablesOrder) {
    EXPECT_EQ(Settings::parse("seed=1;network=builtin;size=5").to_text(),
              Settings::parse("size=5;seed=1;network=builtin").to_text());
}

TEST(Settings, ANullCharacterIsRefused) {
    Settings settings;
    EXPECT_THROW(settings.set("weights", std::string_view("a\0b", 3)), Error);
}

}  // namespace
}  // namespace neural_style
