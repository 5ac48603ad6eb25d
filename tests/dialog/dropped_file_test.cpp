// Who gets the files that are dropped on the window.
#include "dropped_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <vector>

using namespace neural_style;
namespace fs = std::filesystem;

namespace {

class DroppedFile : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "dropped-XXXXXX";
        folder_ = ::mkdtemp(pattern.data());
    }
    void TearDown() override { fs::remove_all(folder_); }

    std::string put(const std::string& name, const std::string& bytes) {
        const std::string file = folder_ + "/" + name;
        std::ofstream(file, std::ios::binary) << bytes;
        return file;
    }
    std::string put_picture(const std::string& name) { return put(name, "P6 2 1 255\n" + std::string(6, 'x')); }

    void drop(const std::vector<std::string>& places) {
        std::vector<const char*> list;
        for (const std::string& place : places) list.push_back(place.c_str());
        list.push_back(nullptr);
        sort_dropped(list.data(), {[this](const std::string& file) { pictures_.push_back(file); },
                                   [this](const std::string& file) { weights_.push_back(file); },
                                   [this](const std::string& sentence) { sentences_.push_back(sentence); }});
    }
    static std::string uri(const std::string& file) {
        char* text = g_filename_to_uri(file.c_str(), nullptr, nullptr);
        const std::string result = text;
        g_free(text);
        return result;
    }

    std::string folder_;
    std::vector<std::string> pictures_, weights_, sentences_;
};

const std::string safetensors_head = std::string("\x40\0\0\0\0\0\0\0", 8) + "{\"a\":1}";

}  // namespace

TEST_F(DroppedFile, WeightsAreKnownByTheirNamesInAnyCase) {
    for (const char* name : {"vgg19.safetensors", "vgg19-dcbb9e9d.pth", "net.PT", "vgg.caffemodel"})
        EXPECT_EQ(recognise_file(put(name, "anything")), FileKind::weights) << name;
}

TEST_F(DroppedFile, WeightsOfAnotherNameAreKnownByTheirBeginning) {
    EXPECT_EQ(recognise_file(put("blob", safetensors_head)), FileKind::weights);
    EXPECT_EQ(recognise_file(put("net.1",
                                 "\x80\x02\x8a\x0a"
                                 "magic number")),
              FileKind::weights);
}

TEST_F(DroppedFile, PicturesAreKnownByWhatIsInThem) {
    EXPECT_EQ(recognise_file(put_picture("a.ppm")), FileKind::picture);
    EXPECT_EQ(recognise_file(put_picture("no ending")), FileKind::picture);
    EXPECT_EQ(recognise_file(put("page.png", "<html>not found</html>")), FileKind::other);
}

TEST_F(DroppedFile, WhatCannotBeReadIsNeither) {
    EXPECT_EQ(recognise_file(folder_), FileKind::other);
    EXPECT_EQ(recognise_file(folder_ + "/missing.pth"), FileKind::other);
    EXPECT_EQ(recognise_file(put("empty", "")), FileKind::other);
    const std::string pipe = folder_ + "/pipe.pth";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_EQ(recognise_file(pipe), FileKind::other);
}

TEST_F(DroppedFile, EachGoesToTheOneThatItIsFor) {
    const std::string picture = put_picture("far away.ppm"), other = put_picture("b.ppm"),
                      weights = put("vgg19.pth", "x"), second = put("vgg16.pth", "x"), text = put("a.txt", "words");
    drop({uri(picture), uri(weights), uri(text), "https://example.org/a.png", uri(second), uri(other)});
    EXPECT_EQ(pictures_, (std::vector<std::string>{picture, other}));
    EXPECT_EQ(weights_, std::vector<std::string>{weights});
    ASSERT_EQ(sentences_.size(), 1u);
    EXPECT_NE(sentences_[0].find("“a.txt”"), std::string::npos) << sentences_[0];
}

TEST_F(DroppedFile, NothingIsNoReasonForASentence) {
    drop({});
    sort_dropped(nullptr, {});
    EXPECT_TRUE(sentences_.empty());
}

TEST_F(DroppedFile, PicturesThatOnlyTheEngineReadsAreKnownByTheirBeginning) {
    for (const std::string& head : {std::string("RIFF\x24\0\0\0WEBPVP8 ", 16), std::string("II*\0\x08\0\0\0", 8),
                                    std::string("MM\0+\0\x08\0\0", 8), std::string("PF\n2 1\n-1\n")})
        EXPECT_EQ(recognise_file(put("picture", head)), FileKind::picture) << head;
    EXPECT_EQ(recognise_file(put("sound", std::string("RIFF\x24\0\0\0WAVEfmt ", 16))), FileKind::other);
}
