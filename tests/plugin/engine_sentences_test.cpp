#include "engine_sentences.hpp"

#include <glib.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <clocale>

#include "neural-style/error.hpp"
#include "neural-style/settings.hpp"
#include "text.hpp"

namespace neural_style {
namespace {

class EngineSentences : public testing::Test {
protected:
    EngineSentences() {
        g_setenv("LANGUAGE", "de", TRUE);
        use_translations(LOCALES);
        std::setlocale(LC_ALL, "C.UTF-8");  // whatever the computer's is, if not "C", which is never translated
    }
    static bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }
};

TEST_F(EngineSentences, are_translated_with_what_they_name) {
    try {
        Settings::parse("nothing=1");
        FAIL() << "the setting was taken";
    } catch (const Error& error) {
        const std::string sentence = translated(error.what());
        EXPECT_TRUE(has(error.what(), "There is no setting"));
        EXPECT_FALSE(has(sentence, "There is no setting")) << sentence;
        EXPECT_TRUE(has(sentence, "nothing")) << sentence;
    }
}

TEST_F(EngineSentences, are_translated_with_their_reasons) {
    const std::string sentence = translated(
        "The weights of vgg19 could not be fetched (the server's file; 100% busy); check the connection, or install a "
        "file that you have with --get-network vgg19 --from FILE.");
    EXPECT_FALSE(has(sentence, "could not")) << sentence;
    EXPECT_TRUE(has(sentence, "(the server's file; 100% busy)")) << sentence;
    EXPECT_TRUE(has(sentence, "--get-network vgg19")) << sentence;

    const std::string refused = translated("The weights file my: own.pth cannot be used: it is a NumPy array.");
    EXPECT_TRUE(has(refused, "my: own.pth")) << refused;
    EXPECT_FALSE(has(refused, "it is a NumPy array")) << refused;
    EXPECT_TRUE(has(refused, "NumPy")) << refused;
}

TEST_F(EngineSentences, that_are_not_known_stay) {
    for (const std::string& sentence :
         {std::string(), std::string("Nobody ever said this: %s %n."), std::string("The setting x cannot be")})
        EXPECT_EQ(translated(sentence), sentence);
}

}  // namespace
}  // namespace neural_style
